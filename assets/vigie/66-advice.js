// Recommendations: a short list beside the charts, or cards side by side with their simulation.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const action = (button, name, item) => {
    Object.assign(button, { type: "button" });
    Object.assign(button.dataset, { action: name, item: item.id });
    return button;
  };

  vigie.draws.advice = (element, view, card) => {
    vigie.body(element, "advice", () => {});
    const held = focused(element);
    top(card || element.closest(".card-x"), element.id, view);
    // A card is for what has something to look at; the rest takes a line, as in the list.
    const wide = view.size === "list" ? [] : view.items.filter((item) => item.effect || item.reasons?.length);
    const lines = view.items.filter((item) => !wide.includes(item));
    const columns = make("div", "advice-cols n" + Math.min(wide.length, 4), ...wide.map((item) => column(item, view)));
    const rows = make("div", "recos", ...lines.map((item) => row(item, view)));
    const none = make("div", "empty", vigie.icon("check2"), make("p", "", view.none));
    element.replaceChildren(...(view.items.length ? [columns, rows] : [none]), foot(view));
    if (held) element.querySelector(held)?.focus();
  };

  // What had the focus before a redraw, as a selector that finds it after.
  function focused(element) {
    const { action: name, item } = element.contains(document.activeElement) ? document.activeElement.dataset : {};
    return name && item ? `[data-action="${name}"][data-item="${CSS.escape(item)}"]` : null;
  }

  // Under the title what is shown and the way to the rules; beside it how many matter most.
  function top(card, id, view) {
    const rules = make("a", "", t("advice_rules"));
    rules.href = "/rules";
    const sub = document.getElementById(id + "-sub");
    sub?.replaceChildren(view.summary + " ", rules);
    const head = card.querySelector(".card-h");
    let badge = head.querySelector(".advice-badge");
    if (!badge) head.insertBefore((badge = make("span", "badge-x advice-badge")), head.children[1] || null);
    badge.hidden = !view.badge;
    badge.className = `badge-x advice-badge ${view.urgent ? "hi" : ""}`;
    put(badge, view.badge || "");
  }

  function foot(view) {
    const all = make("a", "link", view.all, vigie.icon("chevron-right"));
    all.href = "/rules";
    const parts = view.hidden ? [make("span", "sub", view.hidden)] : [];
    return make("div", "advice-foot", ...(view.all ? [all] : []), ...parts);
  }

  // Within Vigie, a link changes the page and loads nothing anew.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".advice-foot a, [id$=-recommendations-sub] a") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    vigie.go(link.getAttribute("href"));
  });

  const heading = (item) => make("b", "", item.title);
  const symbol = (item) => make("div", "ic " + (item.urgent ? "hi" : item.decides ? "md" : "lo"), vigie.icon(item.icon));

  function badges(item) {
    const shown = [make("span", "badge-x", item.badge)];
    if (item.urgent) shown.unshift(make("span", "badge-x hi", t("advice_urgent")));
    return shown;
  }

  function evidence(item) {
    if (!item.link) return [];
    const link = make("button", "link", item.link, vigie.icon("chevron-right"));
    link.type = "button";
    link.dataset.action = "evidence";
    link.dataset.search = item.evidence;
    return [link];
  }

  function row(item, view) {
    const box = make("div", "reco", symbol(item));
    const effect = item.effect?.line ? [make("p", "gain", item.effect.line)] : [];
    const foot = make("div", "meta", ...evidence(item), ...(item.answer ? [] : buttons(item, view, "mini")));
    box.append(make("div", "grow", make("div", "reco-h", heading(item), make("span", "marks", ...badges(item))), make("p", "", item.text), ...effect, ...standing(item, view), foot, alert()));
    box.dataset.rule = item.rule;
    box.dataset.item = item.id;
    return box;
  }

  function column(item, view) {
    const title = make("h3", "", item.title);
    const head = make("div", "advice-h", symbol(item), make("div", "grow", make("div", "", title, " ", ...badges(item)), make("p", "", item.text)));
    const box = make("section", "advice", head, ...controls(item), make("div", "result"));
    box.setAttribute("aria-label", item.title);
    box.dataset.rule = item.rule;
    box.dataset.item = item.id;
    box.append(make("div", "advice-end", ...standing(item, view), ...(item.answer ? [] : answering(item, view)), alert()));
    result(box, item);
    return box;
  }

  const answering = (item, view) => {
    const made = buttons(item, view, "");
    if (!made.length || !item.record) return made;
    return [make("p", "sub records", t("advice_records", { what: item.record })), made[0]];
  };

  // What is drawn again whenever the plan is moved.
  function result(box, item) {
    const effect = item.effect || {};
    const parts = [];
    if (effect.series) parts.push(vigie.backlogChart(effect.series, item.title));
    if (item.reasons?.length) parts.push(bars(item.reasons));
    if (item.audited?.length) parts.push(make("h4", "", t("advice_audited")), make("ul", "audited", ...item.audited.map(audited)));
    parts.push(...evidence(item));
    if (effect.text) parts.push(make("div", "gain-box", make("b", "", effect.text), " ", effect.interval || "", ...(effect.sentences || []).map((text) => make("div", "", text))));
    if (effect.assumption) parts.push(make("p", "sub", effect.assumption));
    box.querySelector(".result").replaceChildren(...parts);
    const line = box.querySelector(".records");
    if (line) put(line, t("advice_records", { what: item.record }));
  }

  function audited({ id, text }) {
    const open = make("button", "link", id);
    open.type = "button";
    open.dataset.action = "case";
    open.dataset.case = id;
    return make("li", "", open, make("span", "sub", text));
  }

  function bars(reasons) {
    const top = Math.max(...reasons.map((each) => each.share), 1e-9);
    const rows = reasons.map((each) => {
      const fill = make("span", "fill");
      fill.style.width = (each.share / top) * 100 + "%";
      return make("li", "", make("span", "", each.name), make("span", "bar", fill), make("b", "", vigie.percent(each.share, 0)));
    });
    return make("ul", "reasons", ...rows);
  }

  // The plan: how many agents for how long, or which transfers.
  function controls(item) {
    if (item.answer) return [];
    const { plan, transfers } = item.effect || {};
    const made = [];
    if (plan?.agents) {
      const agents = stepper(item, "agents", plan.agents_steps || [], plan.agents);
      made.push(make("div", "steppers", agents, make("span", "sub", t("advice_during")), stepper(item, "weeks", plan.weeks_steps || [], plan.weeks)));
    }
    if (transfers?.length || item.refused?.length) {
      made.push(make("ul", "transfers", ...(transfers || []).map((each) => transfer(item, each)), ...(item.refused || []).map(impossible)));
    }
    return made;
  }

  function stepper(item, name, steps, value) {
    const shown = make("output", "");
    const [less, more] = [[-1, "−", "less"], [1, "+", "more"]].map(([by, sign, word]) => {
      const button = action(make("button", "", sign), `advice-${name}-${word}`, item);
      button.setAttribute("aria-label", t(`advice_${name}_${word}`));
      button.addEventListener("click", () => move(by));
      return button;
    });
    let at = Math.max(0, steps.indexOf(value));
    const spell = () => {
      put(shown, t(`advice_${name}${steps[at] === 1 ? "_1" : ""}`, { n: vigie.number(steps[at]) }));
      less.setAttribute("aria-disabled", String(at === 0));
      more.setAttribute("aria-disabled", String(at === steps.length - 1));
    };
    function move(by) {
      const next = Math.min(steps.length - 1, Math.max(0, at + by));
      if (next === at) return;
      at = next;
      spell();
      vigie.advice.move(item.id, { [name]: steps[at] });
    }
    spell();
    const box = make("div", "stepper", less, shown, more);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", t("advice_" + name + "_label"));
    return box;
  }

  function transfer(item, each) {
    const input = Object.assign(make("input"), { type: "checkbox", checked: each.checked !== false, value: each.key });
    input.addEventListener("change", () => {
      const kept = [...input.closest(".transfers").querySelectorAll("input:checked")].map((one) => one.value);
      vigie.advice.move(item.id, { transfers: kept });
    });
    const words = make("span", "", make("b", "", each.text), make("small", "sub", [each.receiver, each.room].filter(Boolean).join(", ")));
    return make("li", "", make("label", "", input, words, make("span", "v good", each.gain || "")));
  }

  const impossible = (each) =>
    make("li", "none", vigie.icon("x-circle"), make("span", "", make("span", "", each.text), make("small", "sub", each.reason)));

  function buttons(item, view, size) {
    if (!view.decide || !item.decides) return [];
    const made = [["retain", "check2", size ? "fb" : "fb pri"], ["dismiss", null, "fb"], ["snooze", null, "fb"]].map(([name, mark, look]) => {
      const button = action(make("button", `${look} ${size}`, ...(mark ? [vigie.icon(mark)] : []), t("advice_" + name)), "advice-" + name, item);
      button.setAttribute("aria-label", `${t("advice_" + name)} ${t("advice_of", { title: item.title })}`);
      if (name === "retain" && item.record) button.title = t("advice_records", { what: item.record });
      return button;
    });
    return [make("div", "btns", ...made)];
  }

  // What was answered, and once time has passed what came of it.
  function standing(item, view) {
    const { answer } = item;
    if (!answer) return [];
    const line = make("p", "", vigie.icon(answer.icon), make("span", "", answer.text));
    const parts = [line];
    if (answer.result) parts.push(make("p", "outcome", make("b", "", answer.result.text), " ", make("span", "", answer.result.net || ""), make("small", "sub", answer.result.note)));
    if (view.decide) {
      const undo = action(make("button", "link", t("advice_reconsider")), "advice-undo", item);
      undo.setAttribute("aria-label", `${t("advice_reconsider")} ${t("advice_of", { title: item.title })}`);
      undo.dataset.number = answer.id;
      parts.push(undo);
    }
    const box = make("div", "advice-answer", ...parts);
    box.tabIndex = -1;
    return [box];
  }

  function alert() {
    const place = make("p", "advice-alert");
    place.setAttribute("role", "alert");
    return place;
  }

  // One card again, after its plan was moved: its controls and buttons stay.
  vigie.adviceAgain = (element, item) => {
    const box = element.querySelector(`.advice[data-item="${CSS.escape(item.id)}"]`);
    if (box) result(box, item);
  };

  vigie.tables.advice = (view) => [
    [t("rule"), t("value"), t("advice_effect"), t("advice_answer")],
    ...view.items.map((item) => [item.title, item.text, item.effect?.line || "—", item.answer?.text || "—"]),
  ];
})(window.vigie);
