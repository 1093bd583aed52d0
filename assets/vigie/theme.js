// Before the first paint: the theme the reader chose, else the system's.
(function () {
  "use strict";
  var chosen = localStorage.getItem("vigie-theme");
  var dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.bsTheme = dark ? "dark" : "light";
})();
