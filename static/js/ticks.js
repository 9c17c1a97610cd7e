// Ticks a tip off where it stands: the page stays, and only the advice in it is made anew.
"use strict";
{
  let isPlain = false;
  let last = Promise.resolve(); // what was pressed last, and the advice that the server answers

  const askFor = async (url, body) => {
    try {
      const response = await fetch(url, { method: "POST", body });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      return response.ok && page.querySelector("[data-advice]");
    } catch {
      return null; // without a network, the browser's own page says so best
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
    // One after the other, so that the answer to the last one knows of all.
    const mine = (last = last.then(() => askFor(button.formAction, body)));
    const fresh = await mine;
    if (!fresh) {
      // As without this script: the page that answers says what to do, and can send it again.
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
    // Whoever works by keyboard goes on where they were; whoever writes a note meanwhile writes on.
    if (isElsewhere) return;
    const next = document.getElementById(tip)?.querySelector("button");
    const visible = next?.checkVisibility() ? next : document.querySelector(`#${section} h3 a`);
    visible?.focus({ preventScroll: true });
  });
}
