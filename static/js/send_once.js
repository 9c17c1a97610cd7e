// Sends a form only once: a second press would abort the first, whose cookies and page are then lost. If
// the page stays, after a download or if the loading was stopped, it can be sent again after a while.
{
  const SENDING_MS = 10000;
  let sentAt = new WeakMap();
  // On the window, so after the scripts that send a form themselves.
  window.addEventListener("submit", (event) => {
    const { target: form, submitter, timeStamp } = event;
    const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method");
    const target = submitter?.getAttribute("formtarget") ?? form.getAttribute("target");
    if (event.defaultPrevented || method?.toLowerCase() !== "post" || target === "_blank") return;
    if (timeStamp - sentAt.get(form) < SENDING_MS) event.preventDefault();
    else sentAt.set(form, timeStamp);
  });
  // A page from the back/forward cache is as it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sentAt = new WeakMap();
  });
}
