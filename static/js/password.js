// Offers to show a password while it is typed. Without this script it stays hidden.
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
  // What is sent, and what a browser offers to remember, is a password.
  input.form.addEventListener("submit", () => become("password"));
  become("password");
  input.after(button);
}
