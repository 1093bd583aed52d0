// The backlog with and without the reinforcement, week by week, with its interval.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const WIDE = 340;
  const HIGH = 120;
  const LEFT = 38;
  const RIGHT = 6;
  const TOP = 14;
  const BOTTOM = 20;

  const put = (node, values) => {
    for (const name in values) node.setAttribute(name, values[name]);
    return node;
  };
  const text = (x, y, words, anchor = "start", look = "") => put(make("text", look, words), { x, y, "text-anchor": anchor });
  const trace = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

  // `series`: weeks (first days, ISO), without, low, middle, high (open cases), norm (open cases, or null).
  vigie.backlogChart = (series, title) => {
    const all = [...series.without, ...series.low, ...series.high, ...(series.norm == null ? [] : [series.norm])];
    const [low, high] = scale(Math.min(...all), Math.max(...all));
    const x = (i) => LEFT + (i / Math.max(1, series.weeks.length - 1)) * (WIDE - LEFT - RIGHT);
    const y = (value) => TOP + (1 - (value - low) / (high - low)) * (HIGH - TOP - BOTTOM);
    const line = (values) => trace(values.map((value, i) => [x(i), y(value)]));
    const back = series.low.map((value, i) => [x(i), y(value)]).reverse();
    const band = put(make("path", "band"), { d: line(series.high) + trace(back).replace("M", "L") + "Z" });
    const marks = [low, (low + high) / 2, high].map((value) => text(LEFT - 6, y(value) + 3.5, vigie.number(value), "end"));
    const lines = [low, (low + high) / 2, high].map((value) => put(make("line", "rule"), { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value) }));
    const svg = put(make("svg", "backlog", ...lines, band), { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": words(series, title) });
    svg.append(put(make("path", "without"), { d: line(series.without) }), put(make("path", "with"), { d: line(series.middle) }), ...marks);
    if (series.norm != null) {
      svg.append(put(make("line", "norm"), { x1: LEFT, x2: WIDE - RIGHT, y1: y(series.norm), y2: y(series.norm) }));
      svg.append(text(LEFT + 4, y(series.norm) - 4, t("advice_norm", { n: vigie.number(series.norm) }), "start", "name"));
    }
    const last = series.weeks.length - 1;
    svg.append(text(WIDE - RIGHT, y(series.without[last]) - 5, t("advice_without"), "end", "name"));
    const under = y(series.middle[last]) + 13;
    svg.append(text(WIDE - RIGHT, under > HIGH - BOTTOM ? y(series.middle[last]) - 5 : under, t("advice_with"), "end", "name good"));
    for (const i of [0, Math.round(last / 2), last]) {
      svg.append(text(x(i), HIGH - 5, day(series.weeks[i]), i === 0 ? "start" : i === last ? "end" : "middle"));
    }
    return svg;
  };

  // Bounds on round numbers around what is shown.
  function scale(low, high) {
    const step = 10 ** Math.floor(Math.log10(Math.max(1, high - low || high)));
    const from = Math.max(0, Math.floor(low / step) * step);
    const to = Math.ceil(high / step) * step;
    return [from, to > from ? to : from + step];
  }

  const format = new Map();
  function day(iso) {
    const lang = document.documentElement.lang === "en" ? "en-GB" : "fr-FR";
    if (!format.has(lang)) format.set(lang, new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" }));
    return format.get(lang).format(new Date(iso + "T00:00:00Z")).replace(/^1 /, lang === "fr-FR" ? "1ᵉʳ " : "1 ");
  }
  vigie.shortDay = day;

  function words(series, title) {
    const last = series.weeks.length - 1;
    const [first, without, low, middle, high] = [series.without[0], series.without[last], series.low[last], series.middle[last], series.high[last]].map((value) => vigie.number(value));
    return t("advice_chart", { title, first, day: day(series.weeks[last]), without, middle, low, high });
  }
})(window.vigie);
