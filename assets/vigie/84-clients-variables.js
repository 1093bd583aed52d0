// One variable and two together: this client against all clients, repaid beside defaulted.
"use strict";
(function (vigie) {
  const { t, put, make, styled } = vigie;
  const state = vigie.clients;
  const LEVELS = 6;

  const rate = (value, digits = 1) => (value === null ? "–" : vigie.percent(value, digits));
  const joined = (...parts) => parts.filter(Boolean).join("\n");

  // The head of a variable's card: its menu in the place of a title, and which of the two it is.
  function head(element, view, sub) {
    const slot = element.id.endsWith("-a") ? "a" : "b";
    const card = document.getElementById(element.id + "-card");
    const title = document.getElementById(element.id + "-title");
    title.className = "vh";
    put(title, `${t("variable_" + slot)} : ${view.label}`);
    put(document.getElementById(element.id + "-sub"), sub);
    let menu = card.querySelector(".var-menu");
    if (!menu) {
      const summary = make("summary", "fb", make("b"), vigie.icon("chevron-down"));
      menu = make("details", "menu var-menu", summary, make("div", "panel"));
      title.after(menu);
      card.querySelector(".card-menu").before(make("span", "badge-x slot", t("variable_" + slot)));
      menu.addEventListener("opened", () => list(menu, slot));
    }
    const summary = menu.querySelector("summary");
    put(summary.firstChild, view.label);
    summary.setAttribute("aria-label", t("choose_variable", { slot: t("variable_" + slot), name: view.label }));
  }

  function list(menu, slot) {
    const panel = menu.querySelector(".panel");
    const search = make("input", "");
    Object.assign(search, { type: "search", placeholder: t("search"), ariaLabel: t("search") });
    const items = make("div", "list");
    items.dataset.none = t("nothing_found");
    const fill = () => {
      const wanted = vigie.plain(search.value);
      const found = state.answer.variables.filter(([, label]) => vigie.plain(label).includes(wanted));
      items.classList.toggle("none", !found.length);
      items.replaceChildren(...found.map(([name, label]) => item(slot, name, label)));
    };
    search.addEventListener("input", fill);
    search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      items.querySelector("button")?.click();
    });
    fill();
    panel.replaceChildren(search, items);
    search.focus();
  }

  function item(slot, name, label) {
    const button = vigie.acting(make("button", "item", make("span", "n", label)), "clients-variable", { slot, feature: name });
    button.setAttribute("aria-pressed", String(state.picked["ab".indexOf(slot)] === name));
    return button;
  }

  vigie.draws.density = (element, view) => {
    vigie.body(element, "density", () => {});
    head(element, view, "");
    const points = (heights) => heights.map((height, i) => [(i / (heights.length - 1)) * 100, 100 - height * 92]);
    const [repaid, defaults] = [points(view.repaid), points(view.defaults)];
    const svg = vigie.canvas("plot-svg", vigie.path("repaid-a", vigie.area(repaid)), vigie.path("repaid", vigie.line(repaid)), vigie.path("defaults", vigie.line(defaults)));
    const plot = make("div", "dens-plot", svg);
    const label = make("span", "pin-l", view.words ? `${view.value} : ${view.words}` : view.value);
    if (view.at !== null) {
      plot.append(styled(make("span", "pin"), { left: view.at * 100 + "%" }));
      styled(label, { left: view.at * 100 + "%" });
      label.classList.toggle("left", view.at > 0.6);
      label.classList.toggle("right", view.at < 0.4);
    } else label.classList.add("right");
    const axis = make("div", "dens-axis", ...view.ticks.map(([at, text]) => styled(make("span", "", text), { left: at * 100 + "%" })));
    const box = make("div", "dens", label, plot, axis);
    vigie.attributes(box, { role: "img", "aria-label": `${view.label}. ${view.value}, ${view.words}. ${t("density_of")}` });
    element.replaceChildren(box);
    vigie.legend(element, [["sw", t("repaid_many")], ["ln hot", t("defaults_many")], ["tick", t("client_mark")], ...view.apart.map((words) => ["", words])]);
  };

  const few = (view, each) => each.rate === null;
  const counts = (each) => t(each.known === 1 ? "client_one" : "clients_many", { n: vigie.number(each.known) });
  const told = (view, each) =>
    joined(each.label, few(view, each) ? t("too_few", { n: view.few }) : `${t("default_rate")} ${rate(each.rate)} [${rate(each.low)} ; ${rate(each.high)}]`, counts(each), each.mine && t("client_mark"));

  // Few ordered values: columns with their 95 % interval.
  vigie.draws.columns = (element, view) => {
    vigie.body(element, "columns", () => {});
    head(element, view, t("rates_sub"));
    const top = Math.max(0.01, ...view.rates.map((each) => Math.min(each.high ?? 0, (each.rate ?? 0) * 1.6 + 0.02)));
    const bars = view.rates.map((each) => {
      const bar = make("div", "vb" + (each.mine ? " mine" : "") + (few(view, each) ? " hatch" : ""));
      const value = make("span", "vb-v", few(view, each) ? "–" : rate(each.rate));
      const track = make("div", "vb-t", bar);
      if (few(view, each)) styled(bar, { height: "100%" });
      else {
        styled(bar, { height: (each.rate / top) * 100 + "%" });
        track.append(styled(make("span", "vw"), { bottom: (each.low / top) * 100 + "%", height: (Math.min(each.high / top, 1) - each.low / top) * 100 + "%" }));
      }
      value.style.bottom = few(view, each) ? "0" : `calc(${Math.min(each.high / top, 1) * 100}% + 2px)`;
      track.append(value);
      const column = make("div", "vb-c" + (each.mine ? " me" : ""), track, make("span", "vb-l", each.label));
      column.dataset.tip = told(view, each);
      column.setAttribute("role", "listitem");
      column.tabIndex = -1;
      column.append(make("span", "vh", ` ${told(view, each).split("\n").slice(1).join(", ")}`));
      return column;
    });
    const plot = make("div", "vbs", ...bars);
    plot.setAttribute("role", "list");
    plot.append(styled(make("span", "vb-mean"), { bottom: `calc(34px + ${view.mean / top} * (100% - 52px))` }));
    element.replaceChildren(plot);
    standing(element, view);
    vigie.legend(element, [["sw", t("client_mark")], ["wk", t("interval")], ["dashk", t("mean", { rate: rate(view.mean) })]]);
  };

  function standing(element, view) {
    element.append(make("p", "stands", make("b", "", view.value), view.words ? `, ${view.words}` : ""));
  }

  // Categories: rows with their interval and counts.
  vigie.draws.rates = (element, view) => {
    vigie.body(element, "rates", () => {});
    head(element, view, t("rates_sub"));
    const top = Math.max(0.01, view.mean * 1.1, ...view.rates.map((each) => Math.min(each.high ?? 0, (each.rate ?? 0) * 1.8 + 0.02)));
    const heads = make("div", "lb-h", ...[t("category"), t("defaults_interval"), t("rate"), t("clients_n")].map((text) => make("span", "", text)));
    heads.setAttribute("aria-hidden", "true");
    const rows = view.rates.map((each) => rateRow(view, each, top));
    const list = make("div", "lb lb-rates", heads, ...rows);
    list.setAttribute("role", "list");
    heads.setAttribute("role", "presentation");
    element.replaceChildren(list);
    vigie.legend(element, [["wk", t("interval")], ["dashk", t("mean", { rate: rate(view.mean) })]]);
  };

  function rateRow(view, each, top) {
    const name = make("span", "n", make("span", "nn", each.label));
    if (each.mine) name.append(make("span", "badge-x me", t("client_mark")));
    const track = make("span", "track");
    if (few(view, each)) track.append(make("span", "sub", t("too_few", { n: view.few })));
    else {
      track.append(styled(make("span", "fill" + (each.mine ? "" : " pale")), { width: (each.rate / top) * 100 + "%" }));
      const right = Math.min(each.high / top, 1) * 100;
      track.append(styled(make("span", "wh"), { left: (each.low / top) * 100 + "%", width: right - (each.low / top) * 100 + "%" }));
      track.append(styled(make("span", "thr"), { left: (view.mean / top) * 100 + "%" }));
    }
    const row = make("div", "lb-r" + (each.mine ? " mine" : "") + (few(view, each) ? " hatch" : ""), name, track, make("span", "v strong", rate(each.rate)), make("span", "v", vigie.number(each.known)));
    row.setAttribute("role", "listitem");
    row.dataset.tip = told(view, each);
    return row;
  }

  // Two variables: the sub-title says what is drawn, and offers the other drawing where there is one.
  function pairHead(element, view, sub) {
    put(document.getElementById(element.id + "-sub"), sub);
    const card = document.getElementById(element.id + "-card");
    card.querySelector(".seg")?.remove();
    if (!view.both) return;
    const buttons = [["heat", "heat_map"], ["dots", "dot_plot"]].map(([as, words]) => {
      const button = vigie.acting(make("button", "", t(words)), "clients-dots", { as });
      button.setAttribute("aria-pressed", String((view.kind === "scatter") === (as === "dots")));
      return button;
    });
    const group = make("div", "seg", ...buttons);
    vigie.attributes(group, { role: "group", "aria-label": t("drawing") });
    card.querySelector(".card-menu").before(group);
  }

  function scale(view) {
    const rates = view.grid.flat().filter(([, known]) => known >= view.few).map(([, known, defaults]) => defaults / known);
    const [low, high] = rates.length ? [Math.min(...rates), Math.max(...rates)] : [0, 1];
    return { low, high, level: (value) => Math.min(LEVELS - 1, Math.floor(((value - low) / (high - low || 1)) * LEVELS)) };
  }

  function cell(view, shades, row, column, counted) {
    const [, known, defaults] = view.grid[row][column];
    const own = view.own[0] === column && view.own[1] === row;
    const enough = known >= view.few;
    const box = make("td", (enough ? "lv" + shades.level(defaults / known) : "hatch") + (own ? " me" : ""));
    const words = enough ? rate(defaults / known) : `< ${view.few}`;
    if (counted) box.append(make("span", "num", words), make("span", "nn", enough ? vigie.number(known) : t("too_few_short")));
    else box.append(make("span", enough ? "num" : "vh", enough ? vigie.number((defaults / known) * 100) : words));
    if (own) box.append(make("span", "vh", ` ${t("client_mark")}`));
    box.dataset.tip = joined(`${view.titles[0]} : ${view.columns[column]}`, `${view.titles[1]} : ${view.rows[row]}`, enough ? `${t("default_rate")} ${rate(defaults / known)}` : t("too_few", { n: view.few }), counts({ known }), own && t("client_mark"));
    return box;
  }

  function scoped(tag, scope, text, own) {
    const node = make(tag, own ? "me" : "", text);
    node.scope = scope;
    return node;
  }

  function grid(view, counted) {
    const shades = scale(view);
    const order = view.rows.map((_, i) => i);
    if (!counted) order.reverse();
    const lines = order.map((row) => {
      const line = make("tr", "", scoped("th", "row", view.rows[row], view.own[1] === row));
      line.append(...view.columns.map((_, column) => cell(view, shades, row, column, counted)));
      return line;
    });
    const heads = make("tr", "", make("td"), ...view.columns.map((name, i) => scoped("th", "col", name, view.own[0] === i)));
    const body = make("tbody", "", ...lines);
    const caption = make("caption", "vh", `${view.titles[1]} × ${view.titles[0]}`);
    return { shades, table: make("table", counted ? "xt" : "hm", caption, make("thead", "", heads), body) };
  }

  function scaleLegend(element, view, shades) {
    const ends = t("from_to", { low: vigie.number(shades.low * 100), high: vigie.percent(shades.high, 0) });
    vigie.legend(element, [["ramp", ends], ["sw hatchk", t("too_few", { n: view.few })]]);
    if (view.without) element.querySelector(".legend").append(make("span", "", view.without));
  }

  vigie.draws.heatmap = (element, view) => {
    vigie.body(element, "heatmap", () => {});
    pairHead(element, view, t("heat_sub"));
    const { shades, table } = grid(view, false);
    const box = make("div", "hm-box", make("span", "y-title", view.titles[1]), table);
    element.replaceChildren(box, make("div", "x-title", view.titles[0]));
    scaleLegend(element, view, shades);
  };

  vigie.draws.crosstab = (element, view) => {
    vigie.body(element, "crosstab", () => {});
    pairHead(element, view, t("cross_sub"));
    const { shades, table } = grid(view, true);
    const box = make("div", "scroll-x", table);
    vigie.attributes(box, { tabindex: "0", role: "region", "aria-label": t("cross_sub") });
    element.replaceChildren(box);
    scaleLegend(element, view, shades);
  };

  vigie.draws.boxes = (element, view) => {
    vigie.body(element, "boxes", () => {});
    pairHead(element, view, t("boxes_sub", { measure: view.titles[0], group: view.titles[1].toLowerCase() }));
    const [low, high] = [view.ticks[0][0], view.ticks[view.ticks.length - 1][0]];
    const at = (value) => Math.min(Math.max(((value - low) / (high - low || 1)) * 100, 0), 100);
    const scaleRow = make("span", "ax", ...view.ticks.map(([tick, text]) => styled(make("span", "", text), { left: at(tick) + "%" })));
    const heads = make("div", "bx-h", make("span", "", view.titles[1]), scaleRow, make("span", "", t("medians")));
    const rows = view.groups.map((group) => boxRow(view, group, at));
    const list = make("div", "bxs", heads, ...rows);
    element.replaceChildren(list);
    vigie.legend(element, [["sw", t("repaid_many")], ["sw hol", t("defaults_many")], ["tick", t("client_is", { value: view.at_text })]]);
    element.querySelector(".legend").append(make("span", "", t("box_words")));
  };

  function boxRow(view, group, at) {
    const name = make("span", "n", make("span", "nn", group.label));
    if (group.mine) name.append(make("span", "badge-x me", t("client_mark")));
    const track = make("span", "bxt", one(view, group.repaid, "ok", at), one(view, group.defaults, "ko", at));
    if (view.at !== null) track.append(styled(make("span", group.mine ? "cl1" : "cl1 o"), { left: at(view.at) + "%" }));
    const values = make("span", "v", make("b", "", group.repaid.median), " / " + group.defaults.median);
    const row = make("div", "bx-r" + (group.mine ? " mine" : ""), name, track, values);
    row.dataset.tip = joined(group.label, `${t("repaid_many")} : ${group.repaid.median} (${vigie.number(group.repaid.clients)})`, `${t("defaults_many")} : ${group.defaults.median} (${vigie.number(group.defaults.clients)})`);
    return row;
  }

  function one(view, box, tone, at) {
    const line = make("span", "bxl " + tone);
    if (!box.at) {
      line.classList.add("tx");
      line.append(make("span", "sub", t("too_few", { n: view.few })));
      return line;
    }
    const [p10, p25, p50, p75, p90] = box.at.map(at);
    line.append(styled(make("span", "wk1"), { left: p10 + "%", width: p90 - p10 + "%" }), styled(make("span", "bx1"), { left: p25 + "%", width: p75 - p25 + "%" }), styled(make("span", "md1"), { left: p50 + "%" }));
    return line;
  }

  // A sample of clients: each outcome one path of points, so that two thousand cost no more than two.
  vigie.draws.scatter = (element, view) => {
    vigie.body(element, "scatter", () => {});
    pairHead(element, view, t("dots_sub", { n: vigie.number(view.x.length) }));
    const ends = view.ticks.map((ticks) => [ticks[0][0], ticks[ticks.length - 1][0]]);
    const place = (axis, value) => ((value - ends[axis][0]) / (ends[axis][1] - ends[axis][0] || 1)) * 100;
    const inside = (value) => Math.min(Math.max(value, 0), 100);
    const dot = (i) => `M${inside(place(0, view.x[i])).toFixed(2)} ${(100 - inside(place(1, view.y[i]))).toFixed(2)}h0`;
    const part = (outcome) => view.x.map((_, i) => i).filter((i) => view.defaulted[i] === outcome).map(dot).join("");
    const plot = make("div", "sc-plot", vigie.canvas("plot-svg", vigie.path("dots repaid-d", part(0)), vigie.path("dots defaults-d", part(1))));
    for (const [tick, text] of view.ticks[1]) plot.append(styled(make("span", "yt", text), { bottom: place(1, tick) + "%" }));
    if (view.at.every((value) => value !== null)) plot.append(styled(make("span", "me-dot"), { left: inside(place(0, view.at[0])) + "%", bottom: inside(place(1, view.at[1])) + "%" }));
    const axis = make("div", "dens-axis", ...view.ticks[0].map(([tick, text]) => styled(make("span", "", text), { left: place(0, tick) + "%" })));
    const box = make("div", "sc", plot, axis);
    vigie.attributes(box, { role: "img", "aria-label": `${view.titles[1]}, ${view.titles[0]}. ${t("dots_sub", { n: view.x.length })}` });
    const outer = make("div", "hm-box", make("span", "y-title", view.titles[1]), box);
    element.replaceChildren(outer, make("div", "x-title", view.titles[0]));
    vigie.legend(element, [["dotk", t("repaid_many")], ["dotk hot", t("defaults_many")], ["ringk", t("client_mark")]]);
  };

  const shares = (v) => [
    [v.label, t("clients_n"), t("known_n"), t("defaults_n"), t("default_rate"), t("interval")],
    ...v.rates.map((each) => [each.label, vigie.number(each.clients), vigie.number(each.known), vigie.number(each.defaults), rate(each.rate), each.low === null ? "–" : `${rate(each.low)} – ${rate(each.high)}`]),
  ];
  const crossed = (v) => [
    [v.titles[1], v.titles[0], t("known_n"), t("defaults_n"), t("default_rate")],
    ...v.rows.flatMap((row, i) => v.columns.map((column, j) => [row, column, vigie.number(v.grid[i][j][1]), vigie.number(v.grid[i][j][2]), v.grid[i][j][1] < v.few ? t("too_few_short") : rate(v.grid[i][j][2] / v.grid[i][j][1])])),
  ];
  Object.assign(vigie.tables, {
    density: (v) => [[v.label, t("clients_n"), t("known_n"), t("defaults_n")], ...v.rows.map(([label, ...numbers]) => [label, ...numbers.map((each) => vigie.number(each))])],
    columns: shares,
    rates: shares,
    heatmap: crossed,
    crosstab: crossed,
    boxes: (v) => [
      [v.titles[1], t("outcome"), t("clients_n"), "P10", "P25", t("median"), "P75", "P90"],
      ...v.groups.flatMap((group) => ["repaid", "defaults"].map((name) => [group.label, t(name + "_many"), vigie.number(group[name].clients), ...(group[name].at || Array(5).fill(null)).map((each) => (each === null ? "–" : vigie.number(each, 2)))])),
    ],
    scatter: (v) => [[v.titles[0], v.titles[1], t("outcome")], ...v.x.map((x, i) => [vigie.number(x, 2), vigie.number(v.y[i], 2), t(v.defaulted[i] ? "defaults_many" : "repaid_many")])],
  });
})(window.vigie);
