// What scripts add to the pages of signing in: the theme, a password shown, one sending only.
"use strict";
(function () {
  const theme = document.getElementById("theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("vigie-theme", root.dataset.bsTheme);
  });

  for (const button of document.querySelectorAll("[data-shows]")) {
    const field = document.getElementById(button.dataset.shows);
    button.hidden = false;
    const show = (shown) => {
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.querySelector(".i").className = "i i-" + (shown ? "eye-slash" : "eye");
      button.querySelector("span").textContent = shown ? button.dataset.hide : button.dataset.show;
    };
    button.addEventListener("click", () => {
      show(field.type === "password");
      field.focus();
    });
    // What is sent is a password again, so that browsers do not keep it among what was typed before.
    field.form.addEventListener("submit", () => show(false));
  }

  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "1";
      form.querySelector("button:not([type=button])").setAttribute("aria-busy", "true");
    });
  }
  // A page that comes back from the browser's memory can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector(".privacy[open]");
    if (event.key !== "Escape" || !open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    const open = document.querySelector(".privacy[open]");
    if (open && !open.contains(event.target)) open.open = false;
  });
})();
