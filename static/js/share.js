// Offers what only a browser can do: copy a link, and open the system's own share sheet.
"use strict";
for (const share of document.querySelectorAll("[data-share]")) {
  const { url, title } = share.dataset;
  const copy = share.querySelector("[data-copy]");
  const send = share.querySelector("[data-send]");
  const said = share.querySelector("[data-said]");

  if (navigator.clipboard) {
    const label = copy.textContent;
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      let words = copy.dataset.done;
      try {
        await navigator.clipboard.writeText(url);
      } catch {
        // The browser, or whoever runs it, keeps pages from the clipboard.
        words = copy.dataset.refused;
        getSelection().selectAllChildren(share.querySelector("[data-link]"));
      }
      copy.textContent = said.textContent = words;
      setTimeout(() => {
        copy.textContent = label;
        said.textContent = "";
      }, 3000);
    });
  }
  if (navigator.share) {
    send.hidden = false;
    send.addEventListener("click", () => {
      // Closing the sheet without a choice is an answer, not a fault.
      navigator.share({ url, title }).catch(() => {});
    });
  }
}
