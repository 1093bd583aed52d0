// The dialogs of the accounts: one person with their rights and sessions, a new account, a new token.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const { button, form, confirm, secret, told, ask } = vigie.admin;
  const accounts = vigie.accounts;
  const ACT = "accounts-act";
  const BLANK = { kind: "add", user: 0, name: "", label: "", roles: [], reach: "none", agencies: [], days: 0 };
  const DAYS = [30, 90, 180, 366];
  let number = 0;

  function field(label, value, { hint, ...more } = {}) {
    const input = Object.assign(make("input"), { type: "text", value, maxLength: 100, id: "accounts-field-" + ++number, spellcheck: false, autocomplete: "off", ...more });
    const box = make("div", "fld", Object.assign(make("label", "", label), { htmlFor: input.id }), input);
    if (hint) {
      const line = Object.assign(make("p", "sub", hint), { id: input.id + "-hint" });
      input.setAttribute("aria-describedby", line.id);
      box.append(line);
    }
    return { box, input };
  }

  // Roles as checkboxes, each with what it opens; `kept` is one that cannot be taken away.
  function roles(held, { programs = false, kept = "" } = {}) {
    const lines = accounts.page.roles
      .filter((role) => programs || role.people || held.includes(role.name))
      .map((role) => {
        const input = Object.assign(make("input"), { type: "checkbox", value: role.name, checked: held.includes(role.name), disabled: role.name === kept });
        return make("label", "pick", input, make("span", "", make("b", "", role.said), make("small", "sub", role.opens)));
      });
    const box = make("fieldset", "picks-box", make("legend", "", t("accounts_roles")), make("div", "pick-grid", ...lines));
    return { box, read: () => [...box.querySelectorAll("input:checked")].map((input) => input.value) };
  }

  // All agencies, or those chosen in a list that can be searched.
  function agencies(reach, held, scope) {
    const name = "accounts-reach-" + ++number;
    const kinds = [["every", t("accounts_every")], ["some", t("accounts_some")], ...(reach === "other" ? [["other", t("accounts_keep", { scope })]] : [])];
    const radios = kinds.map(([value, text]) => {
      const input = Object.assign(make("input"), { type: "radio", name, value, checked: value === (reach === "none" ? "some" : reach) });
      return make("label", "radio", input, make("span", "", text));
    });
    const all = [...new Set([...accounts.page.agencies, ...held])].sort((a, b) => held.includes(b) - held.includes(a) || a.localeCompare(b));
    const boxes = all.map((agency) => make("label", "pick", Object.assign(make("input"), { type: "checkbox", value: agency, checked: held.includes(agency) }), make("span", "", agency)));
    const search = Object.assign(make("input"), { type: "search", placeholder: t("accounts_search_agency") });
    search.setAttribute("aria-label", t("accounts_search_agency"));
    const list = make("div", "pick-list", ...boxes);
    const state = make("p", "sub");
    state.setAttribute("role", "status");
    const chosen = make("div", "pick-some", ...(all.length > 8 ? [search] : []), ...(all.length ? [list] : []), state);
    const box = make("fieldset", "picks-box", make("legend", "", t("accounts_agencies")), make("div", "radio-line", ...radios), chosen);
    const picked = () => boxes.map((label) => label.firstChild).filter((input) => input.checked).map((input) => input.value);
    const kind = () => box.querySelector(`input[name="${name}"]:checked`).value;
    function follow() {
      const names = picked();
      chosen.hidden = kind() !== "some";
      const words = names.length ? t(names.length === 1 ? "accounts_picked_1" : "accounts_picked", { n: vigie.number(names.length), names: names.slice(0, 6).join(", ") + (names.length > 6 ? ", …" : "") }) : t(all.length ? "accounts_picked_none" : "accounts_no_agencies");
      vigie.put(state, words);
    }
    search.addEventListener("input", () => boxes.forEach((label) => (label.hidden = !vigie.plain(label.textContent).includes(vigie.plain(search.value)))));
    box.addEventListener("change", follow);
    follow();
    const read = () => {
      const names = picked();
      return kind() === "some" ? { reach: names.length ? "some" : "none", agencies: names } : { reach: kind(), agencies: [] };
    };
    return { box, read };
  }

  function handed(answer) {
    const words = answer.token ? [t("accounts_token_once"), t("accounts_token_how")] : [t("accounts_link_once"), t("accounts_link_how")];
    secret(answer.told, answer.token || answer.link, words);
  }

  vigie.actions.accountsAdd = () => {
    if (!accounts.page) return;
    const label = field(t("accounts_label"), "", { hint: t("accounts_label_hint") });
    const name = field(t("accounts_name"), "", { hint: t("accounts_name_hint"), autocapitalize: "none" });
    const [held, reach] = [roles([]), agencies("none", [], "")];
    form(t("accounts_add"), [make("div", "two", label.box, name.box), held.box, reach.box], {
      label: t("accounts_add_do"),
      symbol: "person-plus",
      store: ACT,
      read(wrong) {
        if (!name.input.value.trim()) return wrong(name.box, t("accounts_name_missing"), name.input);
        if (!held.read().length) return wrong(held.box, t("accounts_role_missing"), held.box.querySelector("input"));
        return { ...BLANK, kind: "add", label: label.input.value.trim(), name: name.input.value.trim(), roles: held.read(), ...reach.read() };
      },
      done: handed,
    });
    label.input.focus();
  };

  vigie.actions.accountsAddToken = () => {
    if (!accounts.page) return;
    const name = field(t("accounts_token_name"), "", { hint: t("accounts_token_hint") });
    const [held, reach] = [roles([], { programs: true }), agencies("none", [], "")];
    const days = make("select", "sel", ...DAYS.map((n) => Object.assign(make("option", "", t("accounts_days", { n: vigie.number(n) })), { value: n, selected: n === 90 })));
    days.id = "accounts-field-" + ++number;
    const lasts = make("div", "fld", Object.assign(make("label", "", t("accounts_lasts")), { htmlFor: days.id }), days);
    form(t("accounts_add_token"), [make("div", "two", name.box, lasts), held.box, reach.box], {
      label: t("accounts_add_token_do"),
      symbol: "key",
      store: ACT,
      read(wrong) {
        if (!name.input.value.trim()) return wrong(name.box, t("accounts_token_name_missing"), name.input);
        if (!held.read().length) return wrong(held.box, t("accounts_role_missing"), held.box.querySelector("input"));
        return { ...BLANK, kind: "token", name: name.input.value.trim(), roles: held.read(), days: Number(days.value), ...reach.read() };
      },
      done: handed,
    });
    name.input.focus();
  };

  accounts.revoke = (row) =>
    confirm(t("accounts_revoke_ask", row), t("accounts_revoke_why"), { label: t("accounts_revoke"), danger: true, store: ACT, values: { ...BLANK, kind: "revoke", name: row.name }, done: (answer) => told(answer.told) });

  const sends = (row, kind, values = {}) => ({ ...BLANK, kind, user: row.id, ...values });
  const rights = (row) => ({ label: row.label, roles: row.roles, reach: row.reach, agencies: row.agencies });
  const undo = (values) => () => ask(ACT, values, (answer) => vigie.say(answer.refused || answer.told));

  accounts.open = (row) => {
    const head = make("div", "person-h", accounts.avatar(row), make("div", "grow", make("p", "", make("b", "", row.name), " ", accounts.badge(row)), make("p", "sub", `${row.means}. ${t("accounts_last_seen", { moment: row.seen })}`)));
    if (!accounts.page.write) return void vigie.dialog(row.label, [head, ...facts(row)]).classList.add("admin-box");
    const label = field(t("accounts_label"), row.label);
    const held = roles(row.roles, { kept: row.alone ? "admin" : "" });
    const reach = agencies(row.reach, row.agencies, row.scope);
    const notes = [row.alone && t("accounts_alone"), row.me && t("accounts_yourself")].filter(Boolean).map((text) => make("p", "note", text));
    const { box } = form(row.label, [head, ...notes, label.box, held.box, reach.box, make("p", "sub", t(row.sessions.length ? "accounts_saving_ends" : "accounts_saving"))], {
      label: t("accounts_save"),
      symbol: "check2",
      store: ACT,
      read(wrong) {
        if (!held.read().length) return wrong(held.box, t("accounts_role_missing"), held.box.querySelector("input"));
        return sends(row, "change", { label: label.input.value.trim(), roles: held.read(), ...reach.read() });
      },
      done: (answer) => told(answer.told, row.me ? null : undo(sends(row, "change", rights(row)))),
    });
    box.append(...sessions(row, box), ...access(row, box));
  };

  const facts = (row) => [make("p", "", row.spoken.join(", ")), make("p", "", row.scope), ...sessions(row)];

  function sessions(row, box) {
    const lines = row.sessions.map((one) => make("li", "", vigie.icon("person"), make("span", "grow", one.browser, ...(one.mine ? [" ", make("span", "badge-x me", t("accounts_this_one"))] : []), make("small", "sub", `${one.opened} ; ${one.seen}`))));
    const list = lines.length ? make("ul", "session-list", ...lines) : make("p", "sub", t("accounts_no_session"));
    const end = button("fb", t(row.me ? "accounts_end_others" : "accounts_end"), "box-arrow-right", () =>
      confirm(t("accounts_end_ask", row), t("accounts_end_why"), { label: t("accounts_end"), danger: true, store: ACT, values: sends(row, "end"), done: over(box) })
    );
    const others = row.sessions.some((one) => !one.mine);
    return [make("section", "person-part", make("h3", "", t("accounts_sessions")), list, ...(box && others ? [end] : []))];
  }

  const over = (box, back) => (answer) => {
    box.close();
    told(answer.told, back);
  };

  function access(row, box) {
    const acts = [];
    if (row.local && row.state !== "disabled" && !row.me) {
      const again = row.state !== "active";
      acts.push(
        button("fb", t(again ? "accounts_invite" : "accounts_reset"), "key", () =>
          confirm(t(again ? "accounts_invite_ask" : "accounts_reset_ask", row), t(again ? "accounts_invite_why" : "accounts_reset_why"), {
            label: t(again ? "accounts_invite" : "accounts_reset"),
            store: ACT,
            values: sends(row, "reset"),
            done(answer) {
              box.close();
              handed(answer);
            },
          })
        )
      );
    }
    if (row.state === "disabled") acts.push(button("fb", t("accounts_enable"), "check-circle", () => ask(ACT, sends(row, "enable"), (answer) => (answer.refused ? vigie.say(answer.refused) : over(box)(answer)))));
    else if (!row.alone && !row.me) {
      acts.push(
        button("fb danger", t("accounts_disable"), "slash-circle", () =>
          confirm(t("accounts_disable_ask", row), t("accounts_disable_why"), { label: t("accounts_disable"), danger: true, store: ACT, values: sends(row, "disable"), done: over(box, undo(sends(row, "enable"))) })
        )
      );
    }
    if (!acts.length) return [];
    return [make("section", "person-part", make("h3", "", t("accounts_access")), make("div", "btns", ...acts))];
  }
})(window.vigie);
