// Recognizes the visitor's own result on its public page, if it was just made in this tab, and leads on to a comparison
// with the result of someone else that the visitor came from.
"use strict";
{
  const page = document.querySelector("[data-split]");
  const { split } = page.dataset;
  let own = null;
  let cameFrom = null;
  try {
    own = sessionStorage.getItem("own-split");
    cameFrom = sessionStorage.getItem("came-from");
  } catch {
    // storage is blocked: the page stays as it is for everyone
  }
  if (own === split) {
    for (const part of document.querySelectorAll("[data-shared]")) part.hidden = true;
    page.querySelector("[data-yours]").hidden = false;
    const compare = page.querySelector("[data-compare]");
    if (cameFrom) {
      compare.firstElementChild.href = compare.dataset.compare.replace(/[^/]+\/$/, `${cameFrom}/`);
      compare.hidden = false;
    }
  } else {
    page.querySelector("[data-came-from]").addEventListener("click", () => {
      try {
        sessionStorage.setItem("came-from", split);
      } catch {
        // without storage there is nothing to compare with later
      }
    });
  }
}
