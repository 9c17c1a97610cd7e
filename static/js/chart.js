// Makes the picture over time answer: arrow keys, a pointer or a finger choose a column, and its
// date, split, life event and note are said and shown. Without it there is the table.
"use strict";
for (const chart of document.querySelectorAll("[data-chart]")) {
  const picture = chart.querySelector("[data-picture]");
  const plot = chart.querySelector("[data-plot]");
  const list = chart.querySelector("[data-points]");
  const points = [...list.children];
  const frames = chart.querySelectorAll("[data-chosen]");
  let chosen;

  const choose = (index) => {
    const next = Math.max(0, Math.min(points.length - 1, index));
    if (next === chosen) return;
    points.forEach((point, i) => (point.hidden = i !== next));
    chosen = next;
    const { x, left, width, words } = points[chosen].dataset;
    for (const frame of frames) {
      const at = { x: left, width, x1: x, x2: x };
      for (const [name, value] of Object.entries(at)) frame.setAttribute(name, `${value}%`);
      frame.setAttribute("visibility", "visible");
    }
    picture.setAttribute("aria-valuenow", chosen + 1);
    picture.setAttribute("aria-valuetext", words);
  };
  const nearest = (event) => {
    const box = plot.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 100;
    const distance = (point) => Math.abs(point.dataset.x - x);
    return points.reduce((best, point, i) => (distance(point) < distance(points[best]) ? i : best), 0);
  };

  picture.setAttribute("role", "slider");
  picture.setAttribute("aria-label", list.dataset.label);
  picture.setAttribute("aria-orientation", "horizontal");
  picture.setAttribute("aria-valuemin", 1);
  picture.setAttribute("aria-valuemax", points.length);
  picture.tabIndex = 0;
  list.hidden = false;
  choose(points.length - 1);

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
      End: points.length - 1,
    }[event.key];
    if (event.key === "Enter") points[chosen].querySelector("a").click();
    if (to === undefined) return;
    event.preventDefault();
    choose(to);
  });
  for (const kind of ["pointerdown", "pointermove"]) {
    picture.addEventListener(kind, (event) => choose(nearest(event)));
  }
}
