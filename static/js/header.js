// The theme is the system's, until the user switches. Set before the first paint, against flashes.
"use strict";
{
  const root = document.documentElement;
  const stored = (act) => {
    try {
      return act(localStorage);
    } catch {
      return null; // storage is blocked: the choice lasts as long as the page
    }
  };
  const paint = () => {
    const theme = stored((storage) => storage.getItem("theme"));
    if (["light", "dark"].includes(theme)) root.dataset.theme = theme;
  };
  const night = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : night.matches);

  paint();

  document.addEventListener("DOMContentLoaded", () => {
    const warning = document.querySelector("[data-cookies-blocked]");
    // By now, time_zone.js has set one. In Chromium, navigator.cookieEnabled is wrong.
    if (warning && !document.cookie) warning.hidden = false;
    const button = document.querySelector("[data-theme-switch]");
    if (!button) return; // the projector's page has no header
    const label = button.querySelector("[data-dark]");
    const name = () => {
      label.textContent = isDark() ? label.dataset.light : label.dataset.dark;
    };
    button.addEventListener("click", () => {
      const theme = isDark() ? "light" : "dark";
      root.dataset.theme = theme;
      stored((storage) => storage.setItem("theme", theme));
      name();
    });
    night.addEventListener("change", name);
    name();
    button.hidden = false;

    // A public page doesn't know the user: localStorage has one letter while somebody is signed in.
    const menu = document.querySelector("[data-account-menu]");
    const link = document.querySelector("[data-account-link]");
    const account = link?.href;
    const lead = () => {
      const initial = stored((storage) => storage.getItem("account") ?? "");
      if (initial === null) return; // storage is blocked: the link works for everybody, as without this script
      if (initial) {
        // Looks like the account menu on all other pages.
        const [circle, words] = [0, 1].map(() => document.createElement("span"));
        circle.className = "account-initial";
        circle.textContent = initial;
        circle.setAttribute("aria-hidden", "true");
        words.className = "visually-hidden";
        words.textContent = link.dataset.signedIn;
        link.replaceChildren(circle, words);
      } else {
        link.textContent = link.dataset.signedOut;
      }
      link.href = initial ? account : link.dataset.signIn;
      document.querySelector("[data-sign-out]").hidden = !initial;
    };

    if (menu) {
      const initial = menu.querySelector(".account-initial").textContent;
      stored((storage) => storage.setItem("account", initial));
      document.addEventListener("click", (event) => {
        if (!menu.contains(event.target)) menu.open = false;
      });
      menu.addEventListener("focusout", ({ relatedTarget }) => {
        if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false;
      });
      menu.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !menu.open) return;
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    } else if (link) {
      lead();
    } else {
      stored((storage) => storage.removeItem("account"));
    }

    // A page from the back/forward cache is as it was left, even if the choice has changed since.
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      paint();
      name();
      if (menu) menu.open = false;
      if (link) lead();
    });
  });
}

// Loads draft.js, which saves what is typed. On a first visit to the questionnaire, which has to be
// fast, that waits until the visitor touches the page.
{
  const { draft, ...words } = document.currentScript.dataset;
  let isLoaded = false;
  const load = () => {
    if (isLoaded) return;
    isLoaded = true;
    const script = document.createElement("script");
    script.src = draft;
    Object.assign(script.dataset, words);
    document.head.append(script);
  };
  let hasStored = true;
  try {
    const isDraft = (key) => key.startsWith("draft ");
    hasStored = localStorage.getItem("account-key") || Object.keys(sessionStorage).some(isDraft);
  } catch {
    // storage is blocked: nothing can be saved
  }
  if (words.account || hasStored) {
    load();
  } else {
    for (const kind of ["focusin", "pointerdown"]) {
      document.addEventListener(kind, load, { once: true, capture: true });
    }
    document.addEventListener("DOMContentLoaded", () => {
      if (document.querySelector("form[data-draft]:not([data-questionnaire])")) load();
    });
  }
}
