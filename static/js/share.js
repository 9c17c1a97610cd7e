// Adds buttons to copy a link, and to open the system's share sheet.
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
        // The browser or its administrator denies access to the clipboard.
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
      // Closing the share sheet rejects the promise. That's not an error.
      navigator.share({ url, title }).catch(() => {});
    });
  }
}
