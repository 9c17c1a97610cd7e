// Offers the browser's own print dialog. Without this script, its menu has the same.
"use strict";
{
  const place = document.querySelector("[data-print]");
  place.querySelector("button").addEventListener("click", () => window.print());
  place.hidden = false;
}
