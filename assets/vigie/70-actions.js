// What the buttons do: share, print, enlarge, data tables, definitions, theme, language; and the tooltip.
"use strict";
(function (vigie) {
  const { t, make } = vigie;

  Object.assign(vigie.actions, {
    clear: () => vigie.send({ clear: true }),
    retry: () => vigie.retry(),
    without: (node) => vigie.send({ without: node.dataset.of, value: node.dataset.member || null }),
    evidence: (node) => vigie.send({ search: node.dataset.search }),
    period(node) {
      vigie.send({ since: node.dataset.since, until: node.dataset.until });
      shut(node);
    },
    dates(node) {
      const [since, until] = [...node.parentElement.querySelectorAll("input")].map((input) => input.value);
      if (since && until && since > until) return say(t("backward"));
      vigie.send({ since, until });
      shut(node);
    },
    more(node) {
      const view = node.closest(".view");
      view.dataset.limit = Number(view.dataset.limit || 12) + 24;
      vigie.draws[vigie.views[view.id].kind](view, vigie.views[view.id]);
    },
    async share() {
      try {
        await navigator.clipboard.writeText(location.href);
        say(t("shared"));
      } catch {
        dialog(t("share_title"), [make("p", "", t("share_by_hand")), make("code", "", location.href)]);
      }
    },
    print: () => window.print(),
    enlarge(node) {
      const card = document.getElementById(node.dataset.view + "-card");
      shut(node);
      if (card.classList.contains("large")) return vigie.shrink();
      const reduce = make("button", "icb reduce", vigie.icon("fullscreen-exit"));
      reduce.dataset.action = "reduce";
      reduce.setAttribute("aria-label", t("reduce"));
      card.querySelector(".card-h").append(reduce);
      card.classList.add("large");
      document.body.classList.add("has-large");
      behind(true);
      reduce.focus();
    },
    reduce: () => vigie.shrink(),
    define(node) {
      shut(node);
      const paragraphs = t("define_" + node.dataset.view).split("\n");
      dialog(heading(node.dataset.view), paragraphs.map((text) => make("p", "", text)));
    },
    table(node) {
      shut(node);
      const view = vigie.views[node.dataset.view];
      const rows = view && !view.reason && vigie.tables[view.kind]?.(view);
      if (!rows) return dialog(heading(node.dataset.view), [make("p", "", view?.reason || t("empty"))]);
      vigie.sheet(heading(node.dataset.view), rows);
    },
    theme() {
      const dark = document.documentElement.dataset.bsTheme === "dark";
      document.documentElement.dataset.bsTheme = dark ? "light" : "dark";
      localStorage.setItem("vigie-theme", dark ? "light" : "dark");
    },
    language(node) {
      document.cookie = `vigie_language=${node.dataset.code}; path=/; max-age=31536000; samesite=lax`;
      location.reload();
    },
  });

  // Close the menu a button stands in; the keyboard goes on from its summary.
  function shut(node) {
    const menu = node.closest("details");
    if (!menu) return;
    menu.querySelector("summary").focus();
    menu.open = false;
  }

  // What an enlarged card covers cannot be reached meanwhile.
  const behind = (inert) =>
    document.querySelectorAll(".top, .head, .picks, .kpis, .idbar, .secbar, .bottom-nav, .grid .card-x:not(.large)").forEach((node) => (node.inert = inert));

  vigie.shrink = () => {
    const card = document.querySelector(".card-x.large");
    behind(false);
    card.querySelector(".reduce").remove();
    card.classList.remove("large");
    document.body.classList.remove("has-large");
    card.querySelector(".card-menu > summary").focus();
  };

  const heading = (view) => document.getElementById(view + "-title").textContent;

  // The rows behind each kind of chart, header first, already in the reader's formats.
  // What a chart is compared with, a column each.
  const heads = (v) => v.lines.map((line) => line.label);
  const cells = (v, i, written) => v.lines.map((line) => written(line.values[i]));

  Object.assign(vigie.tables, {
    months: (v) => [
      [t("month"), t("closed"), ...(v.network ? [t("network")] : []), ...heads(v), t("mean_delay")],
      ...v.months.map((m, i) => [vigie.month(m, "long"), vigie.number(v.values[i]), ...(v.network ? [vigie.number(v.network[i])] : []), ...cells(v, i, vigie.number), vigie.days(v.delay[i])]),
    ],
    agencies: (v) => [
      [t("agency"), t("closed"), t("mean_delay"), ...heads(v), t("returns")],
      ...v.names.map((n, i) => [n, vigie.number(v.closed[i]), vigie.days(v.delay[i]), ...cells(v, i, vigie.days), vigie.percent(v.returns[i])]),
    ],
    dots: (v) => [
      [t("agency"), v.x_label, t("returns"), t("closed"), ...(v.before ? [`${v.x_label}, ${t("year_ago").toLowerCase()}`, `${t("returns")}, ${t("year_ago").toLowerCase()}`] : [])],
      ...v.names.map((n, i) => [n, vigie.number(v.x[i], 1), vigie.percent(v.y[i]), vigie.number(v.size[i]), ...(v.before ? [vigie.number(v.before.x[i], 1), vigie.percent(v.before.y[i])] : [])]),
    ],
    types: (v) => [
      [t("case_type"), t("closed"), t("mean_delay"), t("norm"), ...heads(v)],
      ...v.names.map((n, i) => [n, vigie.number(v.closed[i]), vigie.days(v.delay[i]), vigie.days(v.norms[i]), ...cells(v, i, vigie.days)]),
    ],
    ages(v) {
      if (!v.stock) return null;
      const total = v.stock.reduce((sum, value) => sum + value, 0) || 1;
      const row = (n, i) => [n, vigie.number(v.stock[i]), vigie.percent(v.stock[i] / total), ...cells(v, i, vigie.percent)];
      return [[t("age"), t("open_cases"), t("compare_share"), ...heads(v)], ...v.labels.map(row)];
    },
  });

  // Rows in a dialog, header first, ready to be copied.
  vigie.sheet = (title, rows) => {
    const copy = make("button", "fb", t("copy"));
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(rows.map((row) => row.join("\t")).join("\n"));
      say(t("copied"));
    });
    return dialog(title, [copy, table(rows)]);
  };

  function table(rows) {
    const cells = (row, tag) => make("tr", "", ...row.map((text, i) => make(tag, i ? "r" : "", text)));
    const node = make("table", "tb", make("thead", "", cells(rows[0], "th")), make("tbody", "", ...rows.slice(1).map((row) => cells(row, "td"))));
    node.querySelectorAll("th").forEach((cell) => (cell.scope = "col"));
    const box = make("div", "tb-box", node);
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", t("table"));
    return box;
  }

  function dialog(title, content) {
    const close = make("button", "icb", vigie.icon("x"));
    close.setAttribute("aria-label", t("close"));
    const head = make("div", "dialog-h", make("h2", "", title), close);
    const box = make("dialog", "dialog", head, ...content);
    box.setAttribute("aria-label", title);
    close.addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => event.target === box && box.close());
    box.addEventListener("close", () => box.remove());
    document.body.append(box);
    box.showModal();
    return box;
  }
  vigie.dialog = dialog;

  function say(text) {
    const toast = make("div", "toast-x", text);
    toast.setAttribute("role", "status");
    document.body.append(toast);
    setTimeout(() => toast.remove(), 3000);
  }
  vigie.say = say;

  // One tooltip for every mark that carries words of its own.
  let tip = null;
  const hide = () => tip?.classList.remove("on");
  function show(event) {
    const mark = event.target instanceof Element ? event.target.closest(".mo, .dot-mark, [data-tip]") : null;
    if (!mark) return hide();
    tip = tip || document.body.appendChild(make("div", "tip"));
    tip.setAttribute("aria-hidden", "true");
    const [name, ...rest] = (mark.dataset.tip || mark.getAttribute("aria-label")).split(mark.dataset.tip ? "\n" : / : |, /);
    tip.replaceChildren(make("b", "", name), ...rest.map((line) => make("span", "", line)));
    const box = mark.getBoundingClientRect();
    const left = Math.min(Math.max(box.left + box.width / 2, 110), innerWidth - 110);
    tip.style.left = left + "px";
    tip.style.top = Math.max(box.top, 90) + "px";
    tip.classList.add("on");
  }
  document.addEventListener("pointerover", show);
  document.addEventListener("focusin", show);
  document.addEventListener("scroll", hide, true);
})(window.vigie);
