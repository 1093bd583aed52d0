// A list of cases: its chips, its grid or, on narrow screens, its rows; asked for once it comes into sight.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const narrow = matchMedia("(max-width:640px)");
  const FEW = 20; // rows shown at once on a narrow screen
  const KEPT = "vigie-case-columns";
  const lists = new Map();

  document.addEventListener("drawn", () => {
    for (const [card, list] of lists) if (!card.isConnected) drop(card, list);
    for (const card of document.querySelectorAll("[data-cases]")) {
      if (!lists.has(card)) lists.set(card, begin(card));
      follow(lists.get(card));
    }
  });
  narrow.addEventListener("change", () => lists.forEach((list) => renew(list)));

  const sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const list = lists.get(target);
        if (!list) continue;
        list.seen = isIntersecting;
        if (isIntersecting && list.stale) fill(list);
      }
    },
    { rootMargin: "200px" }
  );

  function begin(card) {
    const body = card.querySelector(".cases-body");
    body.append(make("div", "cases-state"), make("div", "cases-wait sk"));
    const list = { card, body, seen: false, stale: true, rows: new Map(), total: null, params: [], version: 0 };
    sight.observe(card);
    return list;
  }

  function drop(card, list) {
    sight.unobserve(card);
    list.api?.destroy();
    lists.delete(card);
  }

  // The selection and the part that the page shows now; what is out of sight waits until it is looked at.
  function follow(list) {
    const held = vigie.held;
    const part = new URLSearchParams(held.text).get("list") || "all";
    const key = [held.snapshot, held.selection].join(" ");
    for (const chip of list.card.querySelectorAll("[data-list]")) chip.setAttribute("aria-pressed", String(chip.dataset.list === part));
    mark(list);
    if (key === list.key && part === list.part) return;
    if (key !== list.key) list.counts = null;
    Object.assign(list, { key, part, selection: held.selection, stale: true });
    links(list);
    // After the paint of the charts: the rows are asked for apart.
    if (list.seen) requestAnimationFrame(() => setTimeout(() => list.stale && list.card.isConnected && fill(list)));
  }

  function fill(list) {
    list.stale = false;
    list.version += 1;
    list.rows.clear();
    list.narrow = narrow.matches;
    if (narrow.matches) return rows(list, FEW);
    if (!list.api) return list.making || grid(list);
    list.api.ensureIndexVisible(0, "top");
    list.api.purgeInfiniteCache();
  }

  function renew(list) {
    if (list.narrow === narrow.matches) return;
    list.api?.destroy();
    Object.assign(list, { api: null, params: [] });
    list.body.querySelector(".cases-grid, .cases-rows")?.remove();
    if (list.seen) fill(list);
    else list.stale = true;
  }

  const hidden = (list) => {
    const kept = JSON.parse(localStorage.getItem(KEPT) || "null");
    const page = list.card.dataset.hides.split(" ").filter((name) => name !== "agency" || list.card.dataset.several !== "true");
    return kept ? vigie.caseColumns.filter((name) => !kept.includes(name)) : [...page, "treated"];
  };

  async function grid(list) {
    list.making = true;
    const box = make("div", "cases-grid");
    list.body.append(box);
    try {
      list.api = await vigie.caseGrid(box, {
        address: list.card.dataset.grid,
        hidden: hidden(list),
        ask: (start, count, params) => ask(list, start, count, params),
        opened(row, index) {
          list.api.clearFocusedCell(); // else the grid, once redrawn beside the panel, takes the focus back
          vigie.showCase(row.case_id, { agency: row.agency, list, index });
        },
      });
    } catch {
      box.remove();
      failed(list);
    }
    list.making = false;
    list.body.querySelector(".cases-wait")?.remove();
    if (list.stale && list.seen) fill(list);
  }

  // One page of the list, kept by place so that the panel can go from case to case.
  async function ask(list, start, count, params) {
    const version = list.version;
    list.params = params;
    const answer = await fetch(address(list, "/cases/rows", [...params, ["start", start], ["count", count]]));
    if (version !== list.version) return null;
    if (!answer.ok) {
      failed(list);
      throw new Error(String(answer.status));
    }
    const found = await answer.json();
    const read = found.rows.map((row) => Object.fromEntries(found.columns.map((name, at) => [name, row[at]])));
    read.forEach((row, at) => list.rows.set(start + at, row));
    list.total = found.total;
    list.treated = found.counts.treated;
    count_(list, found.counts);
    said(list);
    if (list.api) place(list);
    state(list, found.total ? null : "none");
    links(list);
    vigie.placeCase?.();
    return { rows: read, total: found.total };
  }

  // As high as its rows, ten at most.
  const HEADS = 88; // px: headings, filters, and the bar to scroll sideways
  const ROW = 36;
  function place(list) {
    list.body.querySelector(".cases-grid").style.height = HEADS + Math.min(Math.max(list.total, 1), 11) * ROW + 14 + "px";
  }

  function address(list, path, more) {
    const pairs = new URLSearchParams([["list", list.part], ...more.map(([name, value]) => [name, String(value)])]);
    return `${path}?${list.selection ? list.selection + "&" : ""}${pairs}`;
  }

  function links(list) {
    for (const link of list.card.querySelectorAll("[data-casefile]")) {
      link.setAttribute("href", address(list, "/export/cases." + link.dataset.casefile, list.params));
    }
  }

  function count_(list, counts) {
    list.counts = counts;
    for (const chip of list.card.querySelectorAll("[data-list]")) {
      const count = counts[chip.dataset.list];
      put(chip.querySelector("b"), vigie.number(count));
      chip.dataset.raw = count;
    }
  }

  // « 14 513 dossiers pour ces filtres, triés par délai. »
  function said(list) {
    const sorts = list.params.filter(([name]) => name === "sort").map(([, value]) => t("cases_" + value.split(":")[0]).toLowerCase());
    const by = (sorts.length ? sorts : [t("cases_delay").toLowerCase()]).join(t("cases_by_and"));
    const batches = list.part === "all" && list.total === list.counts.all && list.treated !== list.total;
    const many = narrow.matches ? "cases_many_small" : batches ? "cases_lines" : "cases_many";
    const text = t(list.total === 1 ? "cases_one" : many, { n: vigie.number(list.total), treated: vigie.number(list.treated), by });
    const place = list.card.querySelector(".cases-said");
    put(place, text);
    place.dataset.raw = list.total;
  }

  // Nothing there, or nothing to be had: said in words, with a way out.
  function state(list, what) {
    const place = list.body.querySelector(".cases-state");
    list.body.querySelector(".cases-wait")?.remove();
    list.body.classList.toggle("told", Boolean(what));
    if (!what) return place.replaceChildren();
    const button = (key, act) => {
      const node = make("button", "fb", t(key));
      node.type = "button";
      node.addEventListener("click", act);
      return node;
    };
    const filtered = list.params.some(([name]) => name === "filter");
    const ways = [];
    if (what === "failed") ways.push(button("retry", () => fill(list)));
    else if (filtered) ways.push(button("cases_clear_filters", () => list.api.setFilterModel(null)));
    else if (list.part !== "all") ways.push(button("cases_show_all", () => vigie.send({ open: "list", values: [] })));
    const words = what === "failed" ? "cases_failed" : filtered ? "cases_none_filtered" : list.part === "all" ? "empty" : "cases_none";
    place.replaceChildren(vigie.icon(what === "failed" ? "exclamation-triangle" : "inbox"), make("p", "", t(words)), ...ways);
    place.setAttribute("role", what === "failed" ? "alert" : "status");
  }
  const failed = (list) => state(list, "failed");

  // Narrow screens: the same rows as buttons, some at a time.
  async function rows(list, count) {
    let place = list.body.querySelector(".cases-rows");
    if (!place) list.body.append((place = make("div", "cases-rows", make("div", "cases-lines"), make("button", "fb ghost more"))));
    const start = count > FEW ? count - FEW : 0;
    try {
      if (!(await ask(list, start, FEW, []))) return;
    } catch {
      return failed(list);
    }
    const shown = [...list.rows.keys()].sort((a, b) => a - b).slice(0, count);
    const lines = vigie.pool(place.firstChild, shown.length, () => make("button", "case-line"));
    shown.forEach((index, at) => line(lines[at], list.rows.get(index), index));
    const more = place.lastChild;
    const left = list.total - shown.length;
    more.hidden = left <= 0;
    put(more, t("cases_more", { n: vigie.number(left) }));
    more.onclick = () => rows(list, shown.length + FEW);
    mark(list);
  }

  function line(node, row, index) {
    node.type = "button";
    Object.assign(node.dataset, { action: "case", case: row.case_id, agency: row.agency, index });
    const first = make("span", "case-top", make("b", "", row.case_id), vigie.stateMark(row.state), vigie.delayMark(row));
    const chance = row.chance === null ? [] : [`${t("cases_chance").toLowerCase()} ${vigie.percent(row.chance, 0)}`];
    const received = row.received_on ? [t("cases_received_short", { day: vigie.day(row.received_on) })] : [];
    node.replaceChildren(first, make("span", "case-sub", [row.case_type, ...received, ...chance].join(", ")));
  }

  // The case that is open, in the list it was opened from.
  function mark(list) {
    const open = vigie.openCase;
    for (const node of list.body.querySelectorAll(".case-line")) node.classList.toggle("case-open", node.dataset.case === open);
    list.api?.redrawRows?.({ rowNodes: [...list.marked || [], open].filter(Boolean).map((id) => list.api.getRowNode(id)).filter(Boolean) });
    list.marked = open ? [open] : [];
  }
  vigie.markCases = () => lists.forEach(mark);

  // For the panel: the list a case stands in and its place there, and the case at another place of it.
  vigie.caseAt = async (list, index) => {
    if (!list.rows.has(index)) await ask(list, index - (index % 20), 20, list.params).catch(() => null);
    return list.rows.get(index);
  };
  vigie.caseIndex = (id) => {
    for (const list of lists.values()) {
      for (const [index, row] of list.rows) if (row.case_id === id) return { list, index };
    }
    return null;
  };
  vigie.caseSeen = (list, index) => list.api?.ensureIndexVisible(index);
  vigie.caseFocus = (list, index) => {
    if (!list?.card.isConnected) return false;
    const id = list.rows.get(index)?.case_id;
    if (!list.api) {
      const node = list.body.querySelector(`.case-line[data-case="${CSS.escape(id || "")}"]`);
      node?.focus();
      return Boolean(node);
    }
    list.api.ensureIndexVisible(index);
    list.api.setFocusedCell(index, "case_id");
    return true;
  };

  vigie.actions.caseList = (node) => vigie.send({ open: "list", values: node.dataset.list === "all" ? [] : [node.dataset.list] });
  vigie.actions.caseCopy = async (node) => {
    const list = lists.get(node.closest("[data-cases]"));
    const shown = list.api ? list.api.getAllDisplayedColumns().map((column) => column.getColId()) : vigie.caseColumns;
    const loaded = [...list.rows.keys()].sort((a, b) => a - b).map((index) => list.rows.get(index));
    const lines = loaded.map((row) => shown.map((name) => vigie.caseText(row, name)).join("\t"));
    await navigator.clipboard.writeText([shown.map((name) => t("cases_" + name)).join("\t"), ...lines].join("\n"));
    vigie.say(t("cases_copied", { n: vigie.number(loaded.length) }));
    node.closest("details").open = false;
  };

  // Which columns are shown; the choice is kept for the next visit.
  document.addEventListener("opened", (event) => {
    const panel = event.target.querySelector("[data-casecolumns]");
    if (!panel) return;
    const list = lists.get(panel.closest("[data-cases]"));
    const shown = new Set(list.api?.getAllDisplayedColumns().map((column) => column.getColId()) || []);
    panel.replaceChildren(
      ...vigie.caseColumns.slice(1).map((name) => {
        const item = make("button", "item", make("span", "box"), t("cases_" + name));
        item.type = "button";
        Object.assign(item.dataset, { action: "caseColumn", column: name });
        item.setAttribute("aria-pressed", String(shown.has(name)));
        return item;
      })
    );
  });
  vigie.actions.caseColumn = (node) => {
    const list = lists.get(node.closest("[data-cases]"));
    const show = node.getAttribute("aria-pressed") !== "true";
    list.api?.setColumnsVisible([node.dataset.column], show);
    node.setAttribute("aria-pressed", String(show));
    localStorage.setItem(KEPT, JSON.stringify(list.api.getAllDisplayedColumns().map((column) => column.getColId())));
  };
})(window.vigie);
