// Ticks tips without leaving the page: only its advice is replaced.
"use strict";
{
  let isPlain = false;
  let last = Promise.resolve(); // of the last request, resolves to the new advice

  const askFor = async (url, body) => {
    try {
      const response = await fetch(url, { method: "POST", body });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      return response.ok && page.querySelector("[data-advice]");
    } catch {
      return null; // without a network, the caller lets the browser show its own error page
    }
  };

  document.addEventListener("submit", async (event) => {
    const { target: form, submitter: button } = event;
    if (form.id !== "ticks" || !button || isPlain) return;
    event.preventDefault();
    const tip = button.closest("li")?.id;
    const section = button.closest("section").id;
    const body = new FormData(form);
    body.append(button.name, button.value);
    // One request after another, so that the last response includes all ticks.
    const mine = (last = last.then(() => askFor(button.formAction, body)));
    const fresh = await mine;
    if (!fresh) {
      // Submit it as without this script: the error page says what to do, and can resend it.
      isPlain = true;
      return button.click();
    }
    if (mine !== last) return;
    const old = document.querySelector("[data-advice]");
    const open = [...old.querySelectorAll("details[open]")].map((details) => details.id);
    const isElsewhere = document.activeElement !== document.body && !old.contains(document.activeElement);
    old.replaceWith(fresh);
    for (const details of fresh.querySelectorAll("details")) {
      details.open = open.includes(details.id) && details.id !== "side";
    }
    const announced = document.querySelector("[data-ticked]");
    announced.textContent = announced.getAttribute(`data-${button.value}`) ?? "";
    // Keep the keyboard's focus on the tip, or on its heading, unless it's outside the advice, e.g. in the note.
    if (isElsewhere) return;
    const next = tip && document.querySelector(`#${section} #${tip} button`);
    const start = document.querySelector(`#${section} :is(h3, button)`) ?? fresh.querySelector("h3, button");
    // The heading and not its link, so that a key that is pressed twice doesn't leave the page.
    if (start?.matches("h3")) start.tabIndex = -1;
    (next?.checkVisibility() ? next : start)?.focus({ preventScroll: true });
  });
}
