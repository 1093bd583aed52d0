// What a browser keeps for its reader bears the reader's mark: whoever uses it next finds nothing of it.
"use strict";
(function (vigie) {
  const OURS = ["vigie-recent", "vigie-network", "vigie_last"];
  let swept = false;

  const mark = () => document.getElementById("shell")?.dataset.user || "";
  const marked = (name, whose) => (whose ? `${name}-${whose}` : name);
  const ours = (key) => OURS.some((name) => key === name || key.startsWith(name + "-"));

  // The name under which something is kept for the reader of this page.
  vigie.own = (name) => {
    const whose = mark();
    if (!swept) forget((key) => !OURS.some((each) => key === marked(each, whose)));
    swept = true;
    return marked(name, whose);
  };

  // Of all that is kept for readers, what `left` says is to go.
  function forget(left) {
    for (const kept of [localStorage, sessionStorage]) {
      Object.keys(kept).filter(ours).filter(left).forEach((key) => kept.removeItem(key));
    }
    const cookies = document.cookie.split("; ").map((each) => each.split("=", 1)[0]);
    cookies.filter(ours).filter(left).forEach((key) => (document.cookie = `${key}=; path=/; max-age=0; samesite=lax`));
  }
  vigie.forget = () => forget(() => true);
})(window.vigie);
