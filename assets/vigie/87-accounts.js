// The page of the accounts: people, tokens of programs, and what each role opens.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const { button, told, table, kpis, answered } = vigie.admin;
  const FIRST = 50; // lines shown at once
  const NAMED = 3; // agencies named in a line
  const LISTS = ["", "active", "invited", "disabled"];
  const state = { page: null, list: "", words: "", role: "", limit: FIRST };
  vigie.accounts = state;

  const here = () => document.querySelector(".page.accounts") !== null;

  Object.assign(dash_clientside.vigie ?? (dash_clientside.vigie = {}), {
    accounts(page, texts) {
      if (!page || !here()) return dash_clientside.no_update;
      vigie.texts = texts || vigie.texts;
      Object.assign(state, { list: "", words: "", role: "", limit: FIRST });
      arrived(page);
      return vigie.admin.stamp();
    },
    accounts_again: (page) => page && here() && arrived(page),
    accounts_done(answer) {
      if (!answer) return;
      dash_clientside.set_props("accounts-done", { data: null }); // a secret stays no longer than it is shown
      if (answer.page && here()) arrived(answer.page);
      answered(answer);
    },
  });

  function arrived(page) {
    if (page.problem) {
      for (const name of ["users", "tokens", "roles"]) vigie.message(document.getElementById("accounts-" + name), "exclamation-circle", page.problem, again());
    } else {
      page.users.sort((a, b) => a.label.localeCompare(b.label));
      state.page = page;
      draw();
    }
    vigie.place = null; // no step back of this page is one of the crossfilter's
    vigie.settle();
  }

  const again = () => button("fb", t("retry"), "arrow-clockwise", () => dash_clientside.set_props("accounts-ask", { data: { t: vigie.admin.stamp() } }));

  function draw() {
    const { page } = state;
    const held = document.activeElement?.dataset.user || document.activeElement?.dataset.token;
    kpis(page.kpis);
    vigie.show("accounts-users", { kind: "accounts_users", rows: page.users });
    vigie.show("accounts-tokens", { kind: "accounts_tokens", rows: page.tokens });
    vigie.show("accounts-roles", { kind: "accounts_roles", rows: page.roles });
    if (held && !document.activeElement?.isConnected) document.querySelector(`[data-user="${CSS.escape(held)}"], [data-token="${CSS.escape(held)}"]`)?.focus();
  }

  const counts = (row, list) => !list || row.state === list || (list === "invited" && row.state === "waiting");
  function wanted(row) {
    if (state.role && !row.roles.includes(state.role)) return false;
    const words = vigie.plain(state.words);
    return !words || [row.label, row.name, row.scope, ...row.spoken].some((text) => vigie.plain(text).includes(words));
  }

  vigie.draws.accounts_users = (element, view) => {
    vigie.body(element, "accounts_users", () => element.append(bar(), make("div", "lines-box"), make("div", "lines-foot")));
    const found = view.rows.filter(wanted);
    pills(element.querySelector(".chips"), found);
    const shown = found.filter((row) => counts(row, state.list));
    const [, box, foot] = element.children;
    if (!view.rows.length) return nobody(box, foot);
    const heads = [[t("accounts_person")], [t("accounts_roles")], [t("accounts_agencies")], [t("accounts_state")], [t("accounts_seen")], [t("accounts_sessions"), "r"], [null]];
    const lines = table(heads, shown.slice(0, state.limit).map(line), { label: t("accounts_people") });
    box.replaceChildren(shown.length ? lines : none());
    const more = button("fb ghost more", t("more", { n: vigie.number(shown.length - state.limit) }), null, () => {
      state.limit += FIRST;
      draw();
    });
    foot.replaceChildren(...(shown.length > state.limit ? [more] : []), make("span", "sub", t("accounts_shown", { n: vigie.number(Math.min(state.limit, shown.length)), total: vigie.number(view.rows.length) })));
  };

  function none() {
    const clear = button("fb", t("clear"), null, () => {
      Object.assign(state, { list: "", words: "", role: "" });
      document.querySelectorAll("#accounts-users input, #accounts-users select").forEach((field) => (field.value = ""));
      draw();
    });
    return make("div", "empty", vigie.icon("inbox"), make("p", "", t("accounts_none_found")), make("div", "btns", clear));
  }

  function nobody(box, foot) {
    const add = button("fb pri", t("accounts_add"), "person-plus", () => vigie.actions.accountsAdd());
    box.replaceChildren(make("div", "empty", vigie.icon("people"), make("p", "", t("accounts_nobody")), ...(state.page.write ? [make("div", "btns", add)] : [])));
    foot.replaceChildren();
  }

  function bar() {
    const search = Object.assign(make("input"), { type: "search", placeholder: t("accounts_search") });
    search.setAttribute("aria-label", t("accounts_search"));
    search.addEventListener("input", () => {
      Object.assign(state, { words: search.value.trim(), limit: FIRST });
      draw();
    });
    const roles = make("select");
    const option = (value, text) => Object.assign(make("option", "", text), { value });
    roles.append(option("", t("accounts_any_role")), ...state.page.roles.map((role) => option(role.name, role.said)));
    roles.addEventListener("change", () => {
      state.role = roles.value;
      draw();
    });
    const label = make("label", "fb rule-place", make("span", "k", t("accounts_role")), roles);
    return make("div", "lines-bar", search, label, make("div", "chips"));
  }

  function pills(holder, found) {
    const nodes = vigie.pool(holder, LISTS.length, () => make("button", "chip pill"));
    LISTS.forEach((name, i) => {
      nodes[i].type = "button";
      nodes[i].setAttribute("aria-pressed", String(state.list === name));
      nodes[i].replaceChildren(t("accounts_list_" + (name || "every")), " ", make("b", "", vigie.number(found.filter((row) => counts(row, name)).length)));
      nodes[i].onclick = () => {
        Object.assign(state, { list: name, limit: FIRST });
        draw();
      };
    });
  }

  function line(row) {
    const open = button("who", "", null, () => vigie.accounts.open(row));
    open.dataset.user = row.id;
    const name = make("b", "", row.label, ...(row.me ? [" ", make("span", "badge-x me", t("accounts_me"))] : []));
    open.replaceChildren(avatar(row), make("span", "grow", name, make("small", "sub", row.name)));
    open.setAttribute("aria-haspopup", "dialog");
    const person = make("td", "", open);
    const roles = make("td", "", make("span", "tags", ...row.spoken.map((text) => make("span", "badge-x", text))));
    const stands = make("td", "", badge(row), ...(row.until ? [make("small", "sub", row.until)] : []));
    const sessions = make("td", "r", row.sessions.length ? vigie.number(row.sessions.length) : "–");
    const node = make("tr", "opens", person, roles, make("td", "", ...agencies(row)), stands, make("td", "", row.seen, make("small", "sub", row.means)), sessions, make("td", "go-cell", vigie.icon("chevron-right")));
    node.dataset.state = row.state;
    return node;
  }

  function avatar(row) {
    const node = make("span", "avatar", row.initials);
    node.setAttribute("aria-hidden", "true");
    return node;
  }

  const badge = (row) => make("span", "badge-x " + ({ active: "ok", valid: "ok", invited: "md", waiting: "md" }[row.state] || ""), vigie.icon(row.icon), row.said);

  function agencies(row) {
    if (row.reach === "none" && !row.needs) return [make("span", "sub", t("accounts_no_need"))];
    if (row.reach === "none") return [make("span", "badge-x md", vigie.icon("exclamation-triangle"), t("accounts_no_agency")), make("small", "sub", t("accounts_no_row"))];
    if (row.reach !== "some" || row.agencies.length <= NAMED) return [row.scope];
    const more = make("span", "sub", ` ${t("accounts_more", { n: vigie.number(row.agencies.length - NAMED) })}`);
    more.title = row.scope;
    return [row.agencies.slice(0, NAMED).join(", "), more];
  }

  vigie.draws.accounts_tokens = (element, view) => {
    vigie.body(element, "accounts_tokens", () => {});
    if (!view.rows.length) {
      const add = button("fb", t("accounts_add_token"), "key", () => vigie.actions.accountsAddToken());
      return vigie.message(element, "key", t("accounts_no_token"), ...(state.page.write ? [make("div", "btns", add)] : []));
    }
    const heads = [[t("accounts_token")], [t("accounts_roles")], [t("accounts_agencies")], [t("accounts_state")], [t("accounts_used")], [null]];
    element.replaceChildren(table(heads, view.rows.map(token), { label: t("accounts_tokens") }));
  };

  function token(row) {
    const name = make("td", "", make("b", "", row.name), make("small", "sub", row.made));
    const roles = make("td", "", make("span", "tags", ...row.spoken.map((text) => make("span", "badge-x", text))));
    const ends = row.state === "revoked" ? "" : [row.until, row.left].filter(Boolean).join(", ");
    const stands = make("td", "", badge(row), ...(ends ? [make("small", "sub", t("accounts_until", { day: ends }))] : []));
    const act = make("td", "r");
    if (state.page.write && row.state !== "revoked") {
      const revoke = button("fb mini", t("accounts_revoke"), null, () => vigie.accounts.revoke(row));
      revoke.setAttribute("aria-label", t("accounts_revoke_of", row));
      revoke.dataset.token = row.name;
      act.append(revoke);
    }
    return make("tr", "", name, roles, make("td", "wrap", row.scope), stands, make("td", "", row.used), act);
  }

  vigie.draws.accounts_roles = (element, view) => {
    vigie.body(element, "accounts_roles", () => element.append(make("dl", "role-list")));
    element.firstChild.replaceChildren(
      ...view.rows.map((role) => {
        const count = make("span", "n", vigie.number(role.count));
        count.title = t("accounts_role_count", { n: vigie.number(role.count) });
        return make("div", "", make("dt", "", make("span", "", role.said), count), make("dd", "sub", role.opens));
      })
    );
  };

  Object.assign(vigie.tables, {
    accounts_users: (v) => [
      ["person", "name", "roles", "agencies", "state", "seen", "sessions"].map((name) => t("accounts_" + name)),
      ...v.rows.map((row) => [row.label, row.name, row.spoken.join(", "), row.scope, row.said, row.seen, vigie.number(row.sessions.length)]),
    ],
    accounts_tokens: (v) => (v.rows.length ? [["token", "roles", "agencies", "state", "used"].map((name) => t("accounts_" + name)), ...v.rows.map((row) => [row.name, row.spoken.join(", "), row.scope, row.said, row.used])] : null),
    accounts_roles: (v) => [[t("accounts_role"), t("accounts_people"), t("accounts_opens")], ...v.rows.map((row) => [row.said, vigie.number(row.count), row.opens])],
  });

  Object.assign(state, { avatar, badge, told });
})(window.vigie);
