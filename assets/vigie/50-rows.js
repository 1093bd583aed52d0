// KPI cards, leaderboards and backlog: HTML rows, nodes reused.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  vigie.draws.kpis = (element, view) => {
    for (const card of view.cards) kpi(element.querySelector(`.kpi[data-kpi="${card.id}"]`), card);
    for (const name in view.also) {
      for (const node of document.querySelectorAll(`b[data-kpi="${name}"]`)) {
        put(node, view.also[name].text);
        node.dataset.raw = view.also[name].raw ?? "";
      }
    }
  };

  function kpi(node, card) {
    const [, top, refs] = node.children;
    const [value, spark] = top.children;
    const foot = node.lastChild;
    node.dataset.raw = card.raw ?? "";
    node.classList.toggle("over", Boolean(card.over));
    node.classList.toggle("few", Boolean(card.few));
    node.classList.toggle("none", card.raw === null);
    value.classList.remove("sk-val");
    put(value.children[0], card.text);
    put(value.children[1], card.unit);
    sparkline(spark, card.spark);
    const lines = card.lines || [];
    const rows = vigie.pool(refs, lines.length, refLine);
    lines.forEach((line, i) => reference(rows[i], line));
    const [what, verdict, tone] = card.raw === null ? [card.reason || "", "", "flat"] : card.reference;
    put(foot.children[0], card.few ? t("few") : what);
    put(foot.children[1], verdict);
    foot.children[1].className = "st " + tone;
  }

  // One line per reference: what it is and its value, then how the card compares; grey where noise would do.
  const refLine = () => make("div", "ref", make("span", "rl", make("span"), make("b")), make("span", "delta flat", vigie.icon("none"), make("span")));
  const SIGNS = { good: "i i-check-circle", bad: "i i-exclamation-circle", flat: "" };

  function reference(node, line) {
    const [left, right] = node.children;
    node.dataset.of = line.of;
    node.dataset.raw = line.raw ?? "";
    put(left.children[0], line.label);
    put(left.children[1], line.text);
    put(right.children[1], line.words);
    right.className = "delta " + line.tone;
    right.children[0].className = SIGNS[line.tone];
    right.children[0].hidden = line.tone === "flat";
    node.title = line.title;
  }

  // The median and P90, once the rest is painted.
  vigie.draws.quantiles = (element, view) => {
    for (const name in view.values) {
      const node = element.querySelector(`[data-kpi="${name}"]`);
      put(node, view.values[name].text);
      node.dataset.raw = view.values[name].raw ?? "";
    }
    element.classList.toggle("few", view.few);
  };

  function sparkline(node, heights) {
    node.style.visibility = heights ? "" : "hidden";
    if (!heights) return;
    const step = 100 / (heights.length - 1);
    const at = heights.map((height, index) => [(index * step).toFixed(1) + "%", (92 - height * 0.84).toFixed(1) + "%"]);
    const top = at.map(([x, y]) => `${x} ${y}`);
    const below = at.map(([x, y]) => `${x} calc(${y} + 1.6px)`).reverse();
    node.children[0].style.clipPath = `polygon(0% 100%,${top.join()},100% 100%)`;
    node.children[1].style.clipPath = `polygon(${top.concat(below).join()})`;
  }

  // One leaderboard: a header, rows as buttons, more rows on demand, a search when the list is long.
  function board(element, kind, heads) {
    return vigie.body(element, kind, () => {
      const head = make("div", "lb-h", ...heads.map((text) => make("span", "", text)));
      head.setAttribute("aria-hidden", "true");
      const rows = make("div", "lb-rows");
      const more = make("button", "fb ghost more");
      more.dataset.action = "more";
      const search = make("input", "lb-search");
      Object.assign(search, { type: "search", placeholder: t("search"), ariaLabel: t("search") });
      search.addEventListener("input", () => vigie.draws[kind](element, vigie.views[element.id]));
      element.append(search, make("div", "lb lb-" + kind, head, rows), more);
    });
  }

  function shown(element, view, page) {
    const wanted = vigie.plain(element.querySelector(".lb-search").value);
    let order = view.names.map((_, index) => index);
    if (wanted) order = order.filter((index) => vigie.plain(view.names[index]).includes(wanted));
    const limit = Number(element.dataset.limit || page);
    const kept = order.filter((index, rank) => rank < limit || view.picked.includes(view.names[index]));
    const more = element.querySelector(".more");
    more.hidden = kept.length >= order.length;
    put(more, t("more", { n: vigie.number(order.length - kept.length) }));
    element.querySelector(".lb-search").hidden = view.names.length <= page;
    return kept;
  }

  vigie.draws.agencies = (element, view) => {
    const against = view.against ? view.lines[view.against.line] : null;
    const ticks = view.lines.filter((line) => PAST.includes(line.of));
    const dashes = view.lines.filter((line) => !PAST.includes(line.of));
    board(element, "agencies", [t("agency"), t("mean_delay"), t("days"), heading(against), t("returns"), ""]);
    put(element.querySelector(".lb-h").children[3], heading(against));
    const kept = shown(element, view, 12);
    const list = element.querySelector(".lb-rows");
    const top = Math.max(view.norm * 1.05, ...kept.map((i) => Math.max(view.delay[i] || 0, ...view.lines.map((line) => line.values[i] || 0))));
    const at = (value) => (value / top) * 100 + "%";
    element.querySelector(".lb").classList.toggle("has-sel", view.picked.length > 0);
    const rows = vigie.pool(list, kept.length, agencyRow);
    kept.forEach((i, rank) => {
      const [row, link] = rows[rank].children;
      const [name, track, days, change, returns] = row.children;
      const few = view.closed[i] < view.few;
      vigie.mark(row, "agency", view.names[i], view.picked.includes(view.names[i]));
      put(name, view.names[i]);
      const marks = vigie.pool(track, 2 + view.lines.length, () => make("span"));
      const [fill, norm, ...others] = marks;
      fill.style.width = at(view.delay[i] || 0);
      fill.className = view.delay[i] > view.norm ? "fill over" : "fill";
      norm.className = "thr";
      norm.style.left = at(view.norm);
      [...ticks, ...dashes].forEach((line, n) => {
        const value = line.values[i];
        others[n].className = (PAST.includes(line.of) ? "prev " : "thr ") + line.of;
        others[n].hidden = value === null;
        if (value !== null) others[n].style.left = at(value);
      });
      put(days, vigie.number(view.delay[i], 1));
      changed(change, view, against, i);
      put(returns, vigie.percent(view.returns[i]));
      row.classList.toggle("few", few);
      row.title = [few ? `${view.names[i]} : ${t("few")}` : view.names[i], ...compared(view, i, vigie.days)].join("\n");
      opens(link, view.names[i]);
    });
    legend(element, [
      ["sw over", t("over_norm", { n: vigie.number(view.norm) })],
      ["sw", t("within_norm")],
      ...ticks.map((line) => ["tick " + line.of, line.label]),
      ...dashes.map((line) => ["dash " + line.of, line.label]),
    ]);
  };

  const PAST = ["previous", "year"];
  const heading = (against) => (!against || PAST.includes(against.of) ? t("change") : t("compare_gap"));

  // How a row moved against the reference of its column; grey where noise would do.
  function changed(node, view, against, i) {
    const [words, tone] = against ? vigie.change(view.delay[i], against.values[i]) : ["", "flat"];
    put(node, words);
    node.className = "v delta " + (view.against?.sure[i] ? tone : "flat");
  }

  // Each reference in words, for the title of a row.
  function compared(view, i, written) {
    return view.lines
      .filter((line) => line.values[i] !== null)
      .map((line, n) => {
        const noise = view.against?.line === n && !view.against.sure[i] && line.of !== "target";
        return `${line.label} : ${written(line.values[i])}` + (noise ? `, ${t("compare_noise")}` : "");
      });
  }

  // The way to the agency's own page, with the filters that hold; none for one without an address.
  function opens(link, name) {
    const found = vigie.members?.office?.find(([, office]) => office === name);
    link.hidden = !found;
    if (!found) return;
    const path = "/agencies/" + found[0];
    if (link.dataset.path === path) return;
    link.dataset.path = path;
    link.href = path;
    link.setAttribute("aria-label", t("compare_open", { name }));
    link.title = t("compare_open", { name });
  }

  function agencyRow() {
    const row = make("button", "lb-r", make("span", "n"), make("span", "track"), make("span", "v"), make("span", "v"), make("span", "v"));
    row.type = "button";
    const link = make("a", "go keeps", vigie.icon("chevron-right"));
    return make("div", "lb-line", row, link);
  }

  vigie.draws.types = (element, view) => {
    const against = view.against ? view.lines[view.against.line] : null;
    board(element, "types", [t("case_type"), t("closed"), t("delay")]);
    const kept = shown(element, view, 8);
    const top = Math.max(1, ...view.closed);
    const board_ = element.querySelector(".lb");
    board_.classList.toggle("has-sel", view.picked.length > 0);
    board_.classList.toggle("moves", Boolean(against));
    const rows = vigie.pool(element.querySelector(".lb-rows"), kept.length, typeRow);
    kept.forEach((i, rank) => {
      const [bar, name, closed, delay, change] = rows[rank].children;
      const few = view.closed[i] < view.few;
      vigie.mark(rows[rank], "case_type", view.names[i], view.picked.includes(view.names[i]));
      bar.style.width = `calc(${(view.closed[i] / top) * 100}% - 8px)`;
      put(name, view.names[i]);
      put(closed, vigie.number(view.closed[i]));
      put(delay, vigie.days(view.delay[i]));
      delay.className = view.delay[i] > view.norms[i] ? "v strong bad" : "v strong";
      changed(change, view, against, i);
      rows[rank].classList.toggle("few", few);
      rows[rank].title = [...(few ? [t("few")] : []), ...compared(view, i, vigie.days)].join("\n");
    });
    legend(element, against ? [["", t("compare_against", { label: against.label.toLowerCase() })]] : []);
  };

  function typeRow() {
    const row = make("button", "lb-r", make("span", "lb-bar"), make("span", "n"), make("span", "v"), make("span", "v"), make("span", "v"));
    row.type = "button";
    return row;
  }

  vigie.draws.ages = (element, view) => {
    vigie.body(element, "ages", () => {
      const stack = make("div", "stk");
      stack.setAttribute("aria-hidden", "true");
      const head = make("div", "lb-h", make("span", "", t("age")), make("span", "", t("open_cases_short")), make("span", "", t("compare_share")));
      head.setAttribute("aria-hidden", "true");
      element.append(stack, make("div", "lb lb-ages", head, make("div", "lb-rows")));
    });
    const total = view.stock.reduce((sum, value) => sum + value, 0) || 1;
    const board_ = element.querySelector(".lb");
    // There is room for one earlier stock; the table behind the chart has them all.
    const before = view.lines[view.lines.length - 1];
    const width = before ? 4 : 3;
    const heads = vigie.pool(board_.querySelector(".lb-h"), width, () => make("span"));
    if (before) put(heads[3], before.label);
    board_.style.setProperty("--refs", before ? "64px" : "0");
    const parts = vigie.pool(element.querySelector(".stk"), view.stock.length, () => make("span"));
    const rows = vigie.pool(element.querySelector(".lb-rows"), view.stock.length, ageRow);
    board_.classList.toggle("has-sel", view.picked.length > 0);
    view.stock.forEach((stock, i) => {
      parts[i].style.flexGrow = stock / total;
      parts[i].className = "age-" + i;
      const [name, count, share, earlier] = vigie.pool(rows[i], width, () => make("span", "v"));
      vigie.mark(rows[i], "age", view.ages[i], view.picked.includes(view.ages[i]));
      put(name, view.labels[i]);
      put(count, vigie.number(stock));
      put(share, vigie.percent(stock / total, 0));
      share.className = i > 1 ? "v strong bad" : "v strong";
      if (!earlier) return;
      put(earlier, vigie.percent(before.values[i], 0));
      earlier.className = before.sure[i] ? "v" : "v noise";
      rows[i].title = before.sure[i] ? "" : t("compare_noise");
    });
  };

  function ageRow() {
    const row = make("button", "lb-r", make("span", "n"), make("span", "v"), make("span", "v"));
    row.type = "button";
    return row;
  }

  function legend(element, entries) {
    let place = element.querySelector(":scope > .legend");
    if (!place) element.append((place = make("div", "legend")));
    const key = JSON.stringify(entries);
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    place.replaceChildren(...entries.map(([shape, text]) => make("span", "", make("i", shape), text)));
  }
  vigie.legend = legend;
})(window.vigie);
