// Answering a recommendation: retain, dismiss with its reason, snooze to a date, take back; and trying plans.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const PATIENCE = 15000; // ms without an answer
  const REST = 120; // ms of quiet before a moved plan is simulated
  const STAYS = 10000; // ms that a toast can be answered
  let stamp = Date.now();
  let asking = null; // the answer awaited: what to do with it, and its timer
  const plans = new Map(); // item → the plan its steppers and boxes show
  let moved = null;

  const view = () => Object.entries(vigie.views).find(([id, one]) => one.kind === "advice" && document.getElementById(id));
  const found = (id) => view()?.[1].items.find((item) => item.id === id);
  const selection = () => vigie.held?.selection ?? "";

  // One answer at a time: a second click while the first is on its way does nothing.
  function decide(values, told) {
    if (asking) return;
    const timer = setTimeout(() => over(told, { refused: t("unreachable") }), PATIENCE);
    asking = { told, timer, t: ++stamp };
    const shown = view();
    const blank = { id: "", answer: "withdrawn", reason: "", motive: "", until: "", plan: null, seen: 0, number: 0, view: shown ? shown[0] : "", size: shown ? shown[1].size : "", selection: selection() };
    dash_clientside.set_props("advice-decide", { data: { ...blank, ...values, t: stamp } });
  }
  vigie.adviceDecide = decide;
  vigie.answering = () => Boolean(asking) || trying;

  function over(told, answer) {
    clearTimeout(asking?.timer);
    asking = null;
    told(answer);
  }

  Object.assign(dash_clientside.vigie ?? (dash_clientside.vigie = {}), {
    advice_decided(answer) {
      if (!answer || !asking || answer.t !== asking.t) return;
      const { told } = asking;
      if (answer.payload) vigie.show(answer.view, answer.payload);
      over(told, answer);
      settled();
    },
    advice_tried(answer) {
      if (!answer) return;
      trying = false;
      if (next) return simulate();
      const shown = view();
      if (!shown) return;
      if (answer.item) {
        const [id, held] = shown;
        held.items = held.items.map((item) => (item.id === answer.item.id ? { ...item, ...answer.item, answer: item.answer } : item));
        vigie.adviceAgain(document.getElementById(id), answer.item);
      } else if (answer.refused) complain(answer.id, answer.refused);
      document.getElementById(shown[0]).classList.remove("trying");
      settled();
    },
  });

  function settled() {
    vigie.settle();
    document.documentElement.dataset.completed = document.documentElement.dataset.settled;
  }

  // A failed callback leaves no answer: what was awaited is given up.
  const fail = vigie.fail;
  vigie.fail = (failure) => {
    if (asking) over(asking.told, { refused: failure ? failure.text : t("unreachable") });
    trying = false;
    fail(failure);
  };

  let trying = false;
  let next = null;
  function simulate() {
    const data = next;
    next = null;
    if (!data) return;
    trying = true;
    dash_clientside.set_props("advice-try", { data: { ...data, selection: selection(), t: ++stamp } });
  }

  vigie.advice = {
    // The plan of an item is moved: shown at once, simulated when it rests.
    move(id, change) {
      const item = found(id);
      if (!item) return;
      const plan = { ...planOf(item), ...change };
      plans.set(id, plan);
      complain(id, "");
      clearTimeout(moved);
      moved = setTimeout(() => {
        next = { id, plan };
        document.getElementById(view()[0]).classList.add("trying");
        if (!trying) simulate();
      }, REST);
    },
  };

  const planOf = (item) => plans.get(item.id) || shownPlan(item);
  const shownPlan = ({ effect }) => {
    const transfers = effect?.transfers?.filter((each) => each.checked !== false).map((each) => each.key);
    const { agents = null, weeks = null } = effect?.plan || {};
    return { agents, weeks, transfers: transfers || null };
  };

  const place = (id) => document.querySelector(`.reco[data-item="${CSS.escape(id)}"], .advice[data-item="${CSS.escape(id)}"]`);
  function complain(id, text) {
    const line = place(id)?.querySelector(".advice-alert");
    if (line && line.textContent !== text) line.textContent = text;
  }

  Object.assign(vigie.actions, {
    "advice-retain"(node) {
      const item = found(node.dataset.item);
      if (!item) return;
      complain(item.id, "");
      decide({ id: item.id, answer: "retained", plan: planOf(item), seen: item.seen }, (answer) => {
        if (answer.refused) return complain(item.id, answer.refused);
        plans.delete(item.id);
        toast(answer);
      });
    },
    "advice-dismiss": (node) => dismissing(found(node.dataset.item)),
    "advice-snooze": (node) => snoozing(found(node.dataset.item)),
    "advice-undo"(node) {
      const { item, number } = node.dataset;
      takeBack(Number(number), (text) => (place(item) ? complain(item, text) : vigie.say(text)));
    },
  });

  function takeBack(number, refused, then) {
    decide({ number }, (answer) => {
      if (answer.refused) return refused(answer.refused);
      vigie.say(answer.told);
      (then || (() => place(answer.id)?.querySelector("button")?.focus()))();
    });
  }

  // What was recorded, with the way back while it is fresh; it stays while it is pointed at or focused.
  function toast(answer) {
    document.querySelectorAll(".toast-x.act").forEach((old) => old.remove());
    const undo = make("button", "link", t("advice_cancel"));
    undo.type = "button";
    const box = make("div", "toast-x act", make("span", "", answer.told), undo);
    box.setAttribute("role", "status");
    undo.addEventListener("click", () => takeBack(answer.number, (text) => vigie.say(text)) || box.remove());
    let timer = null;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => (box.matches(":hover, :focus-within") ? wait() : box.remove()), STAYS);
    };
    document.body.append(box);
    undo.focus({ preventScroll: true });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      box.remove();
      (place(answer.id)?.querySelector(".advice-answer") || document.querySelector("main"))?.focus();
    });
    wait();
  }

  function dismissing(item) {
    if (!item) return;
    const choices = view()[1].reasons.map(([code, words]) => {
      const input = Object.assign(make("input"), { type: "radio", name: "reason", value: code });
      return make("label", "radio", input, make("span", "", words));
    });
    const group = make("fieldset", "radios", make("legend", "", t("advice_reason")), ...choices);
    const motive = Object.assign(make("textarea"), { rows: 3, maxLength: 2000, id: "advice-motive" });
    const label = Object.assign(make("label", "", t("advice_motive")), { htmlFor: motive.id });
    asked(t("advice_dismiss_title", { title: item.title }), item, [make("p", "sub", t("advice_dismiss_why")), group, make("div", "fld", label, motive)], t("advice_dismiss_do"), (wrong) => {
      const reason = group.querySelector("input:checked")?.value;
      if (!reason) return wrong(group, t("advice_reason_missing"), group.querySelector("input"));
      if (!motive.value.trim()) return wrong(motive.parentElement, t("advice_motive_missing"), motive);
      return { answer: "dismissed", reason, motive: motive.value.trim() };
    });
  }

  function snoozing(item) {
    if (!item) return;
    const { today, later } = view()[1];
    const date = Object.assign(make("input"), { type: "date", min: today, value: later, id: "advice-date" });
    const label = Object.assign(make("label", "", t("advice_date")), { htmlFor: date.id });
    asked(t("advice_snooze_title", { title: item.title }), item, [make("p", "sub", t("advice_snooze_why")), make("div", "fld", label, date)], t("advice_snooze_do"), (wrong) =>
      date.value > today ? { answer: "snoozed", until: date.value } : wrong(date.parentElement, t("advice_date_missing"), date)
    );
  }

  // A dialog that asks for what an answer needs; it closes once the answer is recorded.
  function asked(title, item, fields, button, read) {
    const record = make("button", "fb pri", vigie.icon("journal-check"), button);
    record.type = "submit";
    const form = make("form", "deciding", ...fields, make("div", "btns", record));
    form.noValidate = true;
    const box = vigie.dialog(title, [form]);
    const wrong = (where, text, control) => {
      const line = make("div", "field-error", vigie.icon("exclamation-circle"), make("span", "", text));
      line.setAttribute("role", "alert");
      where.append(line);
      control?.focus();
      return null;
    };
    form.querySelector("input")?.focus();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.querySelectorAll(".field-error").forEach((line) => line.remove());
      const values = read(wrong);
      if (!values) return;
      decide({ id: item.id, seen: item.seen, ...values }, (answer) => {
        if (answer.refused) return void wrong(form, answer.refused, record);
        box.close();
        toast(answer);
      });
    });
  }
})(window.vigie);
