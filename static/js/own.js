// Recognizes the visitor's own result on its public page, if it was just made in this tab.
"use strict";
{
  const page = document.querySelector("[data-split]");
  let own = null;
  try {
    own = sessionStorage.getItem("own-split");
  } catch {
    // storage is blocked: the page stays as it is for everybody
  }
  if (own === page.dataset.split) {
    for (const part of document.querySelectorAll("[data-shared]")) part.hidden = true;
    page.querySelector("[data-yours]").hidden = false;
  }
}
