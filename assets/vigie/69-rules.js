// The page of the rules: what each did, what it says, what other limits would do, why some were dismissed.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const REST = 150; // ms of quiet before other limits are tried
  const state = { page: null, rule: null, place: "", list: "" };
  let stamp = Date.now();
  let trying = null;
  vigie.rules = state;

  const here = () => document.querySelector(".page.rules") !== null;
  const ALL = "all";
  state.chosen = () => state.page.rules.find((rule) => rule.id === state.rule) || state.page.rules[0];

  Object.assign(dash_clientside.vigie ?? (dash_clientside.vigie = {}), {
    rules(page, texts) {
      if (!page || !here()) return dash_clientside.no_update;
      vigie.texts = texts || vigie.texts;
      arrived(page);
      return ++stamp;
    },
    rules_again: (page) => page && here() && arrived(page),
    rules_tried(answer) {
      const line = document.querySelector("#rules-detail .tried");
      if (!line || !answer || answer.t !== trying) return;
      put(line, answer.text);
      vigie.settle();
    },
  });

  function arrived(page) {
    if (page.problem) problem(page.problem);
    else {
      state.page = page;
      read();
      draw();
    }
    vigie.place = null; // no step back of this page is one of the crossfilter's
    vigie.settle();
  }

  function problem(text) {
    for (const name of ["list", "why", "detail", "effects", "history"]) vigie.message(document.getElementById("rules-" + name), "exclamation-circle", text);
  }

  // What the address says is open: the rule, the place and the decisions shown.
  function read() {
    const found = new URLSearchParams(location.search);
    const rule = found.get("rule");
    state.rule = rule === ALL || state.page.rules.some((each) => each.id === rule) ? rule : null;
    state.place = found.get("agency") || found.get("region") || "";
    state.list = ["retained", "dismissed", "none"].includes(found.get("list")) ? found.get("list") : "";
  }

  // A choice is a step of the history; the page is drawn again from what it has.
  state.choose = (change) => {
    Object.assign(state, change);
    const parts = [];
    const dim = state.page.history.find((row) => row.place === state.place)?.dim || "agency";
    if (state.place) parts.push([dim, state.place]);
    if (state.list) parts.push(["list", state.list]);
    if (state.rule) parts.push(["rule", state.rule]);
    const query = new URLSearchParams(parts).toString();
    history.pushState(null, "", location.pathname + (query ? "?" + query : ""));
    draw();
    vigie.settle();
  };
  window.addEventListener("popstate", () => {
    if (!here() || !state.page) return;
    read();
    draw();
  });

  // Everything again from the server, after a decision was taken back.
  state.again = () => dash_clientside.set_props("rules-ask", { data: { t: ++stamp } });

  function draw() {
    const { page } = state;
    for (const kpi of page.kpis) {
      const node = document.querySelector(`[data-count="${kpi.id}"]`);
      node.dataset.raw = kpi.raw ?? "";
      put(node.querySelector(".v"), kpi.value);
      put(node.querySelector("small"), kpi.unit);
      put(node.querySelector(".sub"), kpi.sub);
    }
    vigie.show("rules-list", { kind: "rules_list", rules: page.rules, note: page.reference });
    vigie.show("rules-detail", { kind: "rules_detail", ...page.details[state.chosen().id], icon: state.chosen().icon });
    put(document.getElementById("rules-why-sub"), page.dismissed.sub);
    vigie.show("rules-why", { kind: "rules_why", rows: page.dismissed.rows });
    vigie.show("rules-effects", { kind: "rules_effects", ...page.effects });
    vigie.show("rules-history", { kind: "rules_history", rows: page.history });
  }

  vigie.draws.rules_list = (element, view) => {
    vigie.body(element, "rules_list", () => element.append(make("div", "rule-rows"), make("p", "sub")));
    const [rows, note] = element.children;
    const nodes = vigie.pool(rows, view.rules.length + 1, () => make("button", "rule-row"));
    view.rules.forEach((rule, i) => line(nodes[i], rule));
    const all = nodes[view.rules.length];
    all.type = "button";
    all.className = "rule-row all";
    all.setAttribute("aria-pressed", String(state.rule === ALL));
    if (all.textContent !== t("rules_all")) all.replaceChildren(t("rules_all"));
    all.onclick = () => state.choose({ rule: state.rule === ALL ? null : ALL });
    put(note, view.note);
    vigie.legend(element, [["sw", t("rules_legend_retained")], ["sw plan", t("rules_legend_plan")], ["sw part", t("rules_legend_dismissed")], ["sw gap", t("rules_legend_none")]]);
  };

  function line(node, rule) {
    const top = Math.max(1, rule.parts.reduce((sum, [, count]) => sum + count, 0));
    const bar = make("span", "slices", ...rule.parts.filter(([, count]) => count).map(([name, count]) => Object.assign(make("span", "slice " + name), { style: `flex-grow:${count / top}` })));
    bar.setAttribute("aria-hidden", "true");
    const head = make("span", "h", make("b", "", rule.name), make("span", "n", rule.times));
    const words = make("span", "grow", head, make("small", "sub", rule.short), bar, make("small", "said", rule.said));
    node.type = "button";
    node.className = "rule-row";
    node.dataset.rule = rule.id;
    node.setAttribute("aria-pressed", String(state.rule !== ALL && state.chosen() === rule));
    node.replaceChildren(make("span", "ic " + rule.tone, vigie.icon(rule.icon)), words);
    node.onclick = () => state.choose({ rule: rule.id });
  }

  vigie.draws.rules_detail = (element, view, card) => {
    if (element.dataset.kind === "rules_detail" && element.dataset.rule === view.id) return;
    vigie.body(element, "rules_detail", () => {});
    element.dataset.rule = view.id;
    put(card.querySelector("h2"), view.name);
    document.getElementById("rules-detail-sub").replaceChildren(make("code", "", view.id), " ", make("span", "badge-x ok", t("rules_in_service")));
    const chips = view.chips.flatMap((text, i) => [make("span", "w", t(i ? "rules_and" : "rules_when")), make("span", "cond", text)]);
    if (view.running) chips.push(make("span", "w", t("rules_during")), make("span", "cond", view.running));
    chips.push(make("span", "w", t("rules_at_least")), make("span", "cond", view.minimum));
    const facts = make("dl", "rule-facts", ...view.facts.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))));
    element.replaceChildren(make("p", "conds", ...chips), make("p", "", view.say), make("p", "sub", view.why), facts, today(view), make("ul", "versions sub", ...view.versions.map((text) => make("li", "", text))));
  };

  // What it does today, and with other limits: real steppers, and a sentence that follows them.
  function today(view) {
    const tried = make("p", "tried");
    tried.setAttribute("role", "status");
    const limits = view.limits.map((limit) => limit.at);
    const steppers = view.limits.map((limit, i) => ladder(limit, (value) => {
      limits[i] = value;
      attempt(view, limits, tried);
    }));
    const back = make("button", "fb", t("rules_back"));
    back.type = "button";
    back.addEventListener("click", () => {
      steppers.forEach((stepper) => stepper.reset());
      put(tried, "");
    });
    const box = make("div", "tries-box", ...steppers.map((stepper) => stepper.node), back, make("p", "sub", t("rules_try_note")), tried);
    const summary = make("summary", "fb", t("rules_try"));
    const more = make("details", "tries-more", summary, box);
    return make("div", "note today", make("p", "", make("b", "", t("rules_today")), " ", view.today), more);
  }

  function attempt(view, limits, line) {
    clearTimeout(attempt.timer);
    attempt.timer = setTimeout(() => {
      if (view.limits.every((limit, i) => limit.at === limits[i])) return put(line, "");
      trying = ++stamp;
      dash_clientside.set_props("rules-try", { data: { rule: view.id, limits: [...limits], t: trying } });
    }, REST);
  }

  function ladder(limit, moved) {
    const start = Math.max(0, limit.steps.findIndex(([value]) => Math.abs(value - limit.at) < 1e-9));
    let at = start;
    const shown = make("output", "");
    const [less, more] = [[-1, "−", "rules_lower"], [1, "+", "rules_raise"]].map(([by, sign, name]) => {
      const button = make("button", "", sign);
      button.type = "button";
      button.setAttribute("aria-label", t(name, { name: limit.label }));
      button.addEventListener("click", () => move(at + by));
      return button;
    });
    const spell = () => {
      put(shown, limit.steps[at][1]);
      less.setAttribute("aria-disabled", String(at === 0));
      more.setAttribute("aria-disabled", String(at === limit.steps.length - 1));
    };
    function move(to) {
      if (to < 0 || to >= limit.steps.length) return;
      at = to;
      spell();
      moved(limit.steps[at][0]);
    }
    spell();
    const box = make("div", "stepper", less, shown, more);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", limit.label);
    return { node: make("div", "ladder", make("span", "sub", limit.label), box), reset: () => move(start) };
  }

  vigie.draws.rules_why = (element, view) => {
    vigie.body(element, "rules_why", () => element.append(make("ul", "reasons")));
    const top = Math.max(1, ...view.rows.map(([, count]) => count));
    element.firstChild.replaceChildren(...view.rows.map(([name, count]) => {
      const fill = make("span", "fill");
      fill.style.width = (count / top) * 100 + "%";
      return make("li", "", make("span", "", name), make("span", "bar", fill), make("b", "", vigie.number(count)));
    }));
  };

  Object.assign(vigie.tables, {
    rules_list: (v) => [[t("rules_rule"), t("rules_retained"), t("rules_dismissed"), t("rules_none")], ...v.rules.map((rule) => [rule.name, ...["retained", "dismissed", "none"].map((name) => vigie.number(Object.fromEntries(rule.parts)[name] ?? null))])],
    rules_detail: (v) => [[t("rules_rule"), v.name], ...v.facts, ...v.chips.map((chip) => [t("rules_when"), chip])],
    rules_why: (v) => (v.rows.length ? [[t("rules_reason"), t("rules_count")], ...v.rows.map(([name, count]) => [name, vigie.number(count)])] : null),
  });
})(window.vigie);
