// Checks a new password while it is typed. The rules and texts come from the server, which checks again.
"use strict";
{
  // The similarity of two words from 0 to 1, as Django's UserAttributeSimilarityValidator computes it.
  const similarity = (one, other) => {
    const letters = [...other];
    const common = [...one].filter((letter) => {
      const at = letters.indexOf(letter);
      if (at >= 0) letters.splice(at, 1);
      return at >= 0;
    });
    return (2 * common.length) / (one.length + other.length);
  };

  const isLike = (password, email) =>
    [email, ...email.split(/[^\p{L}\p{N}_]+/u)].some(
      (part) => part && similarity(password.toLowerCase(), part.toLowerCase()) >= 0.7,
    );

  for (const input of document.querySelectorAll("input[data-min-length]")) {
    const email = input.form.querySelector("input[type='email']");
    const answer = document.createElement("p");
    answer.className = "password-answer";
    answer.setAttribute("aria-live", "polite");
    const check = () => {
      const { minLength, tooShort, onlyDigits, likeEmail, fine } = input.dataset;
      const password = input.value;
      let words = password && fine;
      if (isLike(password, email ? email.value : input.dataset.email)) words = likeEmail;
      if (/^\p{Nd}+$/u.test(password)) words = onlyDigits;
      if (password && [...password].length < Number(minLength)) words = tooShort;
      // Only write changed text: screen readers announce it again on each write, so on each keystroke.
      if (answer.textContent !== words) answer.textContent = words;
      answer.classList.toggle("is-fine", words === fine);
    };
    input.addEventListener("input", check);
    email?.addEventListener("input", check);
    input.after(answer);
  }
}
