// « ? »: the keys that do something, in one dialog.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const GROUPS = [
    ["help_everywhere", [["help_ctrl_k", "help_find"], ["help_question", "help_help"], ["help_tab", "help_move"], ["help_esc", "help_close"]]],
    ["help_picking", [["help_enter", "help_pick"], ["help_ctrl_enter", "help_add"], ["help_arrows", "help_marks"], ["help_ctrl_z", "help_undo"], ["help_ctrl_y", "help_redo"], ["help_esc", "help_clear"]]],
    ["help_case", [["help_enter", "help_open_case"], ["help_up_down", "help_next_case"], ["help_esc", "help_close_case"]]],
  ];

  vigie.actions.help = () => {
    if (document.querySelector("dialog[open]")) return;
    const content = GROUPS.flatMap(([title, lines]) => [
      make("h3", "", t(title)),
      make("dl", "keys", ...lines.map(([key, words]) => make("div", "", make("dt", "", ...keys(t(key))), make("dd", "", t(words))))),
    ]);
    vigie.dialog(t("help_title"), [make("div", "help-in", ...content)]).classList.add("help");
  };

  // « Ctrl + K »: each key in its own frame.
  const keys = (text) => text.split(" + ").map((key) => make("kbd", "kbd", key));

  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
    event.preventDefault();
    vigie.actions.help();
  });
})(window.vigie);
