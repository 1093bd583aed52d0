// Months as columns and agencies as dots: marks are elements of the page, so keys, print and themes come with them.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  // The months in sight: those asked for by a preset; else what is shown stays as long as it holds the period.
  function inSight(view) {
    const { exact, least, fit } = view.sight;
    vigie.sight = exact ?? (vigie.sight >= least ? vigie.sight : fit);
    const from = view.months.length - Math.min(vigie.sight, view.months.length);
    const kept = { ...view };
    for (const name of ["months", "values", "network", "delay", "inside"]) kept[name] = view[name]?.slice(from) ?? null;
    kept.lines = view.lines.map((line) => ({ ...line, values: line.values.slice(from) }));
    kept.drift = Object.fromEntries(Object.entries(view.drift).map(([at, words]) => [at - from, words]));
    return kept;
  }

  vigie.draws.months = (element, whole) => {
    const view = inSight(whole);
    vigie.body(element, "months", () => {
      const line = make("svg", "past");
      line.setAttribute("viewBox", "0 0 100 100");
      line.setAttribute("preserveAspectRatio", "none");
      line.setAttribute("aria-hidden", "true");
      element.append(make("div", "axis"), make("div", "plot", make("div", "cols months"), line), make("div", "xaxis"));
    });
    const top = view.ticks[view.ticks.length - 1] || 1;
    axis(element.querySelector(".axis"), view.ticks, top);
    const shown = view.network;
    const columns = vigie.pool(element.querySelector(".cols"), view.months.length, column);
    const some = view.picked.length > 0;
    element.querySelector(".cols").classList.toggle("has-sel", some);
    view.months.forEach((month, i) => {
      const [net, own, drift] = columns[i].children;
      vigie.mark(columns[i], "month", month, some && view.inside[i]);
      columns[i].setAttribute("aria-label", monthWords(view, i));
      columns[i].classList.toggle("partial", month === view.partial);
      columns[i].tabIndex = i === 0 ? 0 : -1;
      net.style.height = view.network ? (shown[i] * (view.share || 1) * 100) / top + "%" : "0";
      own.style.height = (view.values[i] / top) * 100 + "%";
      drift.hidden = !view.drift[i];
      drift.style.bottom = `calc(${(view.values[i] / top) * 100}% + 6px)`;
      columns[i].title = view.drift[i] ? `${vigie.month(month, "long")} : ${view.drift[i]}` : "";
    });
    pastLines(element.querySelector(".past"), view, top);
    monthLabels(element.querySelector(".xaxis"), view);
    vigie.legend(element, [
      ["sw", t(view.network ? "selection" : "closed")],
      ...(view.network ? [["sw net", view.share ? t("network_scaled", { share: vigie.percent(view.share) }) : t("network")]] : []),
      ...view.lines.map((line) => ["ln " + line.of, line.label]),
      ...(Object.keys(view.drift).some((at) => at >= 0) ? [["dia", t("compare_drift")]] : []),
      ...(view.partial ? [["sw part", t("partial")]] : []),
    ]);
  };

  function column() {
    const button = make("button", "mo", make("span", "net"), make("span", "own"), make("i", "drift"));
    button.type = "button";
    return button;
  }

  function monthWords(view, i) {
    const parts = [`${vigie.month(view.months[i], "long")} : ${vigie.number(view.values[i])} ${t("closed_words")}`];
    if (view.network) parts.push(`${t("network")} ${vigie.number(view.network[i])}`);
    for (const line of view.lines) if (line.values[i] !== null) parts.push(`${line.label} ${vigie.number(line.values[i])}`);
    if (view.delay[i] !== null) parts.push(`${t("mean_delay")} ${vigie.days(view.delay[i])}`);
    if (view.drift[i]) parts.push(view.drift[i]);
    if (view.months[i] === view.partial) parts.push(t("partial"));
    return parts.join(", ");
  }

  function axis(place, ticks, top) {
    const nodes = vigie.pool(place, ticks.length, () => make("div", "tk", make("span")));
    ticks.forEach((value, i) => {
      nodes[i].style.bottom = (value / top) * 100 + "%";
      put(nodes[i].firstChild, vigie.number(value, vigie.axisDigits(ticks)));
    });
  }

  // One dashed line per reference; where months are missing it is broken, a target is drawn in steps.
  function pastLines(svg, view, top) {
    const step = 100 / view.months.length;
    const y = (value) => (100 - (value / top) * 100).toFixed(2);
    const nodes = vigie.pool(svg, view.lines.length, () => make("path", ""));
    view.lines.forEach((line, n) => {
      nodes[n].setAttribute("class", line.of);
      const parts = line.values.map((value, i) => {
        if (value === null) return "";
        const start = line.values[i - 1] === null || i === 0 ? "M" : "L";
        const xs = line.of === "target" ? [i * step, (i + 1) * step] : [(i + 0.5) * step];
        return xs.map((x, at) => `${at ? "L" : start}${x.toFixed(2)},${y(value)}`).join("");
      });
      nodes[n].setAttribute("d", parts.join(""));
    });
  }

  function monthLabels(place, view) {
    const narrow = matchMedia("(max-width: 640px)").matches;
    const every = Math.ceil(view.months.length / (narrow ? 6 : 12));
    const nodes = vigie.pool(place, view.months.length, () => make("span", "", make("span"), make("small")));
    view.months.forEach((month, i) => {
      const kept = i % every === 0;
      const first = i === 0 || month.endsWith("-01") || (every > 1 && kept && view.months[i - every]?.slice(0, 4) !== month.slice(0, 4));
      put(nodes[i].children[0], kept ? vigie.month(month) : "");
      put(nodes[i].children[1], kept && first ? month.slice(0, 4) : "");
    });
  }

  vigie.draws.dots = (element, view) => {
    vigie.body(element, "dots", () => {
      const svg = make("svg", "dots-plot", make("g", "grid-lines"), make("g", "pasts"), make("g", "marks"), make("g", "labels"));
      svg.setAttribute("role", "group");
      svg.setAttribute("aria-labelledby", element.id + "-title");
      element.append(svg, make("div", "x-title"));
    });
    const svg = element.querySelector("svg");
    const [grid, pasts, marks, labels] = svg.children;
    const [xs, ys] = [view.x_ticks, view.y_ticks];
    const x = (value) => 9 + ((value - xs[0]) / (xs[xs.length - 1] - xs[0] || 1)) * 88;
    const y = (value) => 92 - ((value - ys[0]) / (ys[ys.length - 1] - ys[0] || 1)) * 88;
    gridLines(grid, view, x, y);
    const biggest = Math.max(1, ...view.size);
    const some = view.picked.length > 0;
    svg.classList.toggle("has-sel", some);
    const order = view.names.map((_, i) => i).sort((a, b) => view.size[b] - view.size[a]);
    const nodes = vigie.pool(marks, order.length, () => {
      const dot = make("circle", "dot-mark");
      dot.setAttribute("role", "button");
      return dot;
    });
    const many = order.length > 40;
    order.forEach((i, rank) => {
      const dot = nodes[rank];
      vigie.mark(dot, "agency", view.names[i], view.picked.includes(view.names[i]));
      dot.setAttribute("cx", x(view.x[i]).toFixed(2) + "%");
      dot.setAttribute("cy", y(view.y[i]).toFixed(2) + "%");
      dot.setAttribute("r", ((many ? 2.5 : 4) + Math.sqrt(view.size[i] / biggest) * (many ? 5 : 7)).toFixed(1));
      dot.classList.toggle("over", view.y[i] > view.limit);
      dot.setAttribute("tabindex", rank === 0 ? "0" : "-1");
      dot.setAttribute("aria-label", dotWords(view, i));
    });
    pastDots(pasts, view, x, y);
    dotLabels(labels, view, x, y);
    const past = view.before && some;
    vigie.legend(element, past ? [["hollow", t("year_ago")]] : []);
    put(element.querySelector(".x-title"), view.x_label);
  };

  // Where the picked agencies stood a year before: a hollow dot, tied to the one of today.
  function pastDots(pasts, view, x, y) {
    const known = (i) => view.before && view.before.x[i] !== null && view.before.y[i] !== null;
    const shown = view.names.map((_, i) => i).filter((i) => view.picked.includes(view.names[i]) && known(i));
    const nodes = vigie.pool(pasts, shown.length, () => make("g", "past-dot", make("line"), make("circle")));
    shown.forEach((i, n) => {
      const [line, dot] = nodes[n].children;
      const from = [x(view.before.x[i]), y(view.before.y[i])].map((at) => Math.min(99, Math.max(1, at)).toFixed(2) + "%");
      set(line, { x1: from[0], y1: from[1], x2: x(view.x[i]).toFixed(2) + "%", y2: y(view.y[i]).toFixed(2) + "%" });
      set(dot, { cx: from[0], cy: from[1], r: 5 });
    });
  }

  const dotWords = (view, i) =>
    `${view.names[i]} : ${view.x_label.toLowerCase()} ${vigie.number(view.x[i], 1)}, ${t("returns").toLowerCase()} ` +
    `${vigie.percent(view.y[i])}, ${vigie.number(view.size[i])} ${t("closed_words")}` +
    (view.before && view.before.x[i] !== null && view.before.y[i] !== null
      ? `, ${t("year_ago").toLowerCase()} ${vigie.number(view.before.x[i], 1)} · ${vigie.percent(view.before.y[i])}`
      : "");

  function gridLines(grid, view, x, y) {
    const [low, high] = [view.y_ticks[0], view.y_ticks[view.y_ticks.length - 1]];
    const lines = view.y_ticks.map((value) => ["tick", y(value), vigie.percent(value, vigie.axisDigits(view.y_ticks, 100))]);
    if (view.limit >= low && view.limit <= high) lines.push(["limit", y(view.limit), t("return_limit", { n: vigie.percent(view.limit, 0) })]);
    const nodes = vigie.pool(grid, lines.length + view.x_ticks.length, () => make("g", "", make("line"), make("text")));
    lines.forEach(([kind, at, words], i) => {
      const [line, text] = nodes[i].children;
      nodes[i].setAttribute("class", kind);
      set(line, { x1: "9%", x2: "99%", y1: at.toFixed(2) + "%", y2: at.toFixed(2) + "%" });
      set(text, { x: kind === "limit" ? "99%" : "8%", y: at.toFixed(2) + "%", dy: kind === "limit" ? -5 : 4, "text-anchor": "end" });
      put(text, words);
    });
    view.x_ticks.forEach((value, i) => {
      const node = nodes[lines.length + i];
      node.setAttribute("class", "xt");
      set(node.children[0], { x1: "0", x2: "0", y1: "0", y2: "0" });
      set(node.children[1], { x: x(value).toFixed(2) + "%", y: "99%", dy: 0, "text-anchor": "middle" });
      put(node.children[1], vigie.number(value, vigie.axisDigits(view.x_ticks)));
    });
  }

  // The picked agencies are named, else the few that stand furthest past the limit.
  function dotLabels(labels, view, x, y) {
    const worst = view.names.map((_, i) => i).filter((i) => view.y[i] > view.limit || view.names.length < 13);
    worst.sort((a, b) => view.y[b] - view.y[a]);
    const named = view.picked.length ? view.names.map((_, i) => i).filter((i) => view.picked.includes(view.names[i])) : worst.slice(0, 4);
    const nodes = vigie.pool(labels, Math.min(named.length, 12), () => make("text", "name"));
    named.slice(0, 12).forEach((i, rank) => {
      const right = x(view.x[i]) > 80;
      set(nodes[rank], { x: x(view.x[i]).toFixed(2) + "%", y: y(view.y[i]).toFixed(2) + "%", dx: right ? -12 : 12, dy: 4, "text-anchor": right ? "end" : "start" });
      put(nodes[rank], view.names[i]);
    });
  }

  function set(node, attributes) {
    for (const name in attributes) {
      const value = String(attributes[name]);
      if (node.getAttribute(name) !== value) node.setAttribute(name, value);
    }
  }
})(window.vigie);
