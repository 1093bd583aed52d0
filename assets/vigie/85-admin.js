// What the administrator's pages share: acts and their answers, questions before an act, secrets told once.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const PATIENCE = 15000; // ms without an answer
  const STAYS = 10000; // ms that a toast can be answered
  let stamp = Date.now();
  let asking = null; // the answer awaited: what to do with it, and its timer

  // One act at a time: a second click while the first is on its way does nothing.
  function ask(store, values, told, patience = PATIENCE) {
    if (asking) return false;
    const timer = setTimeout(() => over({ refused: t("unreachable_plain") }), patience);
    asking = { told, timer, t: ++stamp };
    dash_clientside.set_props(store, { data: { ...values, t: stamp } });
    return true;
  }

  function over(answer) {
    const { told, timer } = asking || {};
    clearTimeout(timer);
    asking = null;
    told?.(answer);
  }

  const answered = (answer) => answer && asking && answer.t === asking.t && over(answer);

  // A failed callback leaves no answer: what was awaited is given up.
  const [fail, answering] = [vigie.fail, vigie.answering];
  vigie.answering = () => Boolean(asking) || answering?.();
  vigie.fail = (failure) => {
    if (asking) return over({ refused: failure ? failure.text : t("unreachable_plain") });
    fail(failure);
  };

  function button(look, text, symbol, act) {
    const node = make("button", look, ...(symbol ? [vigie.icon(symbol)] : []), text);
    node.type = "button";
    if (act) node.addEventListener("click", act);
    return node;
  }

  function wrong(where, text, control) {
    const line = make("div", "field-error", vigie.icon("exclamation-circle"), make("span", "", text));
    line.setAttribute("role", "alert");
    where.append(line);
    control?.focus();
    return null;
  }

  // A form in a dialog: `read` gives what is sent, or null after it said what is wrong.
  function form(title, fields, { label, symbol, store, read, done, danger = false }) {
    const send = make("button", `fb ${danger ? "danger" : "pri"}`, ...(symbol ? [vigie.icon(symbol)] : []), label);
    send.type = "submit";
    const cancel = button("fb", t("admin_cancel"), null, () => box.close());
    const node = make("form", "admin-form", ...fields, make("div", "btns", send, cancel));
    node.noValidate = true;
    const box = vigie.dialog(title, [node]);
    box.classList.add("admin-box");
    node.addEventListener("submit", (event) => {
      event.preventDefault();
      node.querySelectorAll(".field-error").forEach((line) => line.remove());
      const values = read(wrong);
      if (!values) return;
      send.setAttribute("aria-disabled", "true");
      const sent = ask(store, values, (answer) => {
        send.removeAttribute("aria-disabled");
        if (answer.refused) return void wrong(node, answer.refused, send);
        box.close();
        done(answer);
      });
      if (!sent) send.removeAttribute("aria-disabled");
    });
    return { box, node, send };
  }

  // « Désactiver Inès Laurent ? » with its consequence; what is asked is done by the button that names it.
  const confirm = (title, text, how) => form(title, [make("p", "", text)], { ...how, read: () => how.values });

  // Something told once: to copy by a button, or by hand where the browser will not.
  function secret(title, value, words) {
    const field = Object.assign(make("input", "secret"), { type: "text", readOnly: true, value, spellcheck: false });
    field.setAttribute("aria-label", title);
    field.addEventListener("focus", () => field.select());
    const state = make("p", "sub");
    state.setAttribute("role", "status");
    const copy = button("fb pri", t("admin_copy"), "copy", async () => {
      try {
        await navigator.clipboard.writeText(value);
        vigie.put(state, t("admin_copied"));
      } catch {
        field.select();
        vigie.put(state, t("admin_copy_by_hand"));
      }
    });
    const box = vigie.dialog(title, [...words.map((text) => make("p", "", text)), make("div", "secret-line", field, copy), state]);
    box.classList.add("admin-box");
    copy.focus();
    return box;
  }

  // What was done, with a way back where there is one.
  function told(text, undo) {
    if (!undo) return vigie.say(text);
    const back = button("link", t("admin_undo"), null, () => {
      box.remove();
      undo();
    });
    const box = make("div", "toast-x act", make("span", "", text), back);
    box.setAttribute("role", "status");
    const wait = () => setTimeout(() => (box.matches(":hover, :focus-within") ? wait() : box.remove()), STAYS);
    box.addEventListener("keydown", (event) => event.key === "Escape" && box.remove());
    document.querySelectorAll(".toast-x").forEach((old) => old.remove());
    document.body.append(box);
    wait();
  }

  function kpis(list) {
    for (const kpi of list) {
      const node = document.querySelector(`[data-count="${kpi.id}"]`);
      if (!node) continue;
      node.dataset.raw = kpi.raw ?? "";
      vigie.put(node.querySelector(".v"), kpi.value);
      vigie.put(node.querySelector(".sub"), kpi.sub);
    }
  }

  // A table that becomes a list on a narrow screen: each cell then says its heading.
  function table(heads, rows, { label, look = "" } = {}) {
    const head = make("tr", "", ...heads.map(([text, side]) => Object.assign(make("th", side || "", text ?? make("span", "vh", t("admin_act"))), { scope: "col" })));
    rows.forEach((row) => [...row.cells].forEach((cell, i) => heads[i][0] && (cell.dataset.head = heads[i][0])));
    const box = make("div", "tb-box", make("table", "tb lines " + look, make("thead", "", head), make("tbody", "", ...rows)));
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", label);
    return box;
  }

  vigie.admin = { ask, answered, button, form, confirm, secret, told, kpis, table, stamp: () => ++stamp };
})(window.vigie);
