// The journal: its lines, the newest first, a page at a time; a line in full in a dialog.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const { button, table } = vigie.admin;
  const audit = vigie.audit;
  const REST = 350; // ms of quiet before words are looked for
  let typing = null;

  vigie.draws.audit_lines = (element, view) => {
    vigie.body(element, "audit_lines", () => element.append(make("div", "lines-bar"), make("div", "lines-box"), make("div", "lines-foot")));
    const [bar, box, foot] = element.children;
    put(document.getElementById("audit-lines-sub"), t("audit_lines_sub", { n: vigie.number(view.total) }));
    if (!bar.firstChild) build(bar);
    const field = bar.querySelector("input");
    if (document.activeElement !== field) field.value = audit.sought.text;
    chips(bar.querySelector(".chips"));
    const heads = [[t("audit_when")], [t("audit_person")], [t("audit_subject")], [t("audit_purpose")], [t("audit_score")], [t("audit_model")], [t("audit_action")], [t("audit_said")], [t("audit_line"), "r"], [t("audit_hash")]];
    const rows = view.rows.map(line);
    const keeps = box.contains(document.activeElement) ? document.activeElement.dataset.line : null;
    box.replaceChildren(rows.length ? table(heads, rows, { label: t("audit_journal"), look: "journal" }) : none());
    if (keeps) box.querySelector(`[data-line="${CSS.escape(keeps)}"]`)?.focus();
    foot.replaceChildren(...turning(view), make("span", "sub", view.retention));
  };

  function build(bar) {
    const search = Object.assign(make("input"), { type: "search", placeholder: t("audit_search"), maxLength: 200 });
    search.setAttribute("aria-label", t("audit_search"));
    const look = () => {
      clearTimeout(typing);
      if (search.value.trim() !== audit.sought.text) audit.choose({ text: search.value.trim() }, "lines");
    };
    search.addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(look, REST);
    });
    search.addEventListener("keydown", (event) => event.key === "Enter" && look());
    bar.append(search, make("div", "chips"), make("span", "grow"), make("span", "sub masked-why", vigie.icon("lock"), t("audit_masked_why")));
  }

  function chips(holder) {
    const { subject } = audit.sought;
    if (!subject) return holder.replaceChildren();
    const chip = button("chip", "", null, () => audit.choose({ subject: "" }));
    chip.replaceChildren(t("audit_subject_chip", { subject: subject.slice(0, 6) + "…" }), vigie.icon("x"));
    chip.setAttribute("aria-label", t("remove", { label: subject }));
    holder.replaceChildren(chip);
  }

  function none() {
    const clear = button("fb", t("clear"), null, () => audit.choose({ who: [], purposes: [], actions: [], subject: "", text: "" }));
    const box = make("div", "empty", vigie.icon("inbox"), make("p", "", t("audit_none")));
    if (audit.query({ start: false })) box.append(make("div", "btns", clear));
    return box;
  }

  function turning(view) {
    if (view.total <= view.size) return [make("span", "sub shown", view.shown)];
    const turn = (text, symbol, start, possible) => {
      const node = button("fb", text, null, () => possible && audit.choose({ start }, "lines"));
      node.setAttribute("aria-disabled", String(!possible));
      return node;
    };
    const last = Math.floor((view.total - 1) / view.size) * view.size;
    return [
      make("span", "sub shown", view.shown),
      turn(t("audit_newer"), "chevron-left", Math.max(0, view.start - view.size), view.start > 0),
      turn(t("audit_older"), "chevron-right", view.start + view.size, view.start < last),
    ];
  }

  function line(row) {
    const when = button("who when", row.at, null, () => whole(row));
    when.dataset.line = row.id;
    when.setAttribute("aria-haspopup", "dialog");
    const cell = (...content) => make("td", content[0] === "–" ? "nil" : "", ...content);
    const hash = make("td", "", make("code", "", audit.short(row.hash)));
    const number = make("td", "r", row.number);
    if (row.erased) {
      const words = make("td", "sub", t("audit_erased"));
      words.colSpan = 7;
      return make("tr", "opens erased", cell(when), words, number, hash);
    }
    const who = cell(make("b", "", row.label), make("small", "sub", row.sub));
    const subject = cell(row.subject ? make("code", "", row.short) : "–");
    const score = cell(row.masked ? make("span", "masked", vigie.icon("lock"), t("audit_masked")) : "–");
    const action = cell(make("span", "badge-x " + row.tone, vigie.icon(row.icon), row.action));
    const node = make("tr", "opens" + (row.unusual ? " unusual" : ""), cell(when), who, subject, cell(row.purpose || "–"), score, cell(row.model || "–"), action, make("td", row.said ? "wrap" : "nil", row.said), number, hash);
    return node;
  }

  // Everything a line holds but the values of a score.
  function whole(row) {
    const facts = [[t("audit_when"), row.exact]];
    if (row.erased) facts.push([t("audit_action"), t("audit_erased_long")]);
    else {
      facts.push([t("audit_person"), row.sub ? `${row.label} (${row.who}), ${row.sub}` : `${row.label} (${row.who})`], [t("audit_action"), row.action]);
      if (row.purpose) facts.push([t("audit_purpose"), row.purpose]);
      if (row.subject) facts.push([t("audit_subject"), row.subject]);
      if (row.model) facts.push([t("audit_model"), row.model]);
      if (row.masked) facts.push([t("audit_score"), t("audit_masked")]);
      facts.push(...row.details);
    }
    facts.push([t("audit_hash"), row.hash]);
    const list = make("dl", "line-facts", ...facts.map(([name, value]) => make("div", "", make("dt", "", name), make("dd", "", value))));
    list.querySelectorAll("dt").forEach((term, i) => row.details?.some((pair) => pair === facts[i]) && term.replaceChildren(make("code", "", facts[i][0])));
    const box = vigie.dialog(t("audit_line_title", { n: row.number }), [list]);
    box.classList.add("admin-box");
    if (row.subject) {
      const all = button("fb", t("audit_same_subject"), "search", () => {
        box.close();
        audit.choose({ subject: row.subject });
      });
      box.append(make("div", "btns line-acts", all));
    }
  }

  vigie.tables.audit_lines = (v) => [
    ["line", "when", "person", "action", "purpose", "subject", "model", "said", "hash"].map((name) => t("audit_" + name)),
    ...v.rows.map((row) => [row.number, row.at, row.label || "", row.action || t("audit_erased"), row.purpose || "", row.subject || "", row.model || "", row.said || "", row.hash]),
  ];
})(window.vigie);
