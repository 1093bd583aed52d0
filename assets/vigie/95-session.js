// The end of a session: said two minutes before, with a way to stay; once over, on to sign in and back.
"use strict";
(function (vigie) {
  const USED = "vigie-used"; // when any tab last asked the server something
  const MINUTE = 60_000;
  const SLACK = MINUTE; // how exact the server is about the last use
  const WARNED = 2 * MINUTE;
  const LOOK = 5_000;
  const ask = window.fetch;
  const held = { idle: null, until: null, gone: false };

  // Only a session has this proof: the demonstration never ends.
  if (!vigie.proof()) return;

  function ended() {
    if (held.gone) return;
    held.gone = true;
    const way = location.pathname + location.search;
    location.assign("/sign-in?" + new URLSearchParams({ why: "ended", next: way }));
  }

  const ours = (asked) => new URL(asked instanceof Request ? asked.url : asked, location.href).origin === location.origin;

  window.fetch = async (asked, options) => {
    const answer = await ask.call(window, asked, options);
    if (ours(asked)) {
      if (answer.status === 401) ended();
      else used();
    }
    return answer;
  };

  function used() {
    localStorage.setItem(USED, String(Date.now()));
    look();
  }

  async function begin() {
    try {
      const answer = await window.fetch("/session");
      if (!answer.ok) return;
      const told = await answer.json();
      held.idle = told.idle === null ? null : told.idle * 1000;
      held.until = told.left === null ? null : Date.now() + told.left * 1000;
      look();
    } catch {
      setTimeout(begin, MINUTE); // the server is away: the session is looked at later
    }
  }

  // The banner while there is something to say; past the end, away.
  function look() {
    if (held.idle === null || held.gone) return;
    const now = Date.now();
    const idle = Number(localStorage.getItem(USED) || now) + held.idle;
    if (now > Math.min(idle, held.until) + LOOK) return ended();
    const last = held.until < idle;
    const left = (last ? held.until : idle - SLACK) - now;
    if (left <= WARNED) say(Math.max(0, Math.ceil(left / MINUTE)), last);
    else hide();
  }

  const banner = () => document.getElementById("session-end");
  const hide = () => banner()?.remove();

  function say(minutes, last) {
    const key = minutes > 1 ? "session_minutes" : minutes === 1 ? "session_minute" : "session_now";
    const text = vigie.t(key, { n: minutes }) + " " + vigie.t(last ? "session_longest" : "session_idle");
    const node = banner() || made();
    vigie.put(node.querySelector("span"), text);
    node.querySelector("button").hidden = last;
  }

  function made() {
    const stay = vigie.make("button", "fb pri", vigie.t("session_stay"));
    stay.type = "button";
    stay.addEventListener("click", begin);
    const words = vigie.make("span", "");
    words.setAttribute("role", "status");
    const node = vigie.make("div", "session-end", vigie.icon("clock"), words, stay);
    node.id = "session-end";
    document.body.append(node);
    return node;
  }

  window.addEventListener("storage", (event) => event.key === USED && look());
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK);
  begin();
})(window.vigie);
