// A person's delay over time: points within a band that widens where there are few cases.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  vigie.draws.pace = (element, view) => {
    const plot = vigie.plot(element, "pace", ["norm", "mean", "trace"], ["cc-said"]);
    const y = vigie.scale(view.ticks);
    const count = view.at.length;
    const x = (index) => ((index + 0.5) / count) * 100;
    vigie.yAxis(plot, view.ticks, y);
    plot.line("band", band(view, y));
    plot.line("mean", `M0 ${y(view.mean).toFixed(2)}H100`);
    plot.line("norm", `M0 ${y(view.norm).toFixed(2)}H100`);
    plot.line("trace", trace(view, x, y));
    points(plot, view, x, y);
    words(plot, view, y);
    axis(plot, view, x);
    put(plot.find("cc-said"), view.said);
    put(document.getElementById(element.id + "-title"), view.title);
    vigie.subLegend(element, [["sw band", view.band], ...(view.out.includes(true) ? [["dia", t("pace_out")]] : [])]);
  };

  // Steps, one for each week or month, along the top and back along the bottom.
  function band(view, y) {
    const edge = (index) => ((index / view.at.length) * 100).toFixed(2);
    const top = view.high.map((value, i) => `H${edge(i)}V${y(value).toFixed(2)}H${edge(i + 1)}`).join("");
    const below = view.low.map((value, i) => `V${y(value).toFixed(2)}H${edge(i)}`).reverse().join("");
    return `M0 ${y(view.high[0]).toFixed(2)}${top}${below}Z`;
  }

  function trace(view, x, y) {
    let pen = "M";
    const step = (value, i) => {
      if (value === null) {
        pen = "M";
        return "";
      }
      const text = `${pen}${x(i).toFixed(2)} ${y(value).toFixed(2)}`;
      pen = "L";
      return text;
    };
    return view.delay.map(step).join("");
  }

  const verdict = (view, i) => t(view.out[i] ? "pace_out" : view.judged[i] ? "pace_in" : "pace_few");

  function points(plot, view, x, y) {
    const known = view.at.map((_, i) => i).filter((i) => view.delay[i] !== null);
    const nodes = vigie.pool(plot.find("plot-marks"), known.length, () => Object.assign(make("button", "cc-dot"), { type: "button" }));
    known.forEach((i, rank) => {
      const node = nodes[rank];
      vigie.mark(node, view.grain, view.at[i], false);
      node.className = "cc-dot" + (view.out[i] ? " out" : "") + (view.judged[i] ? "" : " hollow");
      vigie.at(node, x(i), y(view.delay[i]));
      node.tabIndex = rank ? -1 : 0;
      const told = [view.labels[i], vigie.days(view.delay[i]), `${vigie.number(view.closed[i])} ${t("closed_words")}`, verdict(view, i)];
      node.setAttribute("aria-label", `${told[0]} : ${told.slice(1).join(", ")}`);
      node.dataset.tip = told.join("\n");
    });
  }

  function words(plot, view, y) {
    const [norm] = vigie.pool(plot.find("plot-words"), 1, () => make("span", "cc-norm"));
    vigie.at(norm, 0, y(view.norm));
    put(norm, view.norm_text);
    const [mean] = vigie.pool(plot.find("plot-r"), 1, () => make("span", "", make("span"), make("span")));
    mean.style.top = y(view.mean) + "%";
    view.mean_text.forEach((text, i) => put(mean.children[i], text));
  }

  function axis(plot, view, x) {
    const starts = view.at.map((at, i) => [at.slice(0, 7), i]).filter(([month], i) => i === 0 || view.at[i - 1].slice(0, 7) !== month);
    const room = matchMedia("(max-width: 640px)").matches ? 5 : 9;
    const kept = starts.filter((_, rank) => rank % Math.ceil(starts.length / room) === 0);
    const nodes = vigie.pool(plot.find("plot-x"), kept.length, () => make("span", "", make("span"), make("small")));
    kept.forEach(([month, i], rank) => {
      nodes[rank].style.left = x(i) + "%";
      put(nodes[rank].firstChild, vigie.month(month));
      put(nodes[rank].lastChild, rank === 0 || kept[rank - 1][0].slice(0, 4) !== month.slice(0, 4) ? month.slice(0, 4) : "");
    });
  }

  vigie.tables.pace = (view) => [
    [t("pace_when"), t("closed"), t("mean_delay"), t("pace_low"), t("pace_high"), t("pace_verdict")],
    ...view.labels.map((label, i) => [label, vigie.number(view.closed[i]), vigie.days(view.delay[i]), vigie.days(view.low[i]), vigie.days(view.high[i]), verdict(view, i)]),
  ];
})(window.vigie);
