// Adds a button that shows the password while it is typed. Without this script it stays hidden.
"use strict";
for (const input of document.querySelectorAll("input[data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "show-password";
  const become = (type) => {
    input.type = type;
    button.textContent = type === "password" ? input.dataset.show : input.dataset.hide;
  };
  button.addEventListener("click", () => become(input.type === "password" ? "text" : "password"));
  // Submit it as a password field, so that the browser offers to save it as a password.
  input.form.addEventListener("submit", () => become("password"));
  become("password");
  input.after(button);
}
