// Polls a room's page: requests the same page again, and replaces the parts that differ.
// Without this script, a <meta> tag refreshes the page.
"use strict";
{
  const EVERY_MS = 2000;
  const AFTER_FAILURE_MS = 5000;
  const MAX_WAIT_MS = 15000;
  const ANNOUNCE_DELAY_MS = 4000; // without a new answer, until the number is announced to screen readers
  const main = document.getElementById("main");
  const announcer = document.createElement("p");
  announcer.className = "visually-hidden";
  announcer.setAttribute("aria-live", "polite");
  document.body.append(announcer);
  const lost = document.createElement("p");
  lost.className = "message message-warning live-lost";
  lost.setAttribute("role", "status");
  document.body.append(lost);
  const { lost: noConnection } = document.currentScript.dataset;

  const parts = (root) => new Map([...root.querySelectorAll("[data-live]")].map((part) => [part.id, part]));
  // The CSRF token differs in each response, so ignore it in the comparison.
  const bare = (part) => part.outerHTML.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  const words = (root) => root.querySelector("[data-announce]")?.textContent.replace(/\s+/g, " ").trim() ?? "";
  const known = (found) => new Map([...found].map(([id, part]) => [id, bare(part)]));

  // The parts as the server last sent them, because the user may have opened one since.
  let shown = known(parts(main));
  let said = words(main);
  let etag = null;
  let timer = null;
  let pause = null;
  let asking = false;
  let failures = 0;

  const announce = (saying, delay) => {
    if (saying === said) return;
    said = saying;
    clearTimeout(pause);
    pause = setTimeout(() => (announcer.textContent = saying), delay);
  };

  const show = (next) => {
    const focused = document.activeElement;
    // A part that's no longer live is found by its id, and replaced for the last time.
    const fresh = new Map([...shown.keys()].map((id) => [id, next.querySelector(`[id="${id}"]`)]));
    const isSame = [...fresh.values()].every(Boolean) && [...parts(next).keys()].every((id) => fresh.has(id));
    const now = known(isSame ? fresh : parts(next));
    if (isSame) {
      for (const [id, part] of parts(main)) {
        if (now.get(id) === shown.get(id)) continue;
        for (const details of part.querySelectorAll("details[open]")) {
          fresh.get(id).querySelector(`details[id="${details.id}"]`)?.setAttribute("open", "");
        }
        part.replaceWith(fresh.get(id));
      }
    } else {
      main.replaceChildren(...next.childNodes);
    }
    shown = now;
    const isUrgent = !isSame || main.querySelector("[data-announce=now]");
    announce(words(main), isUrgent ? 0 : ANNOUNCE_DELAY_MS);
    if (focused.isConnected) return;
    ((focused.id && document.getElementById(focused.id)) || main).focus({ preventScroll: true });
  };

  const isOver = () => !main.querySelector("[data-live]");

  // Don't report a single failed poll.
  const count = (failed) => {
    failures = failed ? failures + 1 : 0;
    const saying = failures > 1 ? noConnection : "";
    if (lost.textContent !== saying) lost.textContent = saying;
  };

  const ask = async () => {
    clearTimeout(timer);
    if (asking || document.hidden || isOver()) return;
    asking = true;
    let wait = EVERY_MS;
    // After a phone has changed its network, fetch may get neither a response nor an error.
    const patience = new AbortController();
    const giveUp = setTimeout(() => patience.abort(), MAX_WAIT_MS);
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const response = await fetch(location.href, { headers, cache: "no-store", signal: patience.signal });
      count(response.status >= 500);
      if (response.redirected && response.ok) {
        location.replace(response.url);
        return;
      }
      if (response.status >= 500) wait = AFTER_FAILURE_MS;
      else if (response.ok) {
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        // Don't replace anything while an element is pressed. The next poll will.
        if (!main.querySelector(":active")) {
          etag = response.headers.get("ETag");
          show(page.getElementById("main"));
        }
      } else if ([404, 410].includes(response.status)) {
        return; // the room is deleted: leave the page as it is, also on the projector
      } else if (response.status !== 304) {
        location.reload();
        return;
      }
    } catch {
      wait = AFTER_FAILURE_MS; // no network, or the server is restarting
      count(true);
    } finally {
      clearTimeout(giveUp);
    }
    asking = false;
    timer = setTimeout(ask, wait);
  };

  document.addEventListener("visibilitychange", ask);
  timer = setTimeout(ask, EVERY_MS);
}
