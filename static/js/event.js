// Asks for words once "Something else" is chosen. Without this script they can always be written.
"use strict";
{
  const event = document.querySelector("select[name='event']");
  const words = document.querySelector("[name='event_words']");

  const ask = (asked) => {
    words.closest(".mb-3").hidden = !asked;
    // What is out of sight is not sent; it comes back with the choice.
    words.disabled = !asked;
  };
  const begin = () => ask(event.value === "other" || words.classList.contains("is-invalid"));

  event.addEventListener("change", () => ask(event.value === "other"));
  // Back and reload bring back what was chosen, after this script first ran.
  window.addEventListener("pageshow", begin);
  begin();
}
