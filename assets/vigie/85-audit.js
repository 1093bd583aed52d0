// The page of the audit: what is looked for is in the address; everything shown is asked anew for it.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const { button, ask, answered, kpis } = vigie.admin;
  const LISTS = { who: "who", purposes: "purpose", actions: "action" }; // by their names in the address
  const DAYS = [1, 7, 30, 90, 365];
  const FIRST = 60; // entries of a menu shown at once
  const state = { page: null, waiting: false };
  vigie.audit = state;

  const here = () => document.querySelector(".page.audit") !== null;
  const by = (id) => document.getElementById("audit-" + id);

  Object.assign(dash_clientside.vigie ?? (dash_clientside.vigie = {}), {
    audit(page, texts) {
      if (!page || !here()) return dash_clientside.no_update;
      vigie.texts = texts || vigie.texts;
      state.page = null;
      read();
      state.look();
      return vigie.admin.stamp();
    },
    audit_data: (answer) => answered(answer),
    audit_verified: (answer) => answered(answer),
    audit_answered: (answer) => answered(answer),
  });

  // What the address says is looked for.
  function read() {
    const found = new URLSearchParams(location.search);
    state.sought = { since: found.get("since") || "", until: found.get("until") || "", subject: found.get("subject") || "", text: found.get("text") || "", start: Math.max(0, parseInt(found.get("start"), 10) || 0) };
    for (const [name, short] of Object.entries(LISTS)) state.sought[name] = found.getAll(short);
  }

  state.query = ({ start = true } = {}) => {
    const { sought } = state;
    const pairs = ["since", "until", "subject", "text"].filter((name) => sought[name]).map((name) => [name, sought[name]]);
    for (const [name, short] of Object.entries(LISTS)) pairs.push(...sought[name].map((value) => [short, value]));
    if (start && sought.start) pairs.push(["start", sought.start]);
    return new URLSearchParams(pairs).toString();
  };

  // A choice is a step of the history; back undoes it.
  state.choose = (change, only = "all") => {
    state.sought = { ...state.sought, start: 0, ...change };
    const query = state.query();
    history.pushState(null, "", location.pathname + (query ? "?" + query : ""));
    state.look(only);
  };
  window.addEventListener("popstate", () => {
    if (!here() || location.pathname !== "/audit") return;
    read();
    state.look();
  });

  // While an answer is on its way the next choice waits for it, and only the last is asked.
  let next = null;
  state.look = (only = "all") => {
    const values = { ...state.sought, only };
    const sent = ask("audit-ask", values, (answer) => {
      busy(false);
      const after = next;
      next = null;
      if (after) return state.look(after);
      if (here()) arrived(answer);
    });
    if (sent) busy(true);
    else next = next === "all" ? "all" : only;
  };

  let slow = null;
  function busy(on) {
    clearTimeout(slow);
    if (on) slow = setTimeout(() => document.body.classList.add("waiting"), 300);
    else document.body.classList.remove("waiting");
  }

  function arrived(answer) {
    const problem = answer.problem || answer.refused;
    if (problem) fail(problem);
    else {
      document.getElementById("notices").replaceChildren();
      state.page = { ...state.page, ...answer };
      draw();
    }
    vigie.place = null; // no step back of this page is one of the crossfilter's
    vigie.settle();
  }

  // Nothing is shown of a journal that cannot be read, or that cannot say it was looked at.
  function fail(text) {
    const retry = () => button("fb", t("retry"), "arrow-clockwise", () => state.look());
    const box = make("div", "notice bad", vigie.icon("exclamation-triangle"), make("span", "", text), retry());
    box.setAttribute("role", "alert");
    document.getElementById("notices").replaceChildren(box);
    if (state.page) return;
    for (const name of ["days", "people", "purposes", "lines", "chain"]) vigie.message(by(name), "exclamation-circle", text);
  }

  function draw() {
    const { page } = state;
    put(by("last"), t("audit_last", { moment: page.last }));
    filters(page);
    kpis(page.kpis);
    for (const kpi of page.kpis) {
      const node = document.querySelector(`[data-count="${kpi.id}"]`);
      put(node.querySelector(".lab-t"), kpi.label);
      put(node.querySelector("small"), kpi.unit);
    }
    state.alerts(page.alerts);
    state.chain(page.chain);
    for (const name of ["days", "people", "purposes"]) {
      put(by(name + "-sub"), page[name].sub);
      vigie.show("audit-" + name, { kind: "audit_" + name, ...page[name] });
    }
    vigie.show("audit-lines", { kind: "audit_lines", ...page.lines, retention: page.retention });
    const query = state.query({ start: false });
    for (const link of document.querySelectorAll("#audit-export a")) link.setAttribute("href", `/export/audit/${link.dataset.kind}${query ? "?" + query : ""}`);
  }

  const menu = (name) => document.querySelector(`[data-filter="${name}"]`);
  const value = (name, text, on) => {
    put(menu(name).querySelector("summary b"), text);
    menu(name).querySelector("summary").classList.toggle("on", on);
  };

  function filters(page) {
    value("period", page.period, !page.usual);
    periods(menu("period").querySelector(".panel"), page);
    for (const name of Object.keys(LISTS)) {
      const chosen = state.sought[name];
      const named = page.choices[name].find(([code]) => code === chosen[0]);
      value(name, chosen.length > 1 ? t("some", { n: vigie.number(chosen.length), all: vigie.number(page.choices[name].length) }) : chosen.length ? (named ? named[1] : chosen[0]) : t("audit_all_" + name), chosen.length > 0);
      entries(menu(name).querySelector(".panel"), name, page.choices[name]);
    }
    const clear = document.querySelector("#audit-filters > .clear");
    const any = state.query({ start: false }) !== "";
    if (any && !clear) by("filters").append(button("fb ghost clear", t("clear"), null, () => state.choose({ since: "", until: "", who: [], purposes: [], actions: [], subject: "", text: "" })));
    else if (!any) clear?.remove();
  }

  function periods(panel, page) {
    const before = (days) => {
      const at = new Date(page.today + "T00:00:00Z");
      at.setUTCDate(at.getUTCDate() - (days - 1));
      return at.toISOString().slice(0, 10);
    };
    const items = DAYS.map((days) => {
      const usual = days === 7;
      const since = before(days);
      return item(t(days === 1 ? "audit_today" : days === 365 ? "audit_year" : "audit_days", { n: days }), page.since === since && page.until === page.today, () => {
        shut(panel);
        state.choose(usual ? { since: "", until: "" } : { since, until: page.today });
      });
    });
    const [since, until] = ["since", "until"].map((name) => Object.assign(make("input"), { type: "date", value: page[name], max: page.today }));
    const apply = button("fb", t("apply"), null, () => {
      if (since.value && until.value && since.value > until.value) return vigie.say(t("backward"));
      shut(panel);
      state.choose({ since: since.value, until: until.value });
    });
    panel.replaceChildren(...items, make("div", "dates", make("label", "", t("since"), since), make("label", "", t("until"), until), apply));
  }

  function item(text, pressed, act, sub) {
    const node = button("item", "", null, act);
    node.setAttribute("aria-pressed", String(pressed));
    node.replaceChildren(make("span", "n", text, ...(sub ? [make("small", "sub", sub)] : [])));
    return node;
  }

  function shut(panel) {
    const holder = panel.closest("details");
    holder.open = false;
    holder.querySelector("summary").focus();
  }

  // Several may be picked; the list stays open until a click elsewhere.
  function entries(panel, name, all) {
    const kept = panel.querySelector("input[type=search]");
    const held = panel.contains(document.activeElement) ? document.activeElement.dataset.code : null;
    const search = kept || Object.assign(make("input"), { type: "search", placeholder: t("search") });
    search.setAttribute("aria-label", t("search"));
    const list = make("div", "list");
    const fill = () => {
      const words = vigie.plain(search.value);
      const found = all.filter(([, text, sub]) => vigie.plain(text + " " + (sub || "")).includes(words));
      list.replaceChildren(...found.slice(0, FIRST).map(([code, text, sub]) => {
        const on = state.sought[name].includes(code);
        const node = item(text, on, () => state.choose({ [name]: on ? state.sought[name].filter((one) => one !== code) : [...state.sought[name], code] }), sub);
        node.dataset.code = code;
        node.prepend(make("span", "box"));
        return node;
      }));
      list.dataset.none = t("nothing_found");
      list.classList.toggle("none", !found.length);
    };
    search.oninput = fill;
    fill();
    panel.replaceChildren(...(all.length > 8 ? [search] : []), list);
    if (held) list.querySelector(`[data-code="${CSS.escape(held)}"]`)?.focus();
  }
})(window.vigie);
