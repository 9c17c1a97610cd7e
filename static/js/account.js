// The way to one's account. A page that is the same for everybody doesn't know who reads it, so
// the browser remembers whether somebody is signed in: one letter, never sent, gone with sign-out.
"use strict";
{
  const KEY = "account";
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null; // storage is blocked: the link then reads the same for everybody
    }
  };
  const menu = document.querySelector("[data-account-menu]");
  const link = document.querySelector("[data-account-link]");

  if (menu) {
    const initial = menu.querySelector(".account-initial").textContent;
    stored((storage) => storage.setItem(KEY, initial));
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  } else if (!link) {
    stored((storage) => storage.removeItem(KEY));
  } else {
    const initial = stored((storage) => storage.getItem(KEY));
    link.textContent = initial ? link.dataset.signedIn : link.dataset.signedOut;
    if (!initial) link.href = link.dataset.signIn;
  }
}
