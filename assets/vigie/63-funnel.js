// Agents as dots in a funnel: nobody is named or ranked, but a reader who may see agents can go to one.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  vigie.draws.funnel = (element, view) => {
    const plot = vigie.plot(element, "funnel", ["mean"], ["x-title", "fn-said"]);
    const y = vigie.scale(view.ticks);
    const [first, last] = view.x;
    const x = (value) => ((value - first) / (last - first || 1)) * 100;
    const inside = (value) => Math.min(Math.max(y(value), 0), 100).toFixed(2);
    vigie.yAxis(plot, view.ticks, y);
    const upper = view.curve.map(([cases, , high]) => `${x(cases).toFixed(2)} ${inside(high)}`);
    const lower = view.curve.map(([cases, low]) => `${x(cases).toFixed(2)} ${inside(low)}`).reverse();
    plot.line("band", `M${upper.concat(lower).join("L")}Z`);
    plot.line("mean", `M${x(view.curve[0][0]).toFixed(2)} ${y(view.mean).toFixed(2)}H100`);
    dots(plot, view, x, y);
    words(plot, view, x, y, inside);
    ticks(plot, view, x);
    put(element.querySelector(".x-title"), view.x_title);
    const [strong, rest] = view.said;
    element.querySelector(".fn-said").replaceChildren(make("b", "", strong), rest ? " " + rest : "");
    put(document.getElementById(element.id + "-sub"), view.sub);
  };

  function dots(plot, view, x, y) {
    const place = plot.find("plot-marks");
    const tag = view.dots.length && view.dots[0].agent ? "a" : "span";
    if (place.dataset.tag !== tag) place.replaceChildren();
    place.dataset.tag = tag;
    const nodes = vigie.pool(place, view.dots.length, () => make(tag, ""));
    view.dots.forEach((dot, i) => {
      const node = nodes[i];
      node.className = "fn-dot" + (dot.out ? " out" : "") + (dot.agent ? " keeps" : "");
      vigie.at(node, x(dot.x), y(dot.y));
      const told = [dot.agent ? t("fn_agent", { agent: dot.agent }) : t("fn_someone"), `${vigie.number(dot.x)} ${t("fn_cases")}`, `${vigie.days(dot.y)} ${t("fn_equal")}`];
      if (dot.out) told.push(t("fn_outside"));
      node.dataset.tip = told.join("\n");
      if (!dot.agent) return node.setAttribute("aria-hidden", "true");
      node.href = vigie.keeping("/agents/" + encodeURIComponent(dot.agent));
      node.tabIndex = i === 0 ? 0 : -1;
      node.setAttribute("aria-label", told.join(", "));
    });
  }

  // Arrows move among the dots, from the one with the fewest cases to the one with the most.
  document.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const dot = event.target instanceof Element ? event.target.closest("a.fn-dot") : null;
    const next = dot && step && (step > 0 ? dot.nextElementSibling : dot.previousElementSibling);
    if (!next) return;
    event.preventDefault();
    dot.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });

  function words(plot, view, x, y, inside) {
    const [cases, low] = view.curve[Math.min(4, view.curve.length - 1)];
    const nodes = vigie.pool(plot.find("plot-words"), 1, () => make("span", "fn-inside"));
    vigie.at(nodes[0], Math.max(x(cases), 6), Math.min(Number(inside(low)) + 2, 90));
    put(nodes[0], t("fn_inside"));
    const right = vigie.pool(plot.find("plot-r"), 1, () => make("span", "", make("span"), make("span")));
    right[0].style.top = y(view.mean) + "%";
    put(right[0].firstChild, view.name);
    put(right[0].lastChild, view.mean_text);
  }

  function ticks(plot, view, x) {
    const nodes = vigie.pool(plot.find("plot-x"), view.x_ticks.length, () => make("span"));
    view.x_ticks.forEach((value, i) => {
      nodes[i].style.left = x(value) + "%";
      put(nodes[i], vigie.number(value));
    });
  }

  vigie.tables.funnel = (view) => [
    [...(view.dots[0]?.agent ? [t("fn_who")] : []), t("closed"), t("fn_delay"), t("cc_verdict")],
    ...view.dots.map((dot) => [...(dot.agent ? [dot.agent] : []), vigie.number(dot.x), vigie.days(dot.y), dot.out ? t("fn_outside") : t("fn_within")]),
  ];
})(window.vigie);
