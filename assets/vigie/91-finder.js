// The search dialog: agencies, agents, cases, clients, pages and saved views by what is typed; Ctrl K anywhere.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const PATIENCE = 150; // ms without a key before the server is asked
  const RECENT = "vigie-recent";
  const KEPT = 5; // recent choices
  const ICONS = { agency: "building", agent: "person", case: "folder2", client: "person-vcard", view: "bookmark", page: "speedometer2", recent: "clock-history" };
  const ABOVE = ["agency", "agent", "case"]; // those that take the selection along

  let open = null; // the dialog and what it holds, while it is open

  const button = () => document.getElementById("search");

  vigie.actions.search = () => {
    if (document.querySelector("dialog[open]") || !button()) return;
    document.querySelectorAll("details.menu[open]").forEach((menu) => (menu.open = false));
    const input = make("input", "find-in");
    const list = make("div", "found");
    const none = make("p", "find-none");
    const said = make("div", "vh");
    Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false, maxLength: 100, placeholder: button().dataset.words });
    attributes(input, { role: "combobox", "aria-label": t("find_label"), "aria-expanded": "false", "aria-controls": "found", "aria-autocomplete": "list" });
    Object.assign(list, { id: "found" });
    attributes(list, { role: "listbox", "aria-label": t("find_results") });
    said.setAttribute("role", "status");
    none.hidden = true;
    const keys = [["↑ ↓", "find_move"], [t("enter"), "find_open"], [t("find_esc"), "find_close"]];
    const foot = make("div", "find-foot", ...keys.map(([key, words]) => make("span", "", make("kbd", "kbd", key), t(words))));
    const box = vigie.dialog(t("find"), [list, none, said, foot]);
    box.classList.add("palette");
    const title = box.querySelector("h2");
    title.replaceWith(make("div", "find-box", vigie.icon("search"), input));
    open = { box, input, list, none, said, title, active: -1, items: [], asked: null, timer: 0, enter: false };
    box.addEventListener("close", () => shut(box));
    input.addEventListener("input", () => later(input.value));
    input.addEventListener("keydown", key);
    list.addEventListener("click", (event) => choose(at(event)));
    list.addEventListener("pointermove", (event) => at(event) >= 0 && activate(at(event)));
    input.focus();
    ask("");
  };

  const attributes = (node, values) => Object.entries(values).forEach(([name, value]) => node.setAttribute(name, value));
  const at = (event) => [...open.list.querySelectorAll("[role=option]")].indexOf(event.target.closest("[role=option]"));

  // The close of a dialog is told a moment later: the next one may be open by then.
  function shut(box) {
    if (open?.box !== box) return;
    clearTimeout(open.timer);
    open.asked?.abort();
    open = null;
  }

  function later(typed) {
    clearTimeout(open.timer);
    open.asked?.abort();
    open.waits = true;
    open.timer = setTimeout(() => ask(typed), PATIENCE);
  }

  async function ask(typed) {
    const mine = new AbortController();
    Object.assign(open, { asked: mine, waits: true });
    try {
      const answer = await fetch("/find?q=" + encodeURIComponent(typed), { signal: mine.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { groups } = await answer.json();
      if (open?.asked !== mine) return;
      show(typed.trim() ? groups : [...recent(), ...groups], typed.trim());
    } catch (error) {
      if (error.name !== "AbortError" && open?.asked === mine) failed(typed);
    }
  }

  function show(groups, typed) {
    const nodes = [];
    open.items = [];
    for (const { kind, items } of groups) {
      const head = make("div", "find-h", t("find_" + kind));
      head.id = "found-" + kind;
      const group = make("div", "find-g", head, ...items.map((item) => option({ kind, ...item })));
      attributes(group, { role: "group", "aria-labelledby": head.id });
      nodes.push(group);
    }
    open.list.replaceChildren(...nodes);
    open.list.hidden = !nodes.length;
    open.none.hidden = true;
    say(open.items.length ? t(open.items.length > 1 ? "find_count" : "find_one", { n: open.items.length }) : "");
    if (typed && !open.items.length) empty(t("find_none", { typed }));
    ready();
  }

  function option(item) {
    const number = open.items.push(item) - 1;
    const icon = vigie.icon(item.icon || ICONS[item.of || item.kind]);
    const name = item.client ? `${item.label} ${spaced(item.client)}` : item.label;
    const node = make("div", "find-o", icon, make("span", "n", name), make("small", "sub", item.sub));
    node.id = "found-" + number;
    attributes(node, { role: "option", "aria-selected": "false" });
    return node;
  }
  const spaced = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");

  function ready() {
    open.waits = false;
    open.input.setAttribute("aria-expanded", String(open.items.length > 0));
    open.active = -1;
    activate(open.items.length ? 0 : -1);
    const enter = open.enter;
    open.enter = false;
    if (enter) choose(open.active);
  }

  function empty(words, ...more) {
    open.list.replaceChildren();
    open.list.hidden = true;
    open.none.hidden = false;
    open.none.replaceChildren(words, ...more);
    say(words);
  }

  function failed(typed) {
    open.items = [];
    open.enter = false;
    const again = make("button", "fb", vigie.icon("arrow-clockwise"), t("retry"));
    again.addEventListener("click", () => (open.input.focus(), ask(typed)));
    empty(t("find_failed"), again);
    ready();
  }

  const say = (words) => vigie.put(open.said, words);

  function activate(number) {
    const nodes = open.list.querySelectorAll("[role=option]");
    nodes[open.active]?.setAttribute("aria-selected", "false");
    open.active = number;
    const now = nodes[number];
    if (!now) return open.input.removeAttribute("aria-activedescendant");
    now.setAttribute("aria-selected", "true");
    now.scrollIntoView({ block: "nearest" });
    open.input.setAttribute("aria-activedescendant", now.id);
  }

  function key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = open.items.length;
    if (step && count) {
      event.preventDefault();
      activate((open.active + step + count) % count);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (open.waits) open.enter = true; // typed faster than it is found: the first one is meant
      else choose(open.active);
    }
  }

  function choose(number) {
    const item = open.items[number];
    if (!item) return;
    if (item.client) return purpose(item.client);
    keep(item);
    const [path, more] = item.href.split("?", 2);
    const whole = ABOVE.includes(item.of || item.kind) || (item.of || item.kind) === "page" ? vigie.keeping(path) : item.href;
    const href = more && whole !== item.href ? whole + (whole.includes("?") ? "&" : "?") + more : whole;
    open.box.close();
    vigie.go(href);
  }

  // A client opens for a purpose only: the same dialog asks it.
  function purpose(client) {
    const { box, title } = open;
    const back = make("button", "link", t("find_back"));
    shut(box);
    vigie.put(title, t("choose"));
    box.setAttribute("aria-label", t("choose"));
    box.querySelector(".find-box").replaceWith(title);
    box.querySelectorAll(".found, .find-none, .find-foot, [role=status]").forEach((node) => node.remove());
    box.classList.replace("palette", "finder");
    box.append(...vigie.clientForm(client, () => box.close()));
    box.querySelector(".hint").append(back);
    back.addEventListener("click", () => {
      box.addEventListener("close", () => vigie.actions.search());
      box.close();
    });
    box.querySelector("select").focus();
  }

  // What this reader chose last in this browser; never a client.
  function keep(item) {
    const { label, sub, href } = item;
    const mine = { label, sub, href, of: item.of || item.kind };
    if (mine.of === "page") return;
    const others = stored().filter((each) => each.href !== href);
    localStorage.setItem(vigie.own(RECENT), JSON.stringify([mine, ...others].slice(0, KEPT)));
  }

  function stored() {
    try {
      const found = JSON.parse(localStorage.getItem(vigie.own(RECENT)) || "[]");
      const fit = (each) => typeof each?.label === "string" && typeof each.href === "string" && /^\/[a-z]/.test(each.href) && each.of in ICONS;
      return Array.isArray(found) ? found.filter(fit) : [];
    } catch {
      return [];
    }
  }

  function recent() {
    const items = stored();
    return items.length ? [{ kind: "recent", items }] : [];
  }

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    if (!button()) return;
    event.preventDefault();
    vigie.actions.search();
  });
})(window.vigie);
