// One step back or forward among what was picked on the page that is open, in the browser's own history.
"use strict";
(function (vigie) {
  const RUN = Date.now(); // steps of an earlier load of the page are not ours to count
  const trail = []; // by step: the path, the chips, and whether the page was come to by it
  let step = 0;
  let going = false;

  const known = () => (history.state?.run === RUN ? history.state.step : null);

  // What an entry of the history holds: a new step, or with `same` the one that stands.
  vigie.step = (same) => {
    const now = (known() ?? step) + (same ? 0 : 1);
    if (!same) trail.length = Math.min(trail.length, now);
    return { run: RUN, step: now };
  };

  // A settled update: what the entry that is open shows. The address follows in the same breath.
  vigie.stepped = (data) => queueMicrotask(() => {
    if (known() === null) history.replaceState({ run: RUN, step: ++step }, "");
    const now = (step = known());
    const path = data.held.path;
    const entered = trail[now]?.entered ?? trail[now - 1]?.path !== path;
    trail[now] = { path, entered, text: data.held.text, chips: data.chips.map((chip) => chip.label) };
    buttons();
  });
  window.addEventListener("popstate", () => {
    going = false;
    step = known() ?? step;
    buttons();
  });

  const open = () => document.querySelector("dialog[open]") !== null;
  const here = () => (trail[step]?.path === location.pathname ? trail[step] : null);
  const before = () => (here() && !here().entered ? trail[step - 1] : undefined);
  const after = () => (here() && trail[step + 1] && !trail[step + 1].entered ? trail[step + 1] : undefined);

  function move(by, to) {
    if (going || !to || open()) return;
    going = true;
    history.go(by);
  }
  vigie.actions.undo = () => move(-1, before());
  vigie.actions.redo = () => move(1, after());

  // What a step changed, in the words of its chips.
  function changed(from, to) {
    const [less, more] = [from.chips.filter((label) => !to.chips.includes(label)), to.chips.filter((label) => !from.chips.includes(label))];
    if (!less.length && !more.length) return vigie.t("undo_other");
    if (less.length + more.length === 1) return vigie.t(more.length ? "undo_added" : "undo_removed", { label: more[0] || less[0] });
    if (!to.chips.length) return vigie.t("undo_cleared");
    if (less.length === 1 && more.length === 1) return vigie.t("undo_replaced", { label: more[0], other: less[0] });
    return vigie.t("undo_several");
  }

  function button(name, words) {
    const node = document.getElementById(name);
    if (!node) return;
    node.setAttribute("aria-disabled", String(!words));
    node.setAttribute("aria-label", vigie.t(name) + (words ? vigie.t("undo_what", { what: words }) : ""));
  }

  function buttons() {
    button("undo", before() && changed(before(), here()));
    button("redo", after() && changed(here(), after()));
  }

  const typing = (node) => node instanceof Element && node.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target) || open()) return;
    const key = event.key.toLowerCase();
    const back = key === "z" && !event.shiftKey;
    const forth = (key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey);
    if ((!back && !forth) || !document.getElementById("undo")) return;
    event.preventDefault();
    vigie.actions[back ? "undo" : "redo"]();
  });
})(window.vigie);
