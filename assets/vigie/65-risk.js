// Open cases that may pass their norm, and the days on which they do: HTML rows, nodes reused.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;

  // The list of cases opens on those at risk; its card draws itself from the state.
  vigie.actions.riskList = () => vigie.send({ open: "list", values: ["at_risk"] });

  const sub = (element, text) => {
    const place = document.getElementById(element.id + "-sub");
    if (place) put(place, text);
  };

  vigie.draws.risk = (element, view) => {
    vigie.body(element, "risk", () => {
      const heads = ["risk_case", "risk_type", "risk_days", "risk_chance", "risk_sign"].map((key) => {
        const cell = make("th", "", t(key));
        cell.scope = "col";
        return cell;
      });
      const table = make("table", "risk", make("thead", "", make("tr", "", ...heads)), make("tbody"));
      table.setAttribute("aria-labelledby", element.id + "-title");
      const link = make("button", "link", make("span"), vigie.icon("chevron-right"));
      Object.assign(link, { type: "button" });
      link.dataset.action = "riskList";
      element.append(table, make("p", "risk-none", t("risk_none")), make("div", "risk-foot", link, make("span", "sub")));
    });
    const [table, none, foot] = element.children;
    table.hidden = !view.rows.length;
    none.hidden = view.rows.length > 0;
    sub(element, view.sub);
    const rows = vigie.pool(table.tBodies[0], view.rows.length, riskRow);
    view.rows.forEach((row, i) => riskCells(rows[i], row));
    foot.children[0].hidden = !view.all;
    put(foot.children[0].children[0], view.all);
    put(foot.children[1], view.calibration);
  };

  function riskRow() {
    const open = make("button", "link mono");
    open.type = "button";
    open.dataset.action = "case";
    const bar = (kind) => {
      const track = make("span", "rk " + kind, make("span", "on"));
      track.setAttribute("aria-hidden", "true");
      return track;
    };
    const cell = (kind, ...inside) => make("td", kind, ...inside);
    const head = make("th", "id", open);
    head.scope = "row";
    return make(
      "tr",
      "",
      head,
      cell("type"),
      cell("gone", bar("days"), make("span", "v")),
      cell("chance", bar("odds"), make("span", "v", make("b"), make("span"))),
      cell("sign")
    );
  }

  // The bar of days ends at a third past the norm, so that the norm stands within it.
  const PAST = 1.33;
  function riskCells(node, row) {
    const [id, type, gone, chance, sign] = node.children;
    const open = id.children[0];
    open.dataset.case = row.id;
    open.setAttribute("aria-label", t("risk_open", { case: row.id }));
    put(open, row.id);
    put(type, row.type);
    gone.children[0].style.setProperty("--norm", `${100 / PAST}%`);
    gone.children[0].children[0].style.width = Math.min(100, (row.elapsed * 100) / PAST) + "%";
    put(gone.children[1], row.days);
    const [track, words] = chance.children;
    track.classList.toggle("likely", row.likely);
    track.children[0].style.width = row.chance * 100 + "%";
    put(words.children[0], row.percent);
    put(words.children[1], ", " + row.word);
    put(sign, row.sign);
  }

  vigie.draws.days = (element, view) => {
    vigie.body(element, "days", () => {
      const list = make("ol", "ahead");
      list.setAttribute("aria-labelledby", element.id + "-title");
      element.append(list, make("p", "ahead-sum"));
      vigie.legend(element, [
        ["sw net", t("risk_reach_legend")],
        ["sw over", t("risk_miss_legend")],
      ]);
    });
    const [list, sentence] = element.children;
    const most = Math.max(1, ...view.cases);
    sub(element, view.sub);
    const rows = vigie.pool(list, view.names.length, dayRow);
    view.names.forEach((name, i) => {
      const [day, track, count] = rows[i].children;
      put(day, name);
      track.children[0].style.width = (view.cases[i] / most) * 100 + "%";
      track.children[1].style.width = (view.misses[i] / most) * 100 + "%";
      put(count, view.texts[i]);
    });
    put(sentence, view.sentence);
  };

  function dayRow() {
    const track = make("span", "rk", make("span", "reach"), make("span", "miss"));
    track.setAttribute("aria-hidden", "true");
    return make("li", "", make("span", "n"), track, make("span", "v"));
  }

  Object.assign(vigie.tables, {
    risk: (view) => [
      ["risk_case", "risk_type", "risk_days", "risk_chance", "risk_sign"].map((key) => t(key)),
      ...view.rows.map((row) => [row.id, row.type, row.days, `${row.percent}, ${row.word}`, row.sign]),
    ],
    days: (view) => [
      [t("risk_day"), t("risk_reach"), t("risk_miss")],
      ...view.names.map((name, i) => [name, vigie.number(view.cases[i]), vigie.number(view.misses[i])]),
    ],
  });
})(window.vigie);
