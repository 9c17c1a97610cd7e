// Shows the text field once "Something else" is chosen. Without this script it's always shown.
"use strict";
{
  const event = document.querySelector("select[name='event']");
  const words = document.querySelector("[name='event_words']");

  const ask = (asked) => {
    words.closest(".mb-3").hidden = !asked;
    // A hidden field's text isn't sent. It's restored if the choice is made again.
    words.disabled = !asked;
  };
  const begin = () => ask(event.value === "other" || words.classList.contains("is-invalid"));

  event.addEventListener("change", () => ask(event.value === "other"));
  // On Back and reload, the browser restores the choice after this script has first run.
  window.addEventListener("pageshow", begin);
  begin();
}
