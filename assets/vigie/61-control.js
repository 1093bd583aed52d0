// A control chart: weeks as points, their ordinary variation as a band, those outside numbered and named below.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  // Text and attributes shared with the other charts of this kind (62, 63): a plot of 100 × 100 under HTML marks.
  vigie.plot = (element, kind, names, more = []) => {
    vigie.body(element, kind, () => {
      const marks = make("div", "plot-marks");
      marks.setAttribute("role", "group");
      marks.setAttribute("aria-labelledby", element.id + "-title");
      const inside = make("div", "plot-in", lines("plot-under", ["band", "rules"]), lines("plot-lines", names), make("div", "plot-words"), marks);
      element.append(make("div", "plot-box", make("div", "plot-y"), inside, make("div", "plot-r"), make("div", "plot-x")), ...more.map((name) => make("div", name)));
    });
    const find = (name) => element.querySelector("." + name);
    return { line: (name, d) => find(name).setAttribute("d", d), find };
  };

  function lines(name, paths) {
    const svg = make("svg", name, ...paths.map((path) => make("path", path)));
    svg.setAttribute("viewBox", "0 0 100 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    return svg;
  }

  vigie.scale = (ticks) => {
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    return (value) => 100 - ((value - low) / (high - low || 1)) * 100;
  };

  // Lines across the plot with their values at its left.
  vigie.yAxis = (plot, ticks, y) => {
    plot.line("rules", ticks.map((value) => `M0 ${y(value).toFixed(2)}H100`).join(""));
    const nodes = vigie.pool(plot.find("plot-y"), ticks.length, () => make("span"));
    ticks.forEach((value, i) => {
      nodes[i].style.top = y(value) + "%";
      put(nodes[i], vigie.number(value, vigie.axisDigits(ticks)) + "\u00a0" + t("day"));
    });
  };

  vigie.at = (node, left, top) => {
    node.style.left = left.toFixed(2) + "%";
    node.style.top = top.toFixed(2) + "%";
  };

  vigie.draws.control = (element, view) => {
    const plot = vigie.plot(element, "control", ["norm", "mean", "trace"], ["cc-shifts", "cc-named", "cc-said"]);
    const y = vigie.scale(view.ticks);
    const count = view.weeks.length;
    const x = (index) => ((index + 0.5) / count) * 100;
    vigie.yAxis(plot, view.ticks, y);
    const edge = (level, side) => (side < 0 ? (level.from / count) * 100 : ((level.to + 1) / count) * 100).toFixed(2);
    plot.line("band", view.levels.map((l) => `M${edge(l, -1)} ${y(l.high).toFixed(2)}H${edge(l, 1)}V${y(l.low).toFixed(2)}H${edge(l, -1)}Z`).join(""));
    plot.line("mean", view.levels.map((l) => `M${edge(l, -1)} ${y(l.mean).toFixed(2)}H${edge(l, 1)}`).join(""));
    plot.line("norm", view.norm === null ? "" : `M0 ${y(view.norm).toFixed(2)}H100`);
    plot.line("trace", trace(view, x, y));
    const groups = view.outside.slice(-view.named);
    points(plot, view, x, y);
    words(plot, view, groups, x, y);
    rightWords(plot, view, y);
    months(plot, view, x);
    shifts(plot.find("cc-shifts"), view);
    named(plot.find("cc-named"), view, groups);
    put(plot.find("cc-said"), view.said);
    vigie.subLegend(element, [
      ...(view.levels.length ? [["sw band", t("cc_band")]] : []),
      ...(view.outside.length ? [["dia", t("cc_outside")]] : []),
    ]);
  };

  // The legend beside the title, in the place of the card's subtitle.
  vigie.subLegend = (element, entries) => {
    const place = document.getElementById(element.id + "-sub");
    const key = JSON.stringify(entries);
    if (!place || place.dataset.key === key) return;
    place.dataset.key = key;
    place.classList.add("legend", "in-head");
    place.replaceChildren(...entries.map(([shape, text]) => make("span", "", make("i", shape), text)));
  };

  const trace = (view, x, y) => {
    let pen = "M";
    return view.delay
      .map((value, i) => {
        if (value === null) return (pen = "M"), "";
        const step = `${pen}${x(i).toFixed(2)} ${y(value).toFixed(2)}`;
        pen = "L";
        return step;
      })
      .join("");
  };

  function points(plot, view, x, y) {
    const known = view.weeks.map((_, i) => i).filter((i) => view.delay[i] !== null);
    const past = new Set(view.outside.flatMap((group) => group.at));
    const nodes = vigie.pool(plot.find("plot-marks"), known.length, () => {
      const node = make("button", "cc-dot");
      node.type = "button";
      return node;
    });
    const some = (view.inside || []).includes(false);
    const [since, until] = view.period || ["", ""];
    const held = plot.find("plot-marks").contains(document.activeElement) ? document.activeElement.dataset.value : null;
    const kept = known.findIndex((i) => view.weeks[i] === held);
    const stop = kept >= 0 ? kept : Math.max(0, known.findIndex((i) => past.has(i)));
    known.forEach((i, rank) => {
      const node = nodes[rank];
      vigie.mark(node, "week", view.weeks[i], view.weeks[i] === since && weekEnd(since) === until);
      node.className = "cc-dot" + (past.has(i) ? " out" : "") + (view.judged[i] ? "" : " hollow") + (some && !view.inside[i] ? " aside" : "");
      vigie.at(node, x(i), y(view.delay[i]));
      node.tabIndex = rank === stop ? 0 : -1;
      const told = [`${t("cc_week", { day: vigie.date(view.weeks[i]) })} : ${vigie.days(view.delay[i])}`, `${vigie.number(view.closed[i])} ${t("closed_words")}`];
      if (past.has(i)) told.push(t("cc_is_outside"));
      if (!view.judged[i]) told.push(t("cc_not_judged"));
      node.setAttribute("aria-label", told.join(", "));
      node.dataset.tip = told.join("\n");
    });
    if (held) nodes[stop].focus(); // the week stays in hand though other weeks come into sight
  }

  // A week sets the period; the one that is the period leaves it again.
  vigie.picks.week = (monday) => {
    const [since, until] = vigie.picked?.period || [];
    const again = since === monday && until === weekEnd(monday);
    vigie.send(again ? { without: "period" } : { since: monday, until: weekEnd(monday) });
  };
  const weekEnd = (monday) => (monday ? new Date(Date.parse(monday) + 6 * 86400000).toISOString().slice(0, 10) : "");

  function words(plot, view, groups, x, y) {
    const placed = [...groups.map((group, rank) => ["cc-no", apex(view, group), String(rank + 1), group.up]), ...view.notes.map((note) => ["cc-note", note.at, note.text, true])];
    if (view.norm !== null) placed.push(["cc-norm", 0, view.norm_text, true]);
    const nodes = vigie.pool(plot.find("plot-words"), placed.length, () => make("span"));
    placed.forEach(([kind, i, text, up], rank) => {
      nodes[rank].className = kind + (kind === "cc-norm" ? normSide(view) : up ? "" : " under");
      vigie.at(nodes[rank], kind === "cc-norm" ? 0 : x(i), y(kind === "cc-norm" ? view.norm : kind === "cc-note" ? view.ticks[view.ticks.length - 1] : view.delay[i]));
      put(nodes[rank], text);
    });
  }
  // The norm is named at the end where the weeks leave it more room, on the side where they are not.
  function normSide(view) {
    const away = (part) => part.filter((value) => value !== null).map((value) => value - view.norm);
    const [first, last] = [away(view.delay.slice(0, 6)), away(view.delay.slice(-6))];
    const room = (part) => Math.min(...part.map(Math.abs));
    const chosen = room(last) > room(first) ? last : first;
    return (chosen === last ? " end" : "") + (chosen.reduce((sum, value) => sum + value, 0) > 0 ? " under" : "");
  }
  const apex = (view, group) => group.at.reduce((best, i) => (view.delay[i] > view.delay[best] === group.up ? i : best));

  function rightWords(plot, view, y) {
    const level = view.levels[view.levels.length - 1];
    const rows = level ? [[t("cc_high"), level.texts[0], level.high], [t("cc_mean"), level.texts[1], level.mean], [t("cc_low"), level.texts[2], level.low]] : [];
    const nodes = vigie.pool(plot.find("plot-r"), rows.length, () => make("span", "", make("span"), make("span")));
    rows.forEach(([label, text, value], i) => {
      nodes[i].style.top = y(value) + "%";
      put(nodes[i].firstChild, label);
      put(nodes[i].lastChild, text);
    });
  }

  function months(plot, view, x) {
    const starts = view.weeks.map((week, i) => [week.slice(0, 7), i]).filter(([month], i) => i === 0 || view.weeks[i - 1].slice(0, 7) !== month);
    const room = matchMedia("(max-width: 640px)").matches ? 5 : 8;
    const kept = starts.filter((_, rank) => rank % Math.ceil(starts.length / room) === 0);
    const nodes = vigie.pool(plot.find("plot-x"), kept.length, () => make("span", "", make("span"), make("small")));
    kept.forEach(([month, i], rank) => {
      nodes[rank].style.left = x(i) + "%";
      put(nodes[rank].firstChild, vigie.month(month));
      put(nodes[rank].lastChild, rank === 0 || kept[rank - 1][0].slice(0, 4) !== month.slice(0, 4) ? month.slice(0, 4) : "");
    });
  }

  function shifts(place, view) {
    place.hidden = !view.shifts.length;
    const nodes = vigie.pool(place, view.shifts.length, () => {
      const link = make("button", "link");
      link.dataset.action = "period";
      return make("p", "cc-shift", vigie.icon("arrow-right"), make("span", "grow"), link);
    });
    view.shifts.forEach((shift, i) => {
      const [symbol, text, link] = nodes[i].children;
      symbol.className = "i i-arrow-" + (shift.up ? "up-right" : "down-right");
      nodes[i].classList.toggle("bad", shift.up);
      put(text, shift.text);
      put(link, t("cc_since"));
      link.setAttribute("aria-label", `${t("cc_since")} : ${shift.text}`);
      link.dataset.since = shift.since;
      link.dataset.until = shift.until;
    });
  }

  function named(place, view, groups) {
    const rows = [...groups.map((group, i) => [String(i + 1), group.label, group.text]), ...view.notes.map((note) => ["", note.label, note.text])];
    place.hidden = !rows.length;
    const nodes = vigie.pool(place, rows.length, () => make("span", "", make("i", "cc-key"), make("b"), make("span")));
    rows.forEach(([key, label, text], i) => {
      put(nodes[i].children[0], key);
      nodes[i].children[0].hidden = !key;
      put(nodes[i].children[1], label);
      put(nodes[i].children[2], " : " + text);
    });
    place.dataset.more = view.outside.length > groups.length ? t("cc_more", { n: view.outside.length - groups.length }) : "";
  }

  vigie.date = (iso) => {
    const locale = document.documentElement.lang === "en" ? "en-GB" : "fr-FR";
    return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(iso + "T00:00:00Z"));
  };

  vigie.tables.control = (view) => [
    [t("cc_week_of"), t("closed"), t("mean_delay"), t("cc_low"), t("cc_high"), t("cc_verdict")],
    ...view.weeks.map((week, i) => {
      const level = view.levels.find((each) => each.from <= i && i <= each.to);
      const past = view.outside.some((group) => group.at.includes(i));
      const verdict = past ? t("cc_is_outside") : view.judged[i] ? t("cc_ordinary") : t("cc_not_judged");
      return [vigie.date(week), vigie.number(view.closed[i]), vigie.days(view.delay[i]), vigie.days(level?.low), vigie.days(level?.high), verdict];
    }),
  ];
})(window.vigie);
