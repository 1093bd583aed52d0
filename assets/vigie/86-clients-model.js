// The clients judged alike, and the model behind the score.
"use strict";
(function (vigie) {
  const { t, make, styled } = vigie;
  const SHOWN = 5;
  const SYMBOLS = { repaid: "check2", defaulted: "exclamation-triangle", running: "hourglass-split" };
  const TONES = { repaid: "ok", defaulted: "hi", running: "" };

  vigie.draws.peers = (element, view) => {
    vigie.body(element, "peers", () => {});
    const sub = document.getElementById(element.id + "-sub");
    const [lead, found, end] = view.summary;
    sub.replaceChildren(lead + " ", make("b", "", found), " " + end);
    const card = document.getElementById(element.id + "-card");
    card.querySelector(".all-peers")?.remove();
    const all = make("button", "fb all-peers", t("see_all", { n: view.rows.length }));
    all.type = "button";
    all.addEventListener("click", () => everyone(view));
    if (view.rows.length > SHOWN) card.querySelector(".card-menu").before(all);
    const box = make("div", "scroll-x", table(view, view.rows.slice(0, SHOWN)));
    element.replaceChildren(vigie.attributes(box, { tabindex: "0", role: "region", "aria-label": t("peers") }));
  };

  function table(view, rows) {
    const head = make("tr", "", ...[t("rank"), t("client"), ...view.heads, t("outcome")].map((text) => Object.assign(make("th", "", text), { scope: "col" })));
    const lines = rows.map((row, i) => {
      const [id, number, ...figures] = row;
      const outcome = figures.pop();
      const link = make("a", "to-client", number);
      link.href = "/clients/" + id;
      const badge = make("span", "badge-x " + TONES[outcome], vigie.icon(SYMBOLS[outcome]), view.outcomes[outcome]);
      return make("tr", "", make("td", "", String(i + 1)), make("td", "", link), ...figures.map((text) => make("td", "", text)), make("td", "", badge));
    });
    return make("table", "tb peers", make("thead", "", head), make("tbody", "", ...lines));
  }

  function everyone(view) {
    const box = make("div", "tb-box", table(view, view.rows));
    vigie.attributes(box, { tabindex: "0", role: "region", "aria-label": t("peers") });
    vigie.dialog(t("peers"), [make("p", "sub", view.summary.join(" ")), box]);
  }

  vigie.draws.model = (element, view) => {
    vigie.body(element, "model", () => {});
    const facts = view.facts.map(([label, value, below]) => make("div", "", make("div", "k", label), make("div", "v", value), make("div", "sub", below)));
    const parts = make("div", "model-parts", make("div", "", families(view), reliability(view)), fairness(view));
    element.replaceChildren(make("div", "facts", ...facts), parts);
  };

  const part = (title, sub, info, ...content) =>
    make("section", "part", make("div", "part-h", make("h3", "", title), info), make("div", "sub", sub), ...content);

  function families(view) {
    const top = Math.max(...view.families.map((each) => each.cost), 1);
    const heads = [t("model"), t("cost_1000"), "AUC", "AP", "Brier", "ECE"].map((text, i) => Object.assign(make("th", i > 1 ? "r" : "", text), { scope: "col" }));
    const rows = view.families.map((each) => {
      const name = Object.assign(make("th", "", make("span", "", each.name)), { scope: "row" });
      if (each.champion) name.append(make("span", "badge-x ok", t("champion")));
      if (each.rule) name.append(make("span", "badge-x", t("yardstick")));
      const bar = make("span", "pb", styled(make("span"), { width: (each.cost / top) * 100 + "%" }));
      const [cost, ...figures] = each.figures;
      return make("tr", each.rule ? "dm" : "", name, make("td", "", make("span", "pbw", bar, make("b", "", cost))), ...figures.map((text) => make("td", "r", text)));
    });
    const box = make("div", "scroll-x", make("table", "tb fam", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows)));
    vigie.attributes(box, { tabindex: "0", role: "region", "aria-label": t("families") });
    return part(t("families"), view.validation, vigie.info(t("families"), ...t("families_why").split("\n")), box);
  }

  // Announced against observed risk, a tenth of the clients a dot; on the diagonal they agree.
  function reliability(view) {
    const top = Math.max(0.05, ...view.reliability.flatMap(([said, seen]) => [said, seen])) * 1.08;
    const place = (value) => (value / top) * 100;
    const points = view.reliability.map(([said, seen]) => [place(said), 100 - place(seen)]);
    const svg = vigie.canvas("plot-svg", vigie.path("perfect", "M0 100L100 0"), vigie.path("repaid", vigie.line(points)));
    const plot = make("div", "rel-plot", svg);
    for (const [said, seen, clients] of view.reliability) {
      const dot = styled(make("span", "rel-dot"), { left: place(said) + "%", bottom: place(seen) + "%" });
      dot.dataset.tip = `${t("announced")} ${vigie.percent(said)}\n${t("observed")} ${vigie.percent(seen)}\n${t("clients_many", { n: vigie.number(clients) })}`;
      plot.append(dot);
    }
    const step = [0.02, 0.05, 0.1, 0.2, 0.25].find((each) => top / each <= 5) || 0.5;
    const axis = make("div", "dens-axis");
    for (let mark = 0; mark <= top; mark += step) {
      axis.append(styled(make("span", "", vigie.percent(mark, 0)), { left: place(mark) + "%" }));
      plot.append(styled(make("span", "yt", vigie.percent(mark, 0)), { bottom: place(mark) + "%" }));
    }
    const box = make("div", "rel", plot, axis);
    vigie.attributes(box, { role: "img", "aria-label": t("reliability_words", { ece: view.ece }) });
    const below = make("div", "x-title", t("announced_axis"));
    const key = make("div", "legend", make("span", "", make("i", "ln"), t("perfect")), make("span", "", t("ece_is", { ece: view.ece })));
    return part(t("calibration"), t("calibration_sub"), vigie.info(t("calibration"), ...t("calibration_why").split("\n")), box, below, key);
  }

  const READINGS = { examine: ["hi", "exclamation-triangle"], reference: ["", null], within: ["ok", "check2"] };

  function fairness(view) {
    const rows = [];
    let feature = null;
    for (const each of view.fairness) {
      if (each.feature !== feature) {
        const cell = vigie.attributes(make("th", "gh", (feature = each.feature)), { colspan: 4, scope: "colgroup" });
        rows.push(make("tr", "", cell));
      }
      const [tone, symbol] = READINGS[each.reading];
      const name = Object.assign(make("th", "", make("span", "", each.group), make("small", "", t("clients_many", { n: each.clients }))), { scope: "row" });
      const bar = make("span", "pb f", styled(make("span", each.reading === "examine" ? "low" : ""), { width: Math.min(each.ratio, 1) * 100 + "%" }), styled(make("span", "lim"), { left: view.least * 100 + "%" }));
      const badge = make("span", "badge-x " + tone, ...(symbol ? [vigie.icon(symbol)] : []), each.words);
      rows.push(make("tr", "", name, make("td", "r", each.accepted), make("td", "", make("span", "pbw", bar, make("b", "", each.ratio_text))), make("td", "", badge)));
    }
    const heads = [t("group"), t("accepted"), t("ratio"), t("reading")].map((text, i) => Object.assign(make("th", i === 1 ? "r" : "", text), { scope: "col" }));
    const table = make("table", "tb fair", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows));
    const box = make("div", "scroll-x", table);
    vigie.attributes(box, { tabindex: "0", role: "region", "aria-label": t("fairness") });
    const warning = view.warning ? [make("div", "note bad", vigie.icon("exclamation-triangle"), make("span", "", view.warning))] : [];
    const empty = view.fairness.length ? [box] : [make("p", "sub", t("no_groups"))];
    return part(t("fairness"), t("fairness_sub", { cut: view.cut, least: view.least_text }), vigie.info(t("fairness"), ...t("fairness_why").split("\n")), ...empty, ...warning);
  }

  Object.assign(vigie.tables, {
    peers: (v) => [
      [t("rank"), t("client"), ...v.heads, t("outcome")],
      ...v.rows.map((row, i) => [String(i + 1), ...row.slice(1, -1), v.outcomes[row[row.length - 1]]]),
    ],
    model: (v) => [
      [t("group"), t("clients_n"), t("accepted"), t("ratio"), t("refused_wrongly"), t("defaults_granted"), t("reading")],
      ...v.fairness.map((each) => [`${each.feature} : ${each.group}`, each.clients, each.accepted, each.ratio_text, each.refused, each.defaults, each.words]),
      ["", "", "", "", "", "", ""],
      [t("announced"), t("observed"), t("clients_n"), "", "", "", ""],
      ...v.reliability.map(([said, seen, clients]) => [vigie.percent(said), vigie.percent(seen), vigie.number(clients), "", "", "", ""]),
    ],
  });
})(window.vigie);
