// Carries a typed email over to the next page of signing in, such as "Forgot your password?". Without
// this script it has to be typed again. This tab keeps it only until that page has taken it.
"use strict";
try {
  const field = document.querySelector("main form input[type=email]");
  const typed = sessionStorage.getItem("typed-email");
  sessionStorage.removeItem("typed-email");
  if (field && !field.value && typed) field.value = typed;
  for (const link of field ? document.querySelectorAll('main a[href^="/accounts/"]') : []) {
    link.addEventListener("click", () => sessionStorage.setItem("typed-email", field.value));
  }
} catch {
  // The browser allows no storage.
}
