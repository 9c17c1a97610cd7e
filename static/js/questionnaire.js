// Makes the questionnaire answer at once. Everything here also works without it: the + and −
// are buttons that the server understands, and the server has the last word on the points.
"use strict";
{
  const BUDGET = 10;
  const PAUSE = 700; // milliseconds without a change before a screen reader is told
  const form = document.querySelector("[data-questionnaire]");
  const tray = form.querySelector("[data-tray]");
  const live = form.querySelector("[data-live]");
  const rows = [...form.querySelectorAll("[data-purpose]")].map((element) => ({
    element,
    name: element.dataset.purpose,
    input: element.querySelector("input"),
    add: element.querySelector("[value$='+']"),
    take: element.querySelector("[value$='-']"),
  }));

  // As the server reads a number: spaces around it don't matter, a blank is 0, and what is not
  // a whole number counts as nothing until the server says so.
  const pointsOf = (row) => {
    const text = row.input.value.trim();
    return /^0*[0-9]{1,6}$/.test(text) ? Number(text) : 0;
  };
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, key) => values[key]);

  const show = () => {
    const used = rows.reduce((sum, row) => sum + pointsOf(row), 0);
    const rest = BUDGET - used;
    const status =
      rest < 0
        ? fill(form.dataset.over, { used, rest: -rest })
        : fill(form.dataset.left, { rest });
    form.querySelectorAll("[data-status]").forEach((place) => {
      place.textContent = status;
    });
    tray.classList.toggle("tray-over", rest < 0);
    tray.querySelectorAll(".token").forEach((token, i) => token.classList.toggle("on", i < rest));
    for (const row of rows) {
      const points = pointsOf(row);
      row.element.querySelectorAll(".slot").forEach((slot, i) => slot.classList.toggle("on", i < points));
      // Not `disabled`: that would throw the focus away in the middle of a series of presses.
      if (rest > 0) row.add.removeAttribute("aria-disabled");
      else row.add.setAttribute("aria-disabled", "true");
    }
    return { rest, status };
  };

  let pause;
  const announce = (row, status) => {
    clearTimeout(pause);
    pause = setTimeout(() => {
      live.textContent = fill(form.dataset.announce, {
        purpose: row.name,
        points: pointsOf(row),
        status: status.replace(/\.$/, ""),
      });
    }, PAUSE);
  };
  const changed = (row) => announce(row, show().status);
  const step = (row, by) => {
    const points = pointsOf(row) + by;
    if (points < 0 || (by > 0 && show().rest <= 0)) return;
    row.input.value = points;
    changed(row);
  };

  for (const row of rows) {
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

  // Back and reload bring back what was typed, after this script first ran.
  window.addEventListener("pageshow", show);
  show();
}
