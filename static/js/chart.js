// Makes the history's chart interactive: arrow keys, mouse or touch select a result, and its date,
// split, life event and note are shown and announced. The data are in the table below the chart,
// which is all there is without this script.
"use strict";
for (const chart of document.querySelectorAll("[data-chart]")) {
  const picture = chart.querySelector("[data-picture]");
  const plot = chart.querySelector("[data-plot]");
  const readout = chart.querySelector("[data-readout]");
  const parts = [...readout.querySelectorAll("[data-part]")];
  const frames = chart.querySelectorAll("[data-chosen]");
  const rows = [...chart.querySelectorAll("tr[data-x]")];
  const line = (name) => readout.querySelector(`[data-${name}]`);
  const said = (element) => element.textContent.trim().replace(/\s+/g, " ");
  let chosen;

  const fill = (place, words) => {
    place.textContent = words;
    place.closest("p").hidden = !words;
  };
  const choose = (index) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    if (next === chosen) return;
    chosen = next;
    const row = rows[chosen];
    const { x, note } = row.dataset;
    const width = plot.dataset.width;
    for (const frame of frames) {
      const at = { x: x - width / 2, width, x1: x, x2: x };
      for (const [name, value] of Object.entries(at)) frame.setAttribute(name, `${value}%`);
      frame.setAttribute("visibility", "visible");
    }
    parts.forEach((part, i) => {
      const points = said(row.querySelectorAll("td")[i]);
      part.querySelector("b").textContent = points;
      part.hidden = points === "0";
    });
    const link = row.querySelector("a");
    fill(line("when"), said(link));
    fill(line("event"), said(row.querySelector(".words") ?? document.createElement("i")));
    fill(line("note"), note && `“${note}”`);
    line("open").href = link.href;
    const spent = parts.filter((part) => !part.hidden).map(said).join(", ");
    const rest = [line("event"), line("note")].filter((place) => place.textContent);
    const words = [`${said(link)}: ${spent}`, ...rest.map((place) => said(place.closest("p")))];
    picture.setAttribute("aria-valuenow", chosen + 1);
    picture.setAttribute("aria-valuetext", words.join(". "));
  };
  const nearest = (event) => {
    const box = plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 100;
    const distance = (row) => Math.abs(row.dataset.x - x);
    return rows.reduce((best, row, i) => (distance(row) < distance(rows[best]) ? i : best), 0);
  };

  picture.setAttribute("role", "slider");
  picture.setAttribute("aria-label", readout.dataset.label);
  picture.setAttribute("aria-orientation", "horizontal");
  picture.setAttribute("aria-valuemin", 1);
  picture.setAttribute("aria-valuemax", rows.length);
  picture.tabIndex = 0;
  readout.hidden = false;
  choose(rows.length - 1);

  picture.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = {
      ArrowLeft: chosen - 1,
      ArrowDown: chosen - 1,
      ArrowRight: chosen + 1,
      ArrowUp: chosen + 1,
      PageDown: chosen - 10,
      PageUp: chosen + 10,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (event.key === "Enter") line("open").click();
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  });
  for (const kind of ["pointerdown", "pointermove"]) {
    picture.addEventListener(kind, (event) => choose(nearest(event)));
  }
}
