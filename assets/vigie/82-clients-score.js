// One client: identity, proposal with its density, decisions taken, reasons as a waterfall of rows.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const state = vigie.clients;
  const NBSP = "\u00a0";

  function action(button, name, values) {
    button.type = "button";
    button.dataset.action = name;
    Object.assign(button.dataset, values || {});
    return button;
  }
  function styled(node, values) {
    Object.assign(node.style, values);
    return node;
  }
  function attributes(node, values) {
    for (const name in values) node.setAttribute(name, values[name]);
    return node;
  }
  Object.assign(vigie, { styled, attributes, acting: action });

  // ⓘ beside a figure: a disclosure with its definition.
  vigie.info = (label, ...paragraphs) => {
    const summary = make("summary", "", vigie.icon("info-circle"));
    summary.setAttribute("aria-label", t("definition_of", { name: label }));
    return make("details", "menu info", summary, make("div", "panel", ...paragraphs.map((text) => make("p", "", text))));
  };

  vigie.identity = (identity) => {
    const number = make("div", "v", make("span", "", identity.client));
    for (const [badge, tone] of [[identity.missing, "md"], [identity.unusual, "hi"]]) if (badge) number.append(listed(badge, tone));
    const cells = [make("div", "", make("div", "k", t("client")), number)];
    for (const [label, text] of identity.cells) cells.push(make("div", "", make("div", "k", label), make("div", "v", text)));
    const other = action(make("button", "fb", vigie.icon("search"), t("other_client")), "clients-other");
    document.getElementById("clients-identity").replaceChildren(...cells, make("div", "other", other));
  };

  // A badge that opens the list of what it counts.
  function listed(badge, tone) {
    const names = make("ul", "names", ...badge.names.map((name) => make("li", "", name)));
    const summary = make("summary", "badge-x " + tone, badge.text, vigie.icon("chevron-down"));
    return make("details", "menu badge-menu", summary, make("div", "panel", names));
  }

  // Areas and lines in a square of 100 × 100, stretched to the place there is; labels are HTML, so that they are not.
  vigie.canvas = (className, ...marks) =>
    attributes(make("svg", className, ...marks), { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  vigie.path = (className, d) => attributes(make("path", className), { d });
  vigie.line = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(2)} ${y.toFixed(2)}`).join("");
  vigie.area = (points) => `${vigie.line(points)}L${points[points.length - 1][0].toFixed(2)} 100L${points[0][0].toFixed(2)} 100Z`;

  // The part of a curve between two places, ends included.
  function between(points, from, to) {
    const at = (x) => {
      const i = Math.max(1, points.findIndex((point) => point[0] >= x));
      const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]];
      return [x, y0 + ((y1 - y0) * (x - x0)) / (x1 - x0 || 1)];
    };
    return [at(from), ...points.filter(([x]) => x > from && x < to), at(to)];
  }

  vigie.riskDensity = density;
  function density(view, tried) {
    const scale = (value) => Math.min((value / view.top) * 100, 100);
    const points = view.density.map((height, i) => [(i / (view.density.length - 1)) * 100, 100 - height * 94]);
    const ends = [0, ...view.cuts.map(scale), 100];
    const zones = ["good", "warn", "alert"].map((tone, i) => [tone, between(points, ends[i], Math.max(ends[i + 1], ends[i] + 0.01))]);
    const svg = vigie.canvas("plot-svg");
    for (const [tone, part] of zones) svg.append(vigie.path("zone " + tone, vigie.area(part)), vigie.path("edge " + tone, vigie.line(part)));
    const plot = make("div", "dens-plot", svg);
    view.cuts.forEach((cut, i) => plot.append(styled(make("span", "cut"), { left: ends[i + 1] + "%" })));
    zoneNames(plot, view, ends);
    if (tried) plot.append(styled(make("span", "pin tried"), { left: scale(tried.raw) + "%" }));
    plot.append(styled(make("span", "pin"), { left: scale(view.at) + "%" }));
    const label = styled(make("span", "pin-l", t("this_client", { risk: view.text })), { left: scale(view.at) + "%" });
    label.classList.toggle("left", scale(view.at) > 78);
    label.classList.toggle("right", scale(view.at) < 16);
    const axis = make("div", "dens-axis");
    view.cuts.forEach((cut, i) => axis.append(styled(make("span", "strong", view.cut_texts[i]), { left: ends[i + 1] + "%" })));
    for (const [mark, text] of view.ticks) axis.append(styled(make("span", "", text), { left: scale(mark) + "%" }));
    const box = make("div", "dens", label, plot, axis, make("div", "x-title", t("risk_axis")));
    return attributes(box, { role: "img", "aria-label": t("density_words", { risk: view.text, cut: view.cut_texts[0] }) });
  }

  // Each zone is named in its middle where there is room, the last one beyond its cut.
  function zoneNames(plot, view, ends) {
    const here = (Math.min(view.at, view.top) / view.top) * 100;
    view.zones.forEach((name, i) => {
      let [from, to] = [ends[i], ends[i + 1]];
      if (i < 2 && here > from && here < to) [from, to] = here - from > to - here ? [from, here] : [here, to];
      if (to - from < name.length * 1.7) return;
      const left = i === 2 ? Math.min((from + to) / 2, from + 22) : (from + to) / 2;
      const place = i === 2 ? { left: left + "%", bottom: `calc(${above(view, left, name)}% + 2px)` } : { left: left + "%" };
      plot.append(styled(make("span", "zone-n z" + i, name), place));
    });
  }

  // How high the curve stands under a name centred at `left`, in % of the plot.
  function above(view, left, name) {
    const at = (place) => Math.round((Math.min(Math.max(place, 0), 100) / 100) * (view.density.length - 1));
    const half = name.length * 1.2;
    return 94 * Math.max(...view.density.slice(at(left - half), at(left + half) + 1));
  }

  const SYMBOLS = (vigie.symbols = { accept: "check-circle-fill", review: "eye-fill", refuse: "x-octagon-fill" });
  vigie.verdict = (decision, words) => make("span", "verdict-b " + decision, vigie.icon(SYMBOLS[decision]), words);

  vigie.draws.proposal = (element, view) => {
    vigie.body(element, "proposal", () => {});
    const figure = make("span", "p", view.risk, make("small", "", NBSP + "%"));
    const verdict = make("div", "verdict", figure, vigie.verdict(view.decision, view.words), vigie.info(t("probability"), ...t("probability_why").split("\n")));
    figure.dataset.raw = view.raw;
    const note = make("div", "note", make("b", "", view.threshold), " " + view.why + " ", make("span", "nowrap", view.margin));
    element.replaceChildren(verdict, make("p", "meaning", view.meaning), make("div", "dens-box", density(view)), note, make("div", "records"), buttons(view));
    vigie.records();
  };

  function buttons(view) {
    const follow = action(make("button", "fb pri", vigie.icon("check2"), view.follow), "clients-follow");
    const other = action(make("button", "fb", vigie.icon("pencil-square"), t("decide_otherwise")), "clients-otherwise");
    const sheet = make("a", "fb", vigie.icon("file-earmark-pdf"), t("client_sheet"));
    attributes(sheet, { href: `/clients/${state.client}/sheet.pdf?purpose=${state.purpose()}`, target: "_blank", rel: "noopener" });
    return make("div", "btns", follow, other, sheet);
  }

  // What was decided, the newest first; the earlier ones are a step away.
  vigie.records = () => {
    const place = document.querySelector("#clients-decision .records");
    if (!place) return;
    const [last, ...before] = state.decisions;
    place.replaceChildren();
    if (!last) return;
    place.append(record(last));
    if (!before.length) return;
    const summary = make("summary", "link", t(before.length > 1 ? "earlier_decisions" : "earlier_decision", { n: before.length }));
    place.append(make("details", "earlier", summary, ...before.map(record)));
  };

  function record(each) {
    const head = make("div", "rec-h", vigie.icon("journal-check"), make("b", "", each.words), make("span", "", each.how));
    const box = make("div", "rec", head, make("div", "sub", `${each.when}${each.version}`));
    if (each.motive) box.append(make("p", "", `${t("motive")}${NBSP}: ${each.motive}`));
    if (each.offer) box.append(make("p", "", each.offer));
    box.dataset.decision = each.id;
    return box;
  }

  vigie.draws.reasons = (element, view) => {
    vigie.body(element, "reasons", () => {
      const rows = make("div", "wf-rows");
      element.append(make("div", "legend wf-legend"), make("div", "wf", base("mean"), base("start"), rows, base("tot")));
    });
    legend(element);
    const [mean, start, rows, total] = element.querySelector(".wf").children;
    fill(mean, t("mean_risk"), view.mean);
    fill(start, t("start"), view.start_text);
    fill(total, t(view.tried ? "risk_tried" : "risk_of_client"), view.score_text);
    const all = [...view.rows, ...(view.others ? [view.others] : [])];
    const reach = positions(view.start, all);
    const nodes = vigie.pool(rows, all.length, row);
    all.forEach((each, i) => bar(nodes[i], each, reach, reach.at[i], i));
    element.classList.toggle("simulated", Boolean(view.tried));
  };

  function base(kind) {
    const words = make("span", "f");
    if (kind === "start") words.append(make("span"), vigie.info(t("start"), ...t("start_why").split("\n")));
    else words.append(make("span"));
    return make("div", "wf-base " + kind, words, make("span", "v"));
  }
  function fill(node, words, text) {
    put(node.querySelector(".f > span"), words);
    put(node.querySelector(".v"), text);
  }

  function legend(element) {
    const place = element.querySelector(".wf-legend");
    const entries = [["sw over", t("raises")], ["sw", t("lowers")]].map(([shape, words]) => make("span", "", make("i", shape), words));
    const tried = element.id && vigie.views[element.id].tried ? [make("span", "badge-x md", t("simulated"))] : [];
    place.replaceChildren(...entries, ...tried);
  }

  // Where each bar begins and ends, in tenths of a point; the start is a line through all rows.
  function positions(start, rows) {
    let here = start;
    const at = rows.map((each) => [here, (here += each.shown)]);
    const marks = [start, ...at.flat()];
    const [low, high] = [Math.min(...marks), Math.max(...marks)];
    const place = (value) => ((value - low) / (high - low || 1)) * 100;
    return { at, place, start: place(start) };
  }

  function row() {
    const track = make("span", "wf-t", make("i", "z"), make("i", "b"));
    const words = make("span", "f", make("span", "n"), make("span", "ab"), make("small"));
    return Object.assign(make("button", "wf-r", words, track, make("span", "v")), { type: "button" });
  }

  function bar(node, each, reach, [from, to], i) {
    const [words, track, value] = node.children;
    const [line, block] = track.children;
    const up = each.shown > 0;
    if (each.feature) {
      delete node.dataset.action;
      delete node.dataset.view;
      vigie.mark(node, "variable", each.feature, state.picked.includes(each.feature));
    } else {
      Object.assign(node.dataset, { action: "table", view: "clients-reasons" });
      delete node.dataset.dim;
      delete node.dataset.value;
      node.removeAttribute("aria-pressed");
    }
    node.dataset.points = each.raw;
    node.dataset.tip = `${each.label}\n${each.value}${each.place ? ", " + each.place : ""}\n${t(up ? "raises_by" : "lowers_by", { points: each.text })}`;
    put(words.children[0], each.label);
    letter(words.children[1], each.feature);
    put(words.children[2], each.place ? `${each.value}, ${each.place}` : each.value);
    line.style.left = reach.start + "%";
    const [left, right] = [from, to].map(reach.place).sort((a, b) => a - b);
    styled(block, { left: left + "%", width: right - left + "%" });
    block.className = "b " + (up ? "up" : "dn") + (each.shown === 0 ? " none" : "");
    put(value, each.text);
    value.className = "v " + (each.shown === 0 ? "" : up ? "tup" : "tdn");
    node.style.setProperty("--i", i);
  }

  function letter(node, feature) {
    const place = feature ? state.picked.indexOf(feature) : -1;
    put(node, place < 0 ? "" : "AB"[place]);
    node.hidden = place < 0;
    if (place >= 0) node.setAttribute("aria-label", t("variable_" + "ab"[place]));
  }

  // The rows of the variables that are looked at.
  vigie.pressed = () => {
    for (const node of document.querySelectorAll("#clients-reasons .wf-r[data-value]")) {
      node.setAttribute("aria-pressed", String(state.picked.includes(node.dataset.value)));
      letter(node.querySelector(".ab"), node.dataset.value);
    }
  };

  Object.assign(vigie.tables, {
    proposal: (v) => [[t("zone"), t("clients_n"), t("share")], ...v.rows],
    reasons: (v) => [
      [t("variable"), t("value"), t("points"), t("log_odds")],
      [t("start"), "", v.start_text, ""],
      ...v.all.map(([label, value, points, odds]) => [label, value, vigie.number(points * 100, 2), vigie.number(odds, 3)]),
      [t("risk_of_client"), "", v.score_text, ""],
    ],
  });
})(window.vigie);
