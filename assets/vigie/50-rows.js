// KPI cards, leaderboards, backlog and recommendations: HTML rows, nodes reused.
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
    const [, value, row, foot] = node.children;
    node.dataset.raw = card.raw ?? "";
    node.classList.toggle("over", Boolean(card.over));
    node.classList.toggle("few", Boolean(card.few));
    node.classList.toggle("none", card.raw === null);
    value.classList.remove("sk-val");
    put(value.children[0], card.text);
    put(value.children[1], card.unit);
    row.hidden = card.raw === null;
    if (card.raw === null) {
      put(foot.children[0], card.reason || "");
      return put(foot.children[1], "");
    }
    const [delta, spark] = row.children;
    delta.className = "delta " + (card.delta?.tone || "flat");
    delta.hidden = !card.delta;
    if (card.delta) {
      delta.children[0].className = "i i-" + { up: "arrow-up-right", down: "arrow-down-right", flat: "arrow-right" }[card.delta.way];
      put(delta.children[1], card.delta.text);
      delta.title = card.delta.words;
    }
    sparkline(spark, card.spark);
    const [what, verdict, tone] = card.reference;
    put(foot.children[0], card.few ? t("few") : what);
    put(foot.children[1], verdict);
    foot.children[1].className = "st " + tone;
  }

  function sparkline(node, heights) {
    node.hidden = !heights;
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
    board(element, "agencies", [t("agency"), t("mean_delay"), t("days"), t("change"), t("returns")]);
    const kept = shown(element, view, 12);
    const list = element.querySelector(".lb-rows");
    const top = Math.max(view.norm * 1.05, ...kept.map((i) => view.delay[i] || 0), ...(view.before || []).filter((_, i) => kept.includes(i)));
    element.querySelector(".lb").classList.toggle("has-sel", view.picked.length > 0);
    const rows = vigie.pool(list, kept.length, agencyRow);
    kept.forEach((i, rank) => {
      const row = rows[rank];
      const [name, track, days, change, returns] = row.children;
      const [fill, before, norm] = track.children;
      const few = view.closed[i] < view.few;
      vigie.mark(row, "agency", view.names[i], view.picked.includes(view.names[i]));
      put(name, view.names[i]);
      fill.style.width = ((view.delay[i] || 0) / top) * 100 + "%";
      fill.className = view.delay[i] > view.norm ? "fill over" : "fill";
      const past = view.before ? view.before[i] : null;
      before.hidden = past === null;
      if (past !== null) before.style.left = (past / top) * 100 + "%";
      norm.style.left = (view.norm / top) * 100 + "%";
      put(days, vigie.number(view.delay[i], 1));
      const [words, tone] = vigie.change(view.delay[i], past);
      put(change, words);
      change.className = "v delta " + tone;
      put(returns, vigie.percent(view.returns[i]));
      row.classList.toggle("few", few);
      row.title = few ? `${view.names[i]} : ${t("few")}` : view.names[i];
    });
    legend(element, [
      ["sw over", t("over_norm", { n: vigie.number(view.norm) })],
      ["sw", t("within_norm")],
      ...(view.before ? [["tick", t("year_ago")]] : []),
    ]);
  };

  function agencyRow() {
    const track = make("span", "track", make("span", "fill"), make("span", "prev"), make("span", "thr"));
    const row = make("button", "lb-r", make("span", "n"), track, make("span", "v"), make("span", "v"), make("span", "v"));
    row.type = "button";
    return row;
  }

  vigie.draws.types = (element, view) => {
    board(element, "types", [t("case_type"), t("closed"), t("delay")]);
    const kept = shown(element, view, 8);
    const top = Math.max(1, ...view.closed);
    element.querySelector(".lb").classList.toggle("has-sel", view.picked.length > 0);
    const rows = vigie.pool(element.querySelector(".lb-rows"), kept.length, typeRow);
    kept.forEach((i, rank) => {
      const [bar, name, closed, delay] = rows[rank].children;
      const few = view.closed[i] < view.few;
      vigie.mark(rows[rank], "case_type", view.names[i], view.picked.includes(view.names[i]));
      bar.style.width = `calc(${(view.closed[i] / top) * 100}% - 8px)`;
      put(name, view.names[i]);
      put(closed, vigie.number(view.closed[i]));
      put(delay, vigie.days(view.delay[i]));
      delay.className = view.delay[i] > view.norms[i] ? "v strong bad" : "v strong";
      rows[rank].classList.toggle("few", few);
      rows[rank].title = few ? t("few") : "";
    });
  };

  function typeRow() {
    const row = make("button", "lb-r", make("span", "lb-bar"), make("span", "n"), make("span", "v"), make("span", "v"));
    row.type = "button";
    return row;
  }

  vigie.draws.ages = (element, view) => {
    vigie.body(element, "ages", () => {
      const stack = make("div", "stk");
      stack.setAttribute("aria-hidden", "true");
      element.append(stack, make("div", "lb lb-types", make("div", "lb-rows")));
    });
    const total = view.stock.reduce((sum, value) => sum + value, 0) || 1;
    const parts = vigie.pool(element.querySelector(".stk"), view.stock.length, () => make("span"));
    const rows = vigie.pool(element.querySelector(".lb-rows"), view.stock.length, typeRow);
    element.querySelector(".lb").classList.toggle("has-sel", view.picked.length > 0);
    view.stock.forEach((stock, i) => {
      parts[i].style.flexGrow = stock / total;
      parts[i].className = "age-" + i;
      const [bar, name, count, share] = rows[i].children;
      bar.style.width = "0";
      vigie.mark(rows[i], "age", view.ages[i], view.picked.includes(view.ages[i]));
      put(name, view.labels[i]);
      put(count, vigie.number(stock));
      put(share, vigie.percent(stock / total, 0));
      share.className = i > 1 ? "v strong bad" : "v strong";
    });
  };

  vigie.draws.advice = (element, view) => {
    vigie.body(element, "advice", () => {});
    const badge = document.getElementById(element.id + "-sub");
    put(badge, view.summary);
    if (!view.items.length) {
      return element.replaceChildren(make("div", "empty", vigie.icon("check2"), make("p", "", view.none)));
    }
    element.replaceChildren(...view.items.map(recommendation));
  };

  function recommendation(item) {
    const title = make("b", "", item.title);
    const badge = make("span", "badge-x", item.badge);
    const text = make("p", "", item.text);
    const link = make("button", "link", item.link, vigie.icon("chevron-right"));
    link.dataset.action = "evidence";
    link.dataset.search = item.evidence;
    const meta = make("div", "meta", link);
    const box = make("div", "reco", make("div", "ic hi", vigie.icon(item.icon)));
    box.append(make("div", "grow", make("div", "reco-h", title, badge), text, meta));
    box.dataset.rule = item.rule;
    return box;
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
