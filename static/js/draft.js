// Saves drafts of forms in this tab's sessionStorage until the server has accepted them. Without
// this script, the browser restores some values, and the server holds some forms (held_forms.py).
//
// A draft belongs to an account, identified by its key, or to a visitor. Another account's draft is
// never shown, and signing out deletes accounts' drafts. Passwords and files are never saved.
"use strict";
{
  const NOBODYS_MAX_AGE_MS = 30 * 60 * 1000; // the next visitor may be somebody else
  const PREFIX = "draft ";
  const { account, restored, discard } = document.currentScript.dataset;
  const knowsReader = account !== undefined; // false on public pages

  const attempt = (act) => {
    try {
      return act();
    } catch {
      return null; // storage is blocked or full: nothing is saved
    }
  };
  const read = (key) => attempt(() => JSON.parse(sessionStorage.getItem(key)));
  const write = (key, draft) => attempt(() => sessionStorage.setItem(key, JSON.stringify(draft)));
  const remove = (key) => attempt(() => sessionStorage.removeItem(key));
  const drafts = () =>
    (attempt(() => Object.keys(sessionStorage)) ?? [])
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => [key, read(key)])
      .filter(([, draft]) => draft);

  // The key of the signed-in account, shared with the browser's other tabs. Empty after sign-out.
  // Unlike the header's initial, it stays after a session has expired: the user may come back.
  const signedIn = () => attempt(() => localStorage.getItem("account-key")) ?? "";
  const remember = (key) => attempt(() => localStorage.setItem("account-key", key));
  const forget = () => {
    remember("");
    for (const [key, draft] of drafts()) if (draft.account) remove(key);
  };
  const isMine = (draft) => !draft.account || draft.account === signedIn();

  if (account) remember(account);
  const navigation = performance.getEntriesByType("navigation")[0];
  // Opened by typing a URL or a bookmark, as by the next person at a shared tablet, not by a link or reload.
  const isOpenedAnew = navigation?.type === "navigate" && !document.referrer;
  const hasFailed = navigation?.responseStatus >= 400;

  const cameFrom = document.referrer && new URL(document.referrer).pathname;
  const keyOf = (draft, search) => `${PREFIX}${draft.account} ${draft.action}${search}`;
  const answered = new Set(); // keys of drafts whose values this page already shows, as the response to them

  for (const [key, draft] of drafts()) {
    remove(key);
    if (!isMine(draft)) continue;
    if (!draft.account && (isOpenedAnew || Date.now() - draft.at > NOBODYS_MAX_AGE_MS)) continue;
    // A redirect from the page that sent the form, to a page of the same user: the server accepted it.
    const isRedirected = !hasFailed && navigation?.redirectCount > 0 && cameFrom === draft.page;
    if (draft.isSent && isRedirected && (!knowsReader || draft.account === account)) continue;
    // A visitor's draft passes only to the account that signs in from the draft's page.
    if (account && !draft.account && !draft.goesToSignIn) continue;
    const kept = { ...draft, account: draft.account || account || "", isSent: false };
    const isAnswer = draft.isSent && hasFailed && location.pathname === draft.action;
    const place = isAnswer ? keyOf(kept, location.search) : keyOf(kept, draft.search);
    if (isAnswer) answered.add(place);
    write(place, kept);
  }

  const isKept = (field) =>
    field.name &&
    !["csrfmiddlewaretoken", "account", "next", "round"].includes(field.name) &&
    !["password", "file", "submit", "button", "image", "reset"].includes(field.type) &&
    field.type !== undefined;
  const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
  const isSelect = (field) => field.type.startsWith("select");
  const valueOf = (field) => {
    if (isChoice(field)) return field.checked;
    return isSelect(field) ? [...field.options].map((option) => option.selected) : field.value;
  };
  const defaultOf = (field) => {
    if (isChoice(field)) return field.defaultChecked;
    if (!isSelect(field)) return field.defaultValue;
    const chosen = [...field.options].map((option) => option.defaultSelected);
    if (field.type === "select-one" && !chosen.includes(true) && chosen.length) chosen[0] = true;
    return chosen;
  };
  const set = (field, value) => {
    if (isChoice(field)) field.checked = value;
    else if (isSelect(field)) [...field.options].forEach((option, i) => (option.selected = value[i]));
    else field.value = value;
  };
  // Radio buttons share a name.
  const nameOf = (field) => (field.type === "radio" ? `${field.name}=${field.value}` : field.name);
  const valuesOf = (fields, of) => Object.fromEntries(fields.map((f) => [nameOf(f), of(f)]));
  const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  const watch = (form) => {
    const action = new URL(form.getAttribute("action") || "", location.href).pathname;
    const place = { account: account ?? "", action };
    const key = keyOf(place, location.search);
    const fields = [...form.elements].filter(isKept);
    const visible = fields.filter((field) => field.type !== "hidden");
    const hidden = fields.filter((field) => field.type === "hidden");
    const hiddenDefaults = valuesOf(hidden, (field) => field.value);
    const defaults = valuesOf(visible, defaultOf);
    let baseline = defaults; // values that need no draft; null if any values do
    let line = null;
    let isSent = false;
    let goesToSignIn = false;
    let isDiscarded = false;

    const save = () => {
      if (isDiscarded || (account && signedIn() !== account)) return; // signed out in another tab
      const values = valuesOf(visible, valueOf);
      if (isSame(values, baseline)) return remove(key);
      const hiddenValues = valuesOf(hidden, valueOf);
      const from = { page: location.pathname, search: location.search, at: Date.now() };
      write(key, { ...place, ...from, values, hiddenValues, isSent, goesToSignIn });
    };
    const tell = (changed) => {
      for (const field of changed) {
        for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
      }
    };
    const fill = (values, hiddenValues) => {
      const changed = visible.filter((field) => {
        const value = values[nameOf(field)];
        return value !== undefined && !isSame(value, valueOf(field));
      });
      for (const field of changed) set(field, values[nameOf(field)]);
      for (const field of hidden) if (nameOf(field) in hiddenValues) set(field, hiddenValues[nameOf(field)]);
      tell(changed);
    };
    const announce = () => {
      line = document.createElement("p");
      line.className = "message draft-restored";
      line.setAttribute("role", "status");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "text-button";
      button.textContent = discard;
      button.addEventListener("click", () => {
        baseline = defaults;
        fill(defaults, hiddenDefaults);
        remove(key);
        line.remove();
        visible.find((field) => !field.disabled)?.focus();
      });
      line.append(`${restored} `, button);
      form.before(line);
      const details = form.closest("details");
      if (details) details.open = true;
    };

    const begin = () => {
      const draft = read(key);
      if (!draft) {
        // Values that the browser has restored may have been sent already. Later changes are typed.
        if (navigation?.type !== "navigate") baseline = valuesOf(visible, valueOf);
        return;
      }
      const shown = valuesOf(visible, valueOf);
      if (answered.has(key) || isSame(draft.values, shown)) {
        baseline = null; // the form shows it already, from the server or restored by the browser
        return;
      }
      fill(draft.values, draft.hiddenValues);
      if (!isSame(valuesOf(visible, valueOf), shown)) announce();
    };

    // Listen to click and keyup too: scripts that change a field on these send no input event.
    let last = null;
    for (const kind of ["input", "change", "click", "keyup"]) {
      form.addEventListener(kind, (event) => {
        const values = valuesOf(visible, valueOf);
        if (!event.isTrusted || isSame(values, last)) return;
        last = values;
        isSent = false;
        save();
      });
    }
    form.addEventListener("submit", () => {
      last = valuesOf(visible, valueOf);
      isSent = true;
      save();
    });
    document.addEventListener("submit", (event) => {
      const { submitter, target } = event;
      if (submitter?.name !== "discard" || !target.parentElement.contains(form)) return;
      isDiscarded = true;
      remove(key);
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      goesToSignIn ||= !account && Boolean(link?.pathname.startsWith("/accounts/"));
    });
    window.addEventListener("pagehide", save);
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return begin();
      // From the back/forward cache, the page is as it was left. Values that the server accepted are no draft.
      if (isSent && !read(key)) baseline = valuesOf(visible, valueOf);
      goesToSignIn = false;
    });
    if (document.readyState === "complete") begin();
  };

  window.addEventListener("pageshow", (event) => {
    // After signing out, or in as another user, Back must not show this page.
    if (!event.persisted || !account || account === signedIn()) return;
    document.body.hidden = true;
    location.replace(`${location.pathname}${location.search}`); // reload() might send a form again
  });
  window.addEventListener("storage", (event) => {
    if (event.key !== "account-key") return;
    for (const [key, draft] of drafts()) if (!isMine(draft)) remove(key);
  });
  document.addEventListener("submit", (event) => {
    const { pathname } = new URL(event.target.getAttribute("action") || "", location.href);
    if (["/accounts/logout/", "/admin/logout/", "/accounts/delete/"].includes(pathname)) forget();
  });
  const start = () => {
    const forms = "form[data-draft], .change-form #content-main > form";
    for (const form of document.querySelectorAll(forms)) watch(form);
  };
  // header.js may load this script late.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
}
