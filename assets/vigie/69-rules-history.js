// The page of the rules: every firing with its decision and what followed; announced against measured effects.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const FIRST = 40; // lines shown at once
  const ALL = "all";
  const set = (node, values) => {
    for (const name in values) node.setAttribute(name, values[name]);
    return node;
  };

  const rows = () => {
    const { rule, place, page } = vigie.rules;
    const id = rule === ALL ? null : vigie.rules.chosen().id;
    return page.history.filter((row) => (!id || row.rule === id) && (!place || row.place === place));
  };
  const decided = (row, list) => !list || (list === "none" ? ["none", "snoozed"].includes(row.decision) : row.decision === list);

  vigie.draws.rules_history = (element, view, card) => {
    const state = vigie.rules;
    vigie.body(element, "rules_history", build);
    const every = state.rule === ALL;
    put(card.querySelector("h2"), every ? t("rules_history_all") : t("rules_history_of", { name: state.chosen().name }));
    const here = rows();
    const shown = here.filter((row) => decided(row, state.list));
    chips(element.querySelector(".chips"), here);
    places(element.querySelector("select"), view.rows);
    for (const link of element.querySelectorAll("a[data-kind]")) Object.assign(link, { href: `/export/rules/${link.dataset.kind}?${asked()}`, hidden: !state.page.export });
    const limit = Number(element.dataset.limit || FIRST);
    const heads = ["date", ...(every ? ["rule"] : []), "where", "measure", "decision", "plan", "before", "net"];
    const table = element.querySelector("table");
    table.tHead.rows[0].replaceChildren(...heads.map((name) => set(make("th", "", t("rules_" + name)), { scope: "col" })));
    table.tBodies[0].replaceChildren(...shown.slice(0, limit).map((row) => line(row, every)));
    const more = element.querySelector(".more");
    more.hidden = shown.length <= limit;
    put(more, t("more", { n: vigie.number(shown.length - limit) }));
    more.onclick = () => {
      element.dataset.limit = limit + FIRST;
      vigie.draws.rules_history(element, view, card);
    };
    element.querySelector(".tb-box").hidden = !shown.length;
    put(element.querySelector(".shown"), shown.length ? t("rules_shown", { n: vigie.number(Math.min(limit, shown.length)), total: vigie.number(shown.length) }) : t("rules_empty"));
  };

  function build(element) {
    const label = make("label", "fb rule-place", make("span", "k", t("rules_place")));
    const select = make("select");
    select.addEventListener("change", () => vigie.rules.choose({ place: select.value }));
    label.append(select);
    const links = ["xlsx", "csv"].map((kind) => {
      const link = make("a", "fb", vigie.icon("download"), t("rules_" + kind));
      link.dataset.kind = kind;
      return link;
    });
    const bar = make("div", "history-bar", make("div", "chips"), make("span", "grow"), label, ...links);
    const table = make("table", "tb", make("thead", "", make("tr", "")), make("tbody", ""));
    const box = set(make("div", "tb-box", table), { tabindex: "0", role: "region", "aria-label": t("table") });
    const more = make("button", "fb ghost more");
    more.type = "button";
    element.append(bar, box, more, make("p", "sub shown"));
    vigie.legend(element, [["tick said", t("rules_said")], ["dot-full", t("rules_clear")], ["dot-hollow", t("rules_touches")]]);
  }

  // The same lines as a file: the rule, the place and the decisions shown.
  function asked() {
    const { rule, place, list } = vigie.rules;
    const parts = { rule: rule === ALL ? "" : vigie.rules.chosen().id, place, decision: list };
    return new URLSearchParams(Object.entries(parts).filter(([, value]) => value)).toString();
  }

  function chips(holder, here) {
    const names = ["", "retained", "dismissed", "none"];
    const nodes = vigie.pool(holder, names.length, () => make("button", "chip pill"));
    names.forEach((name, i) => {
      const count = here.filter((row) => decided(row, name)).length;
      nodes[i].type = "button";
      nodes[i].setAttribute("aria-pressed", String(vigie.rules.list === name));
      nodes[i].dataset.list = name || "every";
      nodes[i].replaceChildren(t("rules_" + (name || "every")), " ", make("b", "", vigie.number(count)));
      nodes[i].onclick = () => vigie.rules.choose({ list: name });
    });
  }

  function places(select, all) {
    const names = [...new Set(all.map((row) => row.place))].sort((a, b) => a.localeCompare(b));
    const key = names.join("|");
    if (select.dataset.key !== key) {
      const option = (value, text) => Object.assign(make("option", "", text), { value });
      select.replaceChildren(option("", t("rules_every_place")), ...names.map((name) => option(name, name)));
      select.dataset.key = key;
    }
    select.value = names.includes(vigie.rules.place) ? vigie.rules.place : "";
  }

  function line(row, every) {
    const cell = (...content) => make("td", "", ...content.filter((part) => part !== null));
    const found = row.measures.flatMap(([value, limit], i) => [i ? ", " : "", make("b", "", value), " ", make("span", "sub", limit)]);
    const node = make("tr", "", cell(row.day));
    if (every) node.append(cell(vigie.rules.page.rules.find((rule) => rule.id === row.rule)?.name || row.rule));
    node.append(cell(place(row)), cell(...found), cell(decision(row)), make("td", "wrap", row.plan), cell(row.before), net(row));
    node.dataset.decision = row.decision;
    return node;
  }

  function place(row) {
    if (!row.path) return row.place;
    return Object.assign(make("a", "", row.place), { href: row.path });
  }

  function decision(row) {
    const box = make("span", "decided " + row.decision, vigie.icon(row.icon), row.decided);
    if (!vigie.rules.page.decide || !row.number) return box;
    const undo = make("button", "link", t("rules_take_back"));
    undo.type = "button";
    undo.setAttribute("aria-label", t("rules_take_back_of", row));
    undo.addEventListener("click", () =>
      vigie.adviceDecide({ number: row.number }, (answer) => {
        vigie.say(answer.refused || answer.told);
        if (!answer.refused) vigie.rules.again();
      })
    );
    return make("span", "with-undo", box, undo);
  }

  // A net effect and its interval on a small scale, with the announced one as a dashed tick.
  function net(row) {
    const cell = make("td", "net-cell");
    if (row.bar) cell.append(strip(row.bar));
    cell.append(make("span", "", row.net));
    return cell;
  }

  function strip({ low, high, net: value, announced }) {
    const reach = Math.max(Math.abs(low), Math.abs(high), Math.abs(announced ?? 0), 0.5) * 1.15;
    const x = (at) => 45 + (at / reach) * 45;
    const mark = (tag, look, values) => set(make(tag, look), values);
    const svg = set(make("svg", "strip"), { viewBox: "0 0 90 16", "aria-hidden": "true" });
    svg.append(mark("line", "zero", { x1: 45, x2: 45, y1: 1, y2: 15 }), mark("line", "span", { x1: x(low), x2: x(high), y1: 8, y2: 8 }));
    if (announced != null) svg.append(mark("line", "said", { x1: x(announced), x2: x(announced), y1: 2, y2: 14 }));
    svg.append(mark("circle", low <= 0 && high >= 0 ? "hollow" : "full", { cx: x(value), cy: 8, r: 3 }));
    return svg;
  }

  const WIDE = 640;
  const HIGH = 250;
  const PAD = { left: 46, right: 90, top: 18, bottom: 34 };

  vigie.draws.rules_effects = (element, view) => {
    if (!view.points.length) return vigie.message(element, "hourglass-split", view.none);
    vigie.body(element, "rules_effects", () => {});
    const gains = view.points.flatMap((point) => [-point.announced, -point.net, -point.low, -point.high, 0]);
    const step = Math.max(1, Math.ceil((Math.max(...gains) - Math.min(...gains)) / 6));
    const [low, high] = [Math.floor(Math.min(...gains) / step) * step, Math.ceil(Math.max(...gains) / step) * step];
    const right = Math.max(step, Math.ceil(Math.max(...view.points.map((point) => -point.announced)) / step) * step);
    const x = (gain) => PAD.left + (gain / right) * (WIDE - PAD.left - PAD.right);
    const y = (gain) => PAD.top + (1 - (gain - low) / (high - low || 1)) * (HIGH - PAD.top - PAD.bottom);
    const text = (at, words, look, anchor = "start") => set(make("text", look, words), { x: at[0], y: at[1], "text-anchor": anchor });
    const svg = set(make("svg", "effects-plot"), { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": t("rules_effects_words", { n: view.points.length, text: view.sum }) });
    for (let gain = low; gain <= high; gain += step) {
      svg.append(set(make("line", gain ? "rule" : "zero"), { x1: PAD.left, x2: WIDE - PAD.right, y1: y(gain), y2: y(gain) }), text([PAD.left - 6, y(gain) + 4], days(-gain), "", "end"));
    }
    for (let gain = 0; gain <= right; gain += step) svg.append(text([x(gain), HIGH - PAD.bottom + 16], days(-gain), "", "middle"));
    const end = Math.min(right, high);
    svg.append(set(make("line", "diagonal"), { x1: x(0), y1: y(0), x2: x(end), y2: y(end) }), text([x(end) + 4, y(end) + 4], t("rules_diagonal"), "name"));
    for (const point of view.points) svg.append(...drawn(point, view.points, x, y, text));
    svg.append(text([(PAD.left + WIDE - PAD.right) / 2, HIGH - 4], t("rules_announced"), "", "middle"));
    element.replaceChildren(svg, make("div", "note", view.sum));
  };

  const days = (change) => (change > 0 ? "+" : "") + vigie.number(change || 0) + "\u00a0" + t("day");

  // The name stands to the right of its point, to the left where another point would be under it.
  function drawn(point, points, x, y, text) {
    const at = (one) => [x(-one.announced), y(-one.net)];
    const [cx, cy] = at(point);
    const crowded = points.some((other) => other !== point && at(other)[0] >= cx && at(other)[0] < cx + 110 && Math.abs(at(other)[1] - cy) < 16);
    const whisker = set(make("line", "span"), { x1: cx, x2: cx, y1: y(-point.low), y2: y(-point.high) });
    const mark = set(make("circle", point.low <= 0 && point.high >= 0 ? "hollow" : "full"), { cx, cy, r: 4.5, "data-tip": `${point.name}\n${point.text}` });
    return [whisker, mark, text([cx + (crowded ? -9 : 9), cy + 4], point.name, "name", crowded ? "end" : "start")];
  }

  Object.assign(vigie.tables, {
    rules_effects: (v) => (v.points.length ? [[t("rules_where"), t("rules_announced"), t("rules_measured")], ...v.points.map((point) => [point.name, days(point.announced), point.text])] : null),
    rules_history: () => [
      ["date", "rule", "where", "measure", "decision", "plan", "before", "net"].map((name) => t("rules_" + name)),
      ...rows().map((row) => [row.day, row.rule, row.place, row.measures.map((pair) => pair.join(" ")).join(", "), row.decided, row.plan, row.before, row.net]),
    ],
  });
})(window.vigie);
