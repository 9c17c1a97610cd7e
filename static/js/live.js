// Keeps a page of a room up to date: asks for the same page again, and replaces what differs.
// Without this script the page refreshes itself by a <meta> tag.
"use strict";
{
  const EVERY_MS = 2000;
  const AFTER_FAILURE_MS = 5000;
  const main = document.getElementById("main");
  const announcer = document.createElement("p");
  announcer.className = "visually-hidden";
  announcer.setAttribute("aria-live", "polite");
  document.body.append(announcer);

  const parts = (root) => new Map([...root.querySelectorAll("[data-live]")].map((part) => [part.id, part]));
  // A CSRF token is another one each time, and says the same.
  const bare = (part) => part.outerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  const words = (root) => root.querySelector("[data-announce]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const known = (root) => new Map([...parts(root)].map(([id, part]) => [id, bare(part)]));

  // What the server sent last: somebody may have opened a part of it meanwhile.
  let shown = known(main);
  let said = words(main);
  let etag = null;
  let timer = null;
  let asking = false;

  const replace = (old, replacement) => {
    const hadFocus = old.contains(document.activeElement);
    const id = hadFocus && document.activeElement.id;
    old.replaceWith(replacement);
    if (hadFocus) ((id && document.getElementById(id)) || main).focus({ preventScroll: true });
  };

  const show = (next) => {
    const now = known(next);
    const isSame = now.size === shown.size && [...now.keys()].every((id) => shown.has(id));
    if (isSame) {
      const fresh = parts(next);
      for (const [id, part] of parts(main)) if (now.get(id) !== shown.get(id)) replace(part, fresh.get(id));
    } else {
      main.replaceChildren(...next.childNodes);
    }
    shown = now;
    const saying = words(main);
    if (saying !== said) announcer.textContent = said = saying;
  };

  const isOver = () => main.querySelector('[data-state="ended"]') !== null;

  const ask = async () => {
    clearTimeout(timer);
    if (asking || document.hidden || isOver()) return;
    asking = true;
    let wait = EVERY_MS;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const response = await fetch(location.href, { headers, cache: "no-store" });
      if (response.redirected && response.ok) {
        location.replace(response.url);
        return;
      }
      if (response.status >= 500) wait = AFTER_FAILURE_MS;
      else if (response.ok) {
        etag = response.headers.get("ETag");
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        show(page.getElementById("main"));
      } else if ([404, 410].includes(response.status)) {
        return; // the room is deleted: what is shown stays, on the projector too
      } else if (response.status !== 304) {
        location.reload();
        return;
      }
    } catch {
      wait = AFTER_FAILURE_MS; // no network, or the server restarts
    }
    asking = false;
    timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, EVERY_MS);
}
