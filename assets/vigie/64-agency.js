// The page of an agency: its sentence, the choice of the agencies it is compared with, and its spread of delays.
"use strict";
(function (vigie) {
  const { t, put, make } = vigie;
  const MOST = 3; // agencies compared with

  vigie.draws.sentence = (element, view) => {
    vigie.body(element, "sentence", () => {
      const change = make("button", "link", t("peers_change"));
      change.dataset.action = "peers";
      change.setAttribute("aria-haspopup", "dialog");
      const beside = make("div", "say-peers", make("b"), make("span", "who"), make("span", "why"), change);
      element.append(vigie.icon("chat-left-text"), make("p", "say-text"), beside);
    });
    const [, text, beside] = element.children;
    text.replaceChildren(...view.pieces.map(([piece, strong]) => (strong ? make("b", "", piece) : piece)));
    const [label, who, why, change] = beside.children;
    label.parentElement.hidden = view.peers.none;
    put(label, view.peers.names.length ? view.peers.label + "\u00a0: " : "");
    put(who, view.peers.names.length ? view.peers.names.join(", ") + ". " : "");
    put(why, view.peers.why + " ");
    change.setAttribute("aria-label", t("peers_change_label"));
  };

  // A dialog: up to three agencies, those proposed first; nothing ticked goes back to the proposal.
  vigie.actions.peers = () => {
    const { names, nearest, here } = vigie.views["agencies-sentence"].peers;
    const chosen = new Set(names);
    const others = vigie.members.agency.filter((name) => name !== here);
    const sorted = [...nearest, ...others.filter((name) => !nearest.includes(name))];
    const search = make("input", "");
    Object.assign(search, { type: "search", placeholder: t("search"), ariaLabel: t("search") });
    const list = make("div", "peer-list");
    list.setAttribute("role", "group");
    list.setAttribute("aria-label", t("peers_change_label"));
    const told = make("p", "sub");
    told.setAttribute("role", "status");
    const apply = make("button", "fb pri", t("apply"));
    const usual = make("button", "fb", t("peers_usual"));
    const refresh = () => {
      const wanted = vigie.plain(search.value);
      const full = chosen.size >= MOST;
      for (const row of list.children) {
        const box = row.querySelector("input");
        row.hidden = !vigie.plain(box.value).includes(wanted);
        box.checked = chosen.has(box.value);
        box.disabled = full && !box.checked;
      }
      put(told, t("peers_count", { n: chosen.size, all: MOST }));
      apply.disabled = !chosen.size;
    };
    list.append(...sorted.map((name) => choice(name, nearest.includes(name), chosen, refresh)));
    search.addEventListener("input", refresh);
    const box = vigie.dialog(t("peers_change_label"), [search, told, list, make("div", "btns", apply, usual)]);
    box.classList.add("choosing");
    const send = (values) => {
      box.close();
      vigie.send({ open: "peer", values });
    };
    const proposed = () => chosen.size === nearest.length && nearest.every((name) => chosen.has(name));
    apply.addEventListener("click", () => send(proposed() ? [] : sorted.filter((name) => chosen.has(name))));
    usual.addEventListener("click", () => send([]));
    refresh();
    search.focus();
  };

  function choice(name, near, chosen, refresh) {
    const box = make("input", "");
    Object.assign(box, { type: "checkbox", value: name });
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(name);
      else chosen.delete(name);
      refresh();
    });
    return make("label", "peer", box, make("span", "grow", name), ...(near ? [make("small", "sub", t("peers_near"))] : []));
  }

  vigie.draws.delays = (element, view) => {
    const plot = vigie.plot(element, "delays", ["curve"], []);
    const top = view.ticks[view.ticks.length - 1] || 1;
    const y = (value) => 100 - (value / top) * 100;
    const count = view.within.length;
    const x = (day) => ((day + 0.5) / count) * 100;
    plot.line("rules", view.ticks.map((value) => `M0 ${y(value).toFixed(2)}H100`).join(""));
    const labels = vigie.pool(plot.find("plot-y"), view.ticks.length, () => make("span"));
    view.ticks.forEach((value, i) => {
      labels[i].style.top = y(value) + "%";
      put(labels[i], vigie.number(value));
    });
    const peopled = (view.network || []).map((value, day) => [day, value]).slice(0, -1);
    plot.line("curve", peopled.length ? "M" + peopled.map(([day, value]) => `${x(day).toFixed(2)} ${y(value).toFixed(2)}`).join("L") : "");
    columns(plot, view, top);
    marks(plot, view, count);
    const days = vigie.pool(plot.find("plot-x"), 7, () => make("span"));
    for (let i = 0; i < 7; i++) {
      days[i].style.left = x(i * 10) + "%";
      put(days[i], i === 6 ? t("dl_more", { n: 60 }) : String(i * 10));
    }
    vigie.subLegend(element, [
      ["sw", t("within_norm")],
      ["sw over", t("dl_late", { share: view.late_text })],
      ...(view.network ? [["ln dots", t("dl_network")]] : []),
      ...(view.few ? [["", t("few")]] : []),
    ]);
  };

  function columns(plot, view, top) {
    const place = plot.find("plot-marks");
    place.classList.add("dl-cols");
    place.setAttribute("role", "img");
    place.setAttribute("aria-label", [...view.marks.map((mark) => mark.text), t("dl_late", { share: view.late_text })].join(", "));
    place.removeAttribute("aria-labelledby");
    const nodes = vigie.pool(place, view.within.length, () => make("span", "dl-col", make("span", "late"), make("span", "within")));
    view.within.forEach((within, day) => {
      const late = view.late[day];
      nodes[day].children[0].style.height = (late / top) * 100 + "%";
      nodes[day].children[1].style.height = (within / top) * 100 + "%";
      const told = `${dayWords(view, day)}\n${vigie.number(within + late)} ${t("closed_words")}`;
      nodes[day].dataset.tip = view.network ? `${told}\n${t("dl_network")} : ${vigie.number(view.network[day])}` : told;
    });
  }
  const dayWords = (view, day) => (day === view.within.length - 1 ? t("dl_more", { n: day }) : `${day}\u00a0${t("day")}`);

  // The norm lies between its last day and the next; median and P90 stand on their own day.
  function marks(plot, view, count) {
    const last = count - 1;
    const placed = view.marks.map((mark, i) => ["dl-mark", Math.min(mark.day, last) + 0.5, mark.text, 13 + 14 * i]);
    if (view.norm !== null) placed.unshift(["dl-norm", Math.min(view.norm, last) + 1, view.norm_text, 0]);
    const nodes = vigie.pool(plot.find("plot-words"), placed.length, () => make("span", "", make("span")));
    placed.forEach(([kind, at, text, top], i) => {
      nodes[i].className = kind + (at / count > 0.75 ? " left" : "");
      nodes[i].style.left = (at / count) * 100 + "%";
      nodes[i].style.top = top + "%";
      put(nodes[i].firstChild, text);
    });
  }

  vigie.tables.delays = (view) => [
    [t("dl_days"), t("dl_within"), t("dl_past"), ...(view.network ? [t("dl_network")] : [])],
    ...view.within.map((within, day) => [
      dayWords(view, day), vigie.number(within), vigie.number(view.late[day]), ...(view.network ? [vigie.number(view.network[day])] : []),
    ]),
  ];
})(window.vigie);
