// Makes the questionnaire respond at once. The server handles its buttons too, and validates the points.
"use strict";
{
  const BUDGET = 10;
  const MAX_COUNTED_POINTS = 999999;
  const ANNOUNCE_DELAY_MS = 700; // without a change, until it's announced to screen readers
  const FLIGHT_MS = 240;
  const form = document.querySelector("[data-questionnaire]");
  const tray = form.querySelector("[data-tray]");
  const words = form.querySelector("[data-words]").dataset;
  const live = form.querySelector("[data-live]");
  const rows = [...form.querySelectorAll("[data-purpose]")].map((element) => ({
    element,
    name: element.dataset.purpose,
    input: element.querySelector("input"),
    was: element.querySelector(".was"),
    add: element.querySelector("[value$='+']"),
    take: element.querySelector("[value$='-']"),
  }));

  // Parses a number as the server does; what isn't one counts as 0 until the server says so.
  const pointsOf = (row) => {
    const text = row.input.value.trim();
    return /^[0-9]+$/.test(text) ? Math.min(Number(text), MAX_COUNTED_POINTS) : 0;
  };
  // The patterns are Python's, with placeholders such as %(name)d and %(name)s.
  const fill = (pattern, values) => pattern.replace(/%\((\w+)\)[ds]/g, (_, key) => values[key]);

  const show = () => {
    const used = rows.reduce((sum, row) => sum + pointsOf(row), 0);
    const rest = BUDGET - used;
    const status =
      rest < 0
        ? fill(words.tooMany, { used, rest: -rest })
        : fill(words.left, { rest });
    form.querySelectorAll("[data-status]").forEach((place) => {
      place.textContent = status;
    });
    tray.classList.toggle("tray-over", rest < 0);
    tray.querySelectorAll(".token").forEach((token, i) => token.classList.toggle("on", i < rest));
    for (const row of rows) {
      const points = pointsOf(row);
      row.element.querySelectorAll(".slot").forEach((slot, i) => slot.classList.toggle("on", i < points));
      if (row.was) {
        const was = Number(row.was.dataset.was);
        const pattern = was === points || used === 0 ? words.earlier : words.change;
        row.was.classList.toggle("was-changed", was !== points && used > 0);
        row.was.textContent = fill(pattern, { was, now: points });
      }
      // Not `disabled`, which would lose the focus in the middle of a series of presses.
      row.add.ariaDisabled = rest > 0 ? null : "true";
      row.take.ariaDisabled = points > 0 ? null : "true";
    }
    return { rest, status };
  };

  let pause;
  const announce = (row, status) => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      live.textContent = fill(words.announcement, {
        purpose: row.name,
        points: pointsOf(row),
        status: status.replace(/\.$/, ""),
      });
    }, ANNOUNCE_DELAY_MS);
  };
  const summary = document.querySelector(".error-summary");
  const dropError = (row) => {
    for (const link of summary?.querySelectorAll(`[href="#${row.input.id}"]`) ?? []) link.closest("li").remove();
    if (!summary?.querySelector("li")) summary?.remove();
  };
  const isSumWrong = rows.reduce((sum, row) => sum + pointsOf(row), 0) !== BUDGET;
  const changed = (row) => {
    // An error is about the values that were sent, not the current ones. The one about the sum has a
    // link to the first field.
    if (isSumWrong && !form.querySelector(".purpose-invalid")) {
      dropError(rows[0]);
      form.querySelector("fieldset > .field-error")?.remove();
    }
    if (row.element.matches(".purpose-invalid")) {
      dropError(row);
      row.element.classList.remove("purpose-invalid");
      row.element.querySelector(".field-error").remove();
      row.input.classList.remove("is-invalid");
      row.input.ariaInvalid = null;
    }
    announce(row, show().status);
  };

  // Animates a token from the tray to its slot, or back.
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const fly = (from, to) => {
    if (still.matches || !from || !to) return;
    const token = document.createElement("i");
    token.className = "token on flying";
    document.body.append(token);
    const at = (place) => {
      const box = place.getBoundingClientRect();
      const left = box.left + (box.width - token.offsetWidth) / 2;
      const top = box.top + (box.height - token.offsetHeight) / 2;
      return { transform: `translate(${left}px, ${top}px)` };
    };
    token.animate([at(from), at(to)], { duration: FLIGHT_MS, easing: "ease-out" }).onfinish = () =>
      token.remove();
  };
  const step = (row, by) => {
    const points = pointsOf(row) + by;
    const { rest, status } = show();
    if (points < 0 || (by > 0 && rest <= 0)) {
      live.textContent = ""; // so that the same words are announced again
      announce(row, status);
      return;
    }
    row.input.value = points;
    changed(row);
    const slot = row.element.querySelectorAll(".slot")[Math.max(points, points - by) - 1];
    const token = tray.querySelectorAll(".token")[Math.max(rest, rest - by) - 1];
    if (by > 0) fly(token, slot);
    else fly(slot, token);
  };

  for (const row of rows) {
    // Set only here, since without this script it would keep the browser from restoring the values.
    row.input.autocomplete = "off";
    row.input.addEventListener("input", () => changed(row));
    row.input.addEventListener("focus", () => row.input.select());
    row.input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      step(row, by);
    });
    for (const [button, by] of [[row.add, 1], [row.take, -1]]) {
      button.type = "button";
      button.addEventListener("click", () => step(row, by));
    }
  }

  // On Back, restores what this account has sent, with its idempotency key: it's the same result.
  const kept = [...form.querySelectorAll("input, select, textarea")].filter(
    (field) => field.name !== "csrfmiddlewaretoken",
  );
  form.addEventListener("submit", () => {
    const values = kept.map((field) => [field.name, field.value]);
    history.replaceState({ questionnaire: Object.fromEntries(values) }, "");
    // The result's page is public. This lets own.js recognize that it's the visitor's own.
    try {
      sessionStorage.setItem("own-split", rows.map(pointsOf).join("-"));
    } catch {
      // storage is blocked: the page stays as it is for everybody
    }
  });
  const sent = history.state?.questionnaire;
  if (sent?.account === form.elements.account.value) {
    for (const field of kept) field.value = sent[field.name] ?? field.value;
  }

  // On Back and reload, the browser restores the values after this script has first run.
  window.addEventListener("pageshow", show);
  show();
}
