// The panel of one case, beside the page: what it is, its chance and why, what happened; the address keeps it.
"use strict";
(function (vigie) {
  const { t, make, put } = vigie;
  let panel = null;
  let from = null; // where the focus goes back to: {list, index} or an element
  let asked = 0;
  let told = null; // what the address will say once it has followed, as {path, id}

  // Opened from a list or a mark; the panel does not wait for the address.
  vigie.showCase = (id, { agency, list, index, origin } = {}) => {
    from = { list, index, origin, agency };
    show(id, { agency, focus: true });
    tell(id);
  };
  vigie.actions.case = (node) => {
    const card = node.closest("[data-cases]");
    const place = card && vigie.caseIndex(node.dataset.case);
    vigie.showCase(node.dataset.case, { agency: node.dataset.agency, ...place, origin: node });
  };

  // The address leads, but for an answer that is older than what was opened or closed here.
  document.addEventListener("drawn", () => {
    const wanted = new URLSearchParams(vigie.held.text).get("case");
    if (told && told.path === vigie.held.path && wanted !== told.id) return;
    told = null;
    if (!wanted) return close(false);
    if (wanted !== vigie.openCase || !panel?.isConnected) show(wanted, { focus: false });
  });
  window.addEventListener("popstate", () => (told = null));
  function tell(id) {
    told = { path: vigie.held?.path, id };
    vigie.send({ open: "case", values: id ? [id] : [] });
  }

  async function show(id, { agency, focus }) {
    const mine = ++asked;
    vigie.openCase = id;
    build();
    vigie.markCases();
    head(id);
    if (focus) panel.querySelector("h2").focus();
    const hint = agency ? "&agency=" + encodeURIComponent(agency) : "";
    panel.setAttribute("aria-busy", "true");
    let answer = null;
    try {
      answer = await fetch("/cases/one?id=" + encodeURIComponent(id) + hint);
    } catch {
      answer = null;
    }
    const found = answer?.ok ? await answer.json() : null;
    if (mine !== asked || vigie.openCase !== id) return;
    panel.removeAttribute("aria-busy");
    if (found) return fill(found);
    const words = answer?.status === 404 ? t("case_unknown", { id }) : t("case_failed");
    panel.querySelector(".dossier-body").replaceChildren(make("p", "dossier-none", vigie.icon("exclamation-triangle"), words));
  }

  function close(said = true) {
    if (!vigie.openCase) return;
    vigie.openCase = null;
    asked += 1;
    panel?.remove();
    panel = null;
    document.body.classList.remove("has-case");
    vigie.markCases();
    if (said) tell(null);
    const back = from;
    from = null;
    if (!back) return;
    if (back.origin?.isConnected) return back.origin.focus();
    vigie.caseFocus(back.list, back.index);
  }

  const tool = (icon, key, act) => {
    const button = make("button", "icb", vigie.icon(icon));
    button.type = "button";
    button.setAttribute("aria-label", t(key));
    button.title = t(key);
    button.addEventListener("click", act);
    return button;
  };

  function build() {
    if (panel?.isConnected) return;
    const title = make("h2", "");
    title.id = "dossier-title";
    title.tabIndex = -1;
    const tools = make("div", "dossier-tools", tool("chevron-up", "case_previous", () => step(-1)), tool("chevron-down", "case_next", () => step(1)), tool("arrows-fullscreen", "case_enlarge", enlarge), tool("x", "case_close", () => close()));
    const header = make("header", "dossier-h", make("div", "grow", title, make("p", "sub")), tools);
    const link = make("button", "fb", vigie.icon("link-45deg"), t("case_copy_link"));
    link.type = "button";
    link.addEventListener("click", copy);
    const foot = make("footer", "dossier-foot", make("div", "btns", link), make("p", "dossier-note"), make("p", "sub dossier-keys", t("case_keys")));
    const body = make("div", "dossier-body");
    body.tabIndex = 0;
    panel = make("aside", "dossier", header, body, foot);
    panel.setAttribute("aria-labelledby", "dossier-title");
    document.querySelector("#page")?.append(panel);
    document.body.classList.add("has-case");
  }

  // Title and place in the list: known before the answer is there.
  function head(id) {
    if (!from?.list?.card.isConnected) from = { ...from, ...vigie.caseIndex(id) };
    const { list, index } = from;
    const [previous, next] = panel.querySelectorAll(".dossier-tools button");
    const known = list && index !== undefined && list.total !== null;
    previous.hidden = next.hidden = !known;
    previous.disabled = index === 0;
    next.disabled = known && index >= list.total - 1;
    put(panel.querySelector("h2"), t("way_case", { id }));
    const rank = known ? [t("case_rank", { rank: vigie.number(index + 1), total: vigie.number(list.total) })] : [];
    put(panel.querySelector(".sub"), [...(panel.dataset.case === id ? [panel.dataset.sub] : []), ...rank].join(". "));
  }
  // The list has come after the panel: its place there is known now.
  vigie.placeCase = () => panel && vigie.openCase && !from?.list && head(vigie.openCase);

  function fill(told) {
    put(panel.querySelector("h2"), told.title);
    Object.assign(panel.dataset, { case: told.id, sub: told.sub });
    head(told.id);
    put(panel.querySelector(".dossier-note"), told.note);
    panel.querySelector(".dossier-note").prepend(vigie.icon("shield-check"), " ");
    panel.querySelector(".dossier-body").replaceChildren(...facts(told), ...chance(told), ...course(told), ...why(told), ...story(told));
    panel.querySelector(".dossier-body").scrollTop = 0;
  }

  const facts = ({ facts }) => {
    const entry = ({ label, text, icon, tone }) => make("div", "", make("dt", "", label), make("dd", tone || "", ...(icon ? [vigie.icon(icon)] : []), text));
    return [make("dl", "dossier-facts", ...facts.map(entry))];
  };

  function chance({ chance }) {
    if (!chance) return [];
    const value = make("b", "dossier-percent", chance.percent, make("small", "", "\u00a0%"));
    value.dataset.raw = chance.raw;
    const badge = make("span", "dossier-word " + chance.tone, vigie.icon(chance.tone === "bad" ? "exclamation-circle" : "info-circle"), chance.words);
    return [make("h3", "", t("case_chance")), make("p", "dossier-chance", value, badge, make("span", "sub", chance.similar))];
  }

  // Days elapsed, the norm, and when its like end: one bar, its marks named around it.
  function course({ course }) {
    if (!course) return [];
    const at = (share) => Math.min(Math.max(share, 0), 1) * 100 + "%";
    const bar = make("div", "course-bar");
    if (course.expected) {
      const [low, , high] = course.expected;
      const span = make("span", "course-expected");
      Object.assign(span.style, { left: at(low), width: `calc(${at(high)} - ${at(low)})` });
      bar.append(span);
    }
    const done = make("span", "course-done" + (course.late ? " late" : ""));
    done.style.width = at(course.done);
    bar.append(done);
    for (const [name, share] of [["done", course.done], ["norm", course.norm], ...(course.expected ? [["middle", course.expected[1]]] : [])]) {
      const tick = make("span", "course-tick " + name);
      tick.style.left = at(share);
      bar.append(tick);
    }
    const word = (name, text, share) => {
      const node = make("span", "course-word " + name, text);
      node.style.setProperty("--at", share);
      return node;
    };
    bar.setAttribute("aria-hidden", "true");
    const above = make("div", "course-words", word("done", course.done_text, course.done), word("norm", course.norm_text, course.norm));
    const below = make("div", "course-below", make("span", "", course.received), make("span", "", course.expected_text || ""));
    return [make("div", "course", above, bar, below)];
  }

  // What moves the chance, in points that add up to it.
  function why({ why }) {
    if (!why) return [];
    const most = Math.max(10, ...why.rows.map(({ points }) => Math.abs(points)));
    const row = ({ label, points, text }) => {
      const fill = make("span", points > 0 ? "up" : "down");
      fill.style.setProperty("--of", Math.abs(points) / most);
      const line = make("li", "", make("span", "n", label), make("span", "why-track", fill), make("b", points > 0 ? "bad" : points < 0 ? "good" : "flat", text));
      line.dataset.raw = points;
      return line;
    };
    const heading = make("h3", "", t("case_why"), make("span", "sub", " : " + why.start));
    return [heading, make("ul", "dossier-why", ...why.rows.map(row), make("li", "end", make("span", "n", why.end)))];
  }

  function story({ events, spent }) {
    const event = ({ icon, title, day, text, tone, future }) =>
      make("li", (tone || "") + (future ? " future" : ""), make("span", "dot-i", vigie.icon(icon)), make("div", "", make("div", "event-h", make("b", "", title), make("span", "sub", day)), ...(text ? [make("p", "", text)] : [])));
    const heading = make("div", "dossier-story-h", make("h3", "", t("case_story")), make("span", "sub", spent));
    return [heading, make("ol", "dossier-story", ...events.map(event))];
  }

  async function step(way) {
    const { list, index } = from || {};
    if (!list || index === undefined) return;
    const next = index + way;
    if (next < 0 || next >= list.total) return;
    const row = await vigie.caseAt(list, next);
    if (!row || !panel) return;
    from = { list, index: next, agency: row.agency };
    vigie.caseSeen(list, next);
    const focus = panel.contains(document.activeElement) ? document.activeElement : null;
    show(row.case_id, { agency: row.agency, focus: false });
    tell(row.case_id);
    (focus?.disabled ? panel.querySelector("h2") : focus)?.focus();
  }

  function enlarge() {
    const large = panel.classList.toggle("large");
    const button = panel.querySelectorAll(".dossier-tools button")[2];
    button.firstChild.className = "i i-" + (large ? "fullscreen-exit" : "arrows-fullscreen");
    button.setAttribute("aria-label", t(large ? "case_reduce" : "case_enlarge"));
    button.title = t(large ? "case_reduce" : "case_enlarge");
  }

  async function copy() {
    const here = new URL(location.href);
    here.searchParams.set("case", vigie.openCase);
    try {
      await navigator.clipboard.writeText(here.href);
      vigie.say(t("cases_opened_link"));
    } catch {
      vigie.dialog(t("share_title"), [make("p", "", t("share_by_hand")), make("code", "", here.href)]);
    }
  }

  // Before the page's own keys: Escape closes the panel, and nothing else; arrows in it go from case to case.
  document.addEventListener(
    "keydown",
    (event) => {
      if (!panel || document.querySelector("dialog[open], details.menu[open], .card-x.large")) return;
      if (event.key === "Escape") {
        event.preventDefault();
        event.stopImmediatePropagation();
        return close();
      }
      const way = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!way || !panel.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      step(way);
    },
    true
  );
  vigie.closeCase = close;
})(window.vigie);
