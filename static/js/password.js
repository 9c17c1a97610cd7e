// Offers to show a password while it is typed. Without this script it stays hidden.
"use strict";
for (const input of document.querySelectorAll("input[data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "show-password";
  const label = () => {
    const hidden = input.type === "password";
    button.textContent = hidden ? input.dataset.show : input.dataset.hide;
  };
  button.addEventListener("click", () => {
    input.type = input.type === "password" ? "text" : "password";
    label();
  });
  // What is sent, and what a browser offers to remember, is a password.
  input.form.addEventListener("submit", () => {
    input.type = "password";
  });
  label();
  input.after(button);
}
