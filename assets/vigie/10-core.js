// What every script here shares: texts, number formats, small DOM tools.
"use strict";
window.dash_clientside = window.dash_clientside || {};
window.vigie = { texts: {}, views: {}, members: null, draws: {}, picks: {}, tables: {}, actions: {} };

(function (vigie) {
  const formats = new Map();
  const NBSP = "\u00a0";

  vigie.t = (key, values) => {
    let text = vigie.texts[key] || "";
    for (const name in values || {}) text = text.replace("{" + name + "}", values[name]);
    return text;
  };

  vigie.number = (value, digits = 0) => {
    if (value === null || value === undefined) return "—";
    const key = document.documentElement.lang + digits;
    if (!formats.has(key)) {
      const locale = document.documentElement.lang === "en" ? "en-GB" : "fr-FR";
      formats.set(key, new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
    }
    return formats.get(key).format(value).replace("-", "\u2212");
  };
  vigie.percent = (value, digits = 1) =>
    value === null || value === undefined ? "—" : vigie.number(value * 100, digits) + NBSP + "%";
  // As many digits as tell the marks of an axis apart.
  vigie.axisDigits = (ticks, scale = 1) => {
    const step = Math.abs((ticks[1] - ticks[0]) * scale) || 1;
    return [0, 1, 2, 3].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
  };
  vigie.days = (value) => (value === null || value === undefined ? "—" : vigie.number(value, 1) + NBSP + vigie.t("day"));

  // A change in days: its sign in words a reader can scan, and whether it is good news.
  vigie.change = (now, before) => {
    if (now === null || before === null || before === undefined) return ["—", "flat"];
    const gap = Math.round((now - before) * 10) / 10;
    if (gap === 0) return [vigie.t("stable"), "flat"];
    return [(gap > 0 ? "+" : "") + vigie.days(gap), gap > 0 ? "bad" : "good"];
  };

  vigie.month = (iso, style = "short") => {
    const key = document.documentElement.lang + style;
    if (!formats.has(key)) {
      const locale = document.documentElement.lang === "en" ? "en-GB" : "fr-FR";
      const shape = style === "long" ? { month: "long", year: "numeric" } : { month: "short" };
      formats.set(key, new Intl.DateTimeFormat(locale, { ...shape, timeZone: "UTC" }));
    }
    return formats.get(key).format(new Date(iso + "-01T00:00:00Z"));
  };

  vigie.make = (tag, className, ...children) => {
    const svg = ["svg", "circle", "line", "polyline", "text", "g", "rect", "path"].includes(tag);
    const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    if (className) node.setAttribute("class", className);
    node.append(...children);
    return node;
  };
  vigie.icon = (name) => {
    const node = vigie.make("i", "i i-" + name);
    node.setAttribute("aria-hidden", "true");
    return node;
  };
  // A text as a search compares it: no accents, no capitals.
  vigie.plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  vigie.put = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
  };

  // Keep exactly `count` children in `parent`, made by `make`, reusing those that are there.
  vigie.pool = (parent, count, make) => {
    while (parent.children.length < count) parent.append(make());
    while (parent.children.length > count) parent.lastChild.remove();
    return parent.children;
  };

  // The body of a view, built once by `build` when its skeleton, its emptiness or another kind stands there.
  vigie.body = (element, kind, build) => {
    if (element.dataset.kind !== kind) {
      element.replaceChildren();
      element.dataset.kind = kind;
      build(element);
    }
    return element;
  };

  vigie.mark = (node, dim, value, pressed) => {
    if (node.dataset.value !== value) {
      node.dataset.dim = dim;
      node.dataset.value = value;
    }
    const state = pressed ? "true" : "false";
    if (node.getAttribute("aria-pressed") !== state) node.setAttribute("aria-pressed", state);
  };
})(window.vigie);
