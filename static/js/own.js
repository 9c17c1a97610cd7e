// Knows a result that was made in this tab a moment ago, on a page that is the same for everybody.
"use strict";
{
  const page = document.querySelector("[data-split]");
  let own = null;
  try {
    own = sessionStorage.getItem("own-split");
  } catch {
    // storage is blocked: the page then reads as it does for everybody
  }
  if (own === page.dataset.split) {
    for (const part of document.querySelectorAll("[data-shared]")) part.hidden = true;
    page.querySelector("[data-yours]").hidden = false;
  }
}
