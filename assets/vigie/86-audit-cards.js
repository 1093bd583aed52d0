// The audit's alerts, the state of its chain, and its three charts: days, people, purposes.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const { ask, button, confirm, form, told, stamp } = vigie.admin;
  const audit = vigie.audit;
  const LONG = 180000; // ms that a reading of the whole journal may take

  audit.alerts = (alerts) => document.getElementById("audit-alerts").replaceChildren(...alerts.map(banner));

  function banner(alert) {
    const see = button("link", alert.see, "chevron-right", () => audit.choose({ since: alert.day, until: alert.day, who: [alert.who], purposes: [], actions: [], subject: "", text: "" }));
    const acts = [button("fb", t("audit_file"), "archive", () => filing(alert))];
    if (alert.suspend) {
      acts.unshift(
        button("fb danger", t("audit_suspend"), "pause-circle", () =>
          confirm(t("accounts_disable_ask", alert), t("accounts_disable_why"), {
            label: t("accounts_disable"),
            danger: true,
            store: "audit-answer",
            values: { kind: "suspend", who: alert.who, day: alert.day, motive: "" },
            done: (answer) => after(answer),
          })
        )
      );
    }
    const words = make("div", "grow", make("h2", "", alert.title), make("p", "", `${alert.text} ${alert.blocked}`), make("p", "alert-foot", see, make("span", "sub", alert.rule)));
    const box = make("section", "card-x alert-x", make("span", "ic hi", vigie.icon("exclamation-triangle")), words, make("div", "btns", ...acts));
    box.setAttribute("aria-label", alert.title);
    return box;
  }

  function after(answer) {
    told(answer.told);
    audit.look();
  }

  function filing(alert) {
    const motive = Object.assign(make("textarea"), { rows: 3, maxLength: 1000, id: "audit-motive" });
    const label = Object.assign(make("label", "", t("audit_motive")), { htmlFor: motive.id });
    const field = make("div", "fld", label, motive);
    form(t("audit_file_title", { name: alert.label }), [make("p", "", t("audit_file_why")), field], {
      label: t("audit_file_do"),
      symbol: "archive",
      store: "audit-answer",
      read: (wrong) => (motive.value.trim() ? { kind: "file", who: alert.who, day: alert.day, motive: motive.value.trim() } : wrong(field, t("audit_motive_missing"), motive)),
      done: after,
    });
    motive.focus();
  }

  const LOOKS = { whole: ["check-circle-fill", "ok"], broken: ["x-octagon-fill", "hi"], never: ["info-circle", "lo"] };
  let reading = false;

  audit.chain = (chain) => {
    const element = document.getElementById("audit-chain");
    const [symbol, look] = LOOKS[chain.state];
    const title = make("p", "chain-title " + look, vigie.icon(symbol), make("b", "", chain.title));
    const lines = [make("span", "sub", chain.sub)];
    if (chain.head) lines.push(head(chain.head));
    const again = button("fb", t("audit_verify"), "arrow-repeat", verify);
    again.id = "audit-verify-now";
    const state = make("p", "sub chain-state");
    state.setAttribute("role", "status");
    const broken = (chain.broken || []).map((text) => make("li", "", text));
    if (chain.more) broken.push(make("li", "", chain.more));
    const list = broken.length ? [make("ul", "broken", ...broken)] : [];
    const held = document.activeElement?.id === "audit-verify-now";
    vigie.body(element, "audit_chain", () => {});
    element.replaceChildren(make("div", "chain-in", make("span", "ic " + (look === "ok" ? "good" : look), vigie.icon("link-45deg")), make("div", "grow", title, ...lines, state), again), ...list);
    if (reading) running();
    if (held) again.focus();
  };

  function head(hash) {
    const copy = button("icb", "", "copy", async () => {
      try {
        await navigator.clipboard.writeText(hash);
        vigie.say(t("audit_head_copied"));
      } catch {
        vigie.dialog(t("audit_head"), [make("p", "", t("share_by_hand_plain")), make("code", "", hash)]);
      }
    });
    copy.setAttribute("aria-label", t("audit_head_copy"));
    copy.title = t("audit_head_why");
    return make("span", "sub head-line", t("audit_head"), " ", make("code", "", audit.short(hash)), copy);
  }
  audit.short = (hash) => `${hash.slice(0, 8)}…${hash.slice(-4)}`;

  function verify() {
    const sent = ask(
      "audit-verify",
      { t: stamp() },
      (answer) => {
        reading = false;
        if (!document.querySelector(".page.audit")) return;
        if (answer.chain) audit.page.chain = answer.chain;
        audit.chain(audit.page.chain);
        if (answer.refused) put(document.querySelector(".chain-state"), answer.refused);
        vigie.settle();
      },
      LONG
    );
    reading = sent;
    if (sent) running();
  }

  function running() {
    put(document.querySelector(".chain-state"), t("audit_reading"));
    document.querySelector(".chain-card").classList.add("reading");
    document.getElementById("audit-verify-now").setAttribute("aria-disabled", "true");
  }
  const rest = audit.chain;
  audit.chain = (chain) => {
    if (!reading) document.querySelector(".chain-card").classList.remove("reading");
    rest(chain);
  };

  // Marks are drawn again in other places: what had the focus keeps it by what it stands for.
  function focused(element, name) {
    const value = element.contains(document.activeElement) ? document.activeElement.dataset[name] : null;
    return value && (() => element.querySelector(`[data-${name}="${CSS.escape(value)}"]`)?.focus());
  }

  // Round steps that reach the highest bar.
  function ticks(top) {
    const raw = Math.max(1, top) / 3;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = Math.max(1, [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= raw));
    return Array.from({ length: Math.ceil(Math.max(1, top) / step) + 1 }, (_, i) => i * step);
  }

  vigie.draws.audit_days = (element, view) => {
    vigie.body(element, "audit_days", () => {
      const bars = make("div", "bars");
      bars.setAttribute("role", "group");
      element.append(make("div", "axis"), make("div", "plot", make("div", "lines-y"), bars), make("div", "xaxis"));
    });
    const [axis, plot, below] = element.children;
    const held = focused(element, "day");
    const marks = ticks(Math.max(...view.rows.map((row) => row.count)));
    const top = marks[marks.length - 1];
    const at = (node, value) => (node.style.bottom = (value / top) * 100 + "%");
    const labels = vigie.pool(axis, marks.length, () => make("div", "tk", make("span")));
    const rules = vigie.pool(plot.firstChild, marks.length, () => make("i"));
    marks.forEach((value, i) => {
      at(labels[i], value);
      at(rules[i], value);
      put(labels[i].firstChild, vigie.number(value));
    });
    const nodes = vigie.pool(plot.lastChild, view.rows.length, () => button("day-bar", ""));
    const focusable = Math.max(0, view.rows.findLastIndex((row) => row.inside));
    view.rows.forEach((row, i) => bar(nodes[i], row, top, view, i === focusable));
    held?.();
    const every = Math.ceil(view.rows.length / 5);
    const names = vigie.pool(below, view.rows.length, () => make("span"));
    view.rows.forEach((row, i) => put(names[i], (view.rows.length - 1 - i) % every ? "" : row.label));
    vigie.legend(element, [["sw", t("audit_legend_in")], ...(view.rows.every((row) => row.inside) ? [] : [["sw out", t("audit_legend_out")]]), ...(view.rows.some((row) => row.alert) ? [["sw over", t("audit_legend_alert")]] : [])]);
  };

  function bar(node, row, top, view, focusable) {
    const fill = node.firstChild?.tagName === "SPAN" ? node.firstChild : node.appendChild(make("span"));
    fill.style.height = (row.count / top) * 100 + "%";
    node.className = `day-bar${row.alert ? " over" : ""}${row.inside ? "" : " out"}`;
    node.tabIndex = focusable ? 0 : -1;
    node.dataset.day = row.day;
    node.setAttribute("aria-pressed", String(row.inside && view.single));
    const words = [`${row.label} : ${t("audit_views", { n: vigie.number(row.count) })}`, row.off && t("audit_legend_off"), row.alert && t("audit_legend_alert")].filter(Boolean);
    node.setAttribute("aria-label", words.join(", "));
    node.dataset.tip = `${row.label}\n${words.join("\n").slice(row.label.length + 3)}`;
    node.onclick = (event) => pick(row.day, event.shiftKey, view);
    node.onkeydown = (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step && (step > 0 ? node.nextElementSibling : node.previousElementSibling);
      if (!next) return;
      event.preventDefault();
      node.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    };
  }

  // A day alone; with Shift, up to the period there is; the same day again, the usual period.
  function pick(day, more, view) {
    const { since, until } = audit.page;
    if (more) return audit.choose({ since: day < since ? day : since, until: day > until ? day : view.single && day > since ? day : until });
    audit.choose(view.single && since === day ? { since: "", until: "" } : { since: day, until: day });
  }

  const toggle = (name, value) => audit.choose({ [name]: audit.sought[name].includes(value) ? audit.sought[name].filter((one) => one !== value) : [...audit.sought[name], value] });

  vigie.draws.audit_people = (element, view) => {
    if (!view.rows.length) return vigie.message(element, "inbox", view.none);
    vigie.body(element, "audit_people", () => element.append(make("div", "lb-h", ...["person", "day", "usual"].map((name) => make("span", "", t("audit_" + name)))), make("div", "lb-rows"), make("p", "sub")));
    const held = focused(element, "who");
    put(element.firstChild.children[1], view.on);
    const top = Math.max(...view.rows.map((row) => Math.max(row.count, row.most || 0)), 1);
    const nodes = vigie.pool(element.children[1], view.rows.length, () => button("lb-r who-r", ""));
    view.rows.forEach((row, i) => {
      const track = make("span", "track", span("most", row.most, top), span("fill" + (row.alert ? " over" : ""), row.count, top), ...(row.usual === null ? [] : [mark(row.usual, top)]));
      const words = make("span", "n", make("b", "", row.label), make("small", "sub", row.sub));
      const count = make("span", "v strong" + (row.alert ? " bad" : ""), vigie.number(row.count), ...(row.alert ? [" ", vigie.icon("exclamation-triangle"), make("span", "vh", t("audit_legend_alert"))] : []));
      nodes[i].replaceChildren(words, track, count, make("span", "v", row.said));
      nodes[i].setAttribute("aria-pressed", String(audit.sought.who.includes(row.who)));
      nodes[i].dataset.who = row.who;
      nodes[i].onclick = () => toggle("who", row.who);
    });
    held?.();
    put(element.children[2], view.more);
  };

  const span = (look, value, top) => {
    const node = make("span", look);
    node.style.width = ((value || 0) / top) * 100 + "%";
    return node;
  };
  const mark = (value, top) => {
    const node = make("span", "prev");
    node.style.left = (value / top) * 100 + "%";
    return node;
  };

  vigie.draws.audit_purposes = (element, view) => {
    if (!view.rows.length) return vigie.message(element, "inbox", view.none);
    vigie.body(element, "audit_purposes", () => element.append(make("div", "lb-h", ...["purpose", "views_head", "share"].map((name) => make("span", "", t("audit_" + name)))), make("div", "lb-rows")));
    const top = Math.max(...view.rows.map((row) => row.count), 1);
    const nodes = vigie.pool(element.lastChild, view.rows.length, () => button("lb-r purpose-r", ""));
    view.rows.forEach((row, i) => {
      const fill = make("span", "lb-bar");
      fill.style.width = `calc((100% - 8px) * ${row.count / top})`;
      nodes[i].replaceChildren(make("span", "n", fill, make("span", "", row.label)), make("span", "v", vigie.number(row.count)), make("span", "v", vigie.percent(row.share)));
      nodes[i].setAttribute("aria-pressed", String(audit.sought.purposes.includes(row.code)));
      nodes[i].setAttribute("aria-disabled", String(!row.code));
      nodes[i].onclick = () => row.code && toggle("purposes", row.code);
    });
  };

  Object.assign(vigie.tables, {
    audit_days: (v) => [[t("audit_day"), t("audit_views_head")], ...v.rows.map((row) => [row.label, vigie.number(row.count)])],
    audit_people: (v) => (v.rows.length ? [[t("audit_person"), v.on, t("audit_usual"), t("audit_most")], ...v.rows.map((row) => [row.label, vigie.number(row.count), row.said, vigie.number(row.most)])] : null),
    audit_purposes: (v) => (v.rows.length ? [["purpose", "views_head", "share"].map((name) => t("audit_" + name)), ...v.rows.map((row) => [row.label, vigie.number(row.count), vigie.percent(row.share)])] : null),
  });
})(window.vigie);
