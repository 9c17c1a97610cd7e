// Offers to show a password while it is typed. Without this script it stays hidden.
"use strict";
for (const form of document.querySelectorAll("form[data-show]")) {
  for (const input of form.querySelectorAll("input[type='password']")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "show-password";
    const label = () => {
      const hidden = input.type === "password";
      button.textContent = hidden ? form.dataset.show : form.dataset.hide;
    };
    button.addEventListener("click", () => {
      input.type = input.type === "password" ? "text" : "password";
      label();
    });
    // What is sent, and what a browser offers to remember, is a password.
    form.addEventListener("submit", () => {
      input.type = "password";
    });
    label();
    input.after(button);
  }
}
