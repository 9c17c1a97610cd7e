// Adds a button that opens the print dialog. Without this script, the browser's menu has it.
"use strict";
{
  const place = document.querySelector("[data-print]");
  place.querySelector("button").addEventListener("click", () => window.print());
  place.hidden = false;
}
