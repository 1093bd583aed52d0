// The way from the network's mean to the agency's, type by type: rows that add up, each of which picks its type.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  vigie.draws.gap = (element, view) => {
    vigie.body(element, "gap", () => element.append(make("div", "gap-rows"), make("p", "gap-said")));
    put(document.getElementById(element.id + "-title"), view.title);
    vigie.subLegend(element, [["sw hatchk", view.legend[0]], ["sw over", view.legend[1]]]);
    const list = element.querySelector(".gap-rows");
    list.classList.toggle("has-sel", view.picked.length > 0);
    list.classList.toggle("few", view.few);
    const kinds = view.rows.map((row) => (row.type ? "button" : "div"));
    if (list.dataset.kinds !== kinds.join()) list.replaceChildren(...kinds.map(line));
    list.dataset.kinds = kinds.join();
    view.rows.forEach((row, i) => fill(list.children[i], row, view));
    put(element.querySelector(".gap-said"), view.few ? `${view.said} ${vigie.capital(t("few"))}.` : view.said);
  };

  vigie.capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  function line(tag) {
    const label = make("span", "n", make("span", "l"), make("span", "sub"));
    const row = make(tag, "gap-r", label, make("span", "gap-t", make("span", "gap-j"), make("span", "gap-b")), make("span", "v"));
    if (tag === "button") row.type = "button";
    return row;
  }

  function fill(node, row, view) {
    const [label, track, amount] = node.children;
    put(label.children[0], row.label);
    put(label.children[1], row.sub);
    put(amount, row.text);
    const less = row.tenths < 0;
    node.className = "gap-r " + row.kind + (less ? " less" : "") + (row.few ? " few" : "") + (row.tone ? " " + row.tone : "");
    const [joint, bar] = track.children;
    joint.hidden = !row.tenths;
    joint.style.left = row.from + "%";
    bar.hidden = row.kind === "head";
    bar.style.left = Math.min(row.from, row.to) + "%";
    bar.style.width = row.tenths ? Math.abs(row.to - row.from) + "%" : "";
    if (!row.type) return;
    vigie.mark(node, "case_type", row.type, view.picked.includes(row.type));
    node.title = row.few ? t("few") : "";
  }

  vigie.tables.gap = (view) => [[t("gap_part"), t("gap_detail"), t("days_unit")], ...view.rows.map((row) => [row.label, row.sub, row.text])];
})(window.vigie);
