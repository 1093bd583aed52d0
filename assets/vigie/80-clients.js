// The page Client: who is open, what is asked of the server, what is shown when it fails.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const STEPS = ["open", "look", "try", "peers", "decide"];
  const PAGE = "/clients";
  const PATIENCE = 15000; // ms without an answer

  // `purposes` are those given in this visit, so that a step back opens again what was open; nothing is kept.
  const state = { client: null, opening: null, picked: [], dots: false, changes: {}, decisions: [], answer: null };
  const purposes = new Map();
  const lines = new Map(STEPS.map((step) => [step, { busy: false, next: null, last: null }]));
  let stamp = Date.now();
  let timers = [];
  let failed = [];
  let model = null;
  vigie.clients = state;

  const here = () => document.querySelector(".page.clients") !== null;
  const node = (id) => document.getElementById(id);
  const busy = () => [...lines.values()].some((line) => line.busy);
  vigie.awaiting = () => here() && busy();

  // One question of a kind at a time; of those that come meanwhile, the last one counts.
  function ask(step, data) {
    const line = lines.get(step);
    if (line.busy) return void (line.next = data);
    Object.assign(line, { busy: true, last: data });
    clocks();
    dash_clientside.set_props("clients-" + step, { data: { ...data, t: ++stamp } });
  }
  state.ask = ask;
  state.purpose = () => purposes.get(state.client);

  function clocks() {
    timers.forEach(clearTimeout);
    timers = busy()
      ? [setTimeout(() => document.body.classList.add("waiting"), 300), setTimeout(() => vigie.fail(null), PATIENCE)]
      : [];
    if (!busy()) document.body.classList.remove("waiting");
  }

  // The answer of one kind is there: drawn, and what came meanwhile asked; settled once nothing is awaited.
  function answered(step, answer, draw) {
    if (!answer || !here()) return;
    const line = lines.get(step);
    line.busy = false;
    if (answer.refused) refused(step, answer);
    else draw(answer);
    const next = line.next;
    line.next = null;
    if (next && !answer.refused) ask(step, next);
    clocks();
    if (!busy()) vigie.settle();
  }

  const mine = (answer) => answer.asked === state.client;

  Object.assign(dash_clientside.vigie, {
    // The page has come into being.
    clients(page, texts) {
      if (!page) return dash_clientside.no_update;
      vigie.texts = texts || vigie.texts;
      model = page;
      forget();
      Object.assign(state, { opening: null });
      lines.forEach((line) => Object.assign(line, { busy: false, next: null }));
      const dot = make("span", "dot" + (page.late ? " late" : ""));
      node("freshness").replaceChildren(dot, make("span", "", page.model));
      if (!vigie.moved()) vigie.settle();
      return ++stamp;
    },
    clients_open: (answer) => answered("open", answer, opened),
    clients_look: (answer) => answered("look", answer, (found) => mine(found) && looked(found)),
    clients_try: (answer) => answered("try", answer, (found) => mine(found) && vigie.tried(found)),
    clients_peers: (answer) => answered("peers", answer, (found) => mine(found) && views(found.views)),
    clients_decide: (answer) => answered("decide", answer, (found) => mine(found) && decided(found)),
  });

  const views = (found) => Object.keys(found).forEach((id) => vigie.show(id, found[id]));

  // The address says who is meant: open who was open in this visit, else ask what for.
  vigie.moved = () => {
    if (!here() || !model) return false;
    const [client, a, b] = address();
    if (client && client === state.opening) return true;
    if (client && client === state.client) return (a || b) && !same(a, b) ? (look(a, b), true) : false;
    if (client && purposes.has(client) && !model.problem) {
      state.open(client, purposes.get(client), a, b);
      return true;
    }
    choose(client);
    return false;
  };
  window.addEventListener("popstate", () => setTimeout(vigie.moved));

  const same = (a, b) => state.picked[0] === a && state.picked[1] === b;

  function address() {
    const [, , client] = location.pathname.split("/");
    const search = new URLSearchParams(location.search);
    return [client?.replace(/^0+(?=.)/, "") || null, search.get("a"), search.get("b")];
  }

  state.open = (client, purpose, a, b) => {
    purposes.set(client, purpose);
    state.opening = client;
    notices();
    if (state.client === null) skeleton();
    ask("open", { client, purpose, a: a || null, b: b || null });
  };

  // From a form anywhere: on this page at once, else the page is opened first and finds the purpose here.
  state.enter = (client, purpose) => {
    purposes.set(client, purpose);
    if (!here()) return vigie.go(`${PAGE}/${client}`);
    const [shown, a, b] = address();
    state.open(client, purpose, ...(shown === client ? [a, b] : []));
  };

  function opened(answer) {
    state.opening = null;
    Object.assign(state, { client: answer.client, picked: answer.picked, changes: {}, dots: false, answer });
    state.decisions = answer.decisions;
    const [shown] = address();
    if (shown !== answer.client) vigie.go(`${PAGE}/${answer.client}`);
    failed = [];
    skeleton(false);
    vigie.identity(answer.identity);
    views(answer.views);
    crumb(answer.identity.client);
    ask("peers", { client: answer.client });
  }

  // Variables A and B: one step of the history for each choice.
  function look(a, b, dots = false) {
    state.dots = dots;
    ask("look", { client: state.client, a, b, dots });
  }

  function looked(found) {
    state.picked = found.picked;
    views(found.views);
    vigie.pressed();
    const search = `?a=${encodeURIComponent(found.picked[0])}&b=${encodeURIComponent(found.picked[1])}`;
    const [client, a, b] = address();
    if (client === state.client && !same(a, b)) history.pushState({}, "", location.pathname + search);
  }

  vigie.picks.variable = (name, second) => {
    const [a, b] = state.picked;
    if (name === (second ? b : a)) return;
    if (name === (second ? a : b)) return look(b, a);
    look(second ? a : name, second ? name : b);
  };

  function decided(found) {
    state.decisions = found.decisions;
    vigie.records();
    vigie.say(t("recorded"));
  }

  // Nobody is chosen: the form, and no figure anywhere.
  function choose(client, trouble, held) {
    forget();
    const place = node("clients-choice");
    if (model.problem) return place.replaceChildren(vigie.noScore(model.problem));
    place.replaceChildren(vigie.chooser(client, trouble, held));
    const first = place.querySelector(".bad-field") || (client && place.querySelector("select"));
    first?.focus({ preventScroll: true });
  }

  function forget() {
    Object.assign(state, { client: null, opening: null, picked: [], changes: {}, decisions: [], answer: null });
    for (const id of Object.keys(vigie.views)) if (id.startsWith("clients-")) delete vigie.views[id];
    node("clients-sheet").hidden = true;
    node("clients-choice").hidden = false;
    node("clients-identity").replaceChildren();
    document.querySelectorAll("#clients-sheet .var-menu, #clients-sheet .slot, #clients-sheet .seg, #clients-sheet .all-peers").forEach((node) => node.remove());
    document.querySelectorAll("#clients-sheet .view").forEach(bare);
    crumb(null);
    notices();
  }

  // A card as it came: its height, its line below the title, no figure.
  function bare(view) {
    const sub = node(view.id + "-sub");
    view.dataset.height ??= view.firstElementChild?.style.height || "200px";
    sub.dataset.first ??= sub.textContent;
    vigie.put(sub, sub.dataset.first);
    node(view.id + "-title").className = "";
    const bone = make("div", "sk");
    bone.style.height = view.dataset.height;
    delete view.dataset.kind;
    view.replaceChildren(bone);
  }

  // The shape of the page while the first answer is awaited.
  function skeleton(waiting = true) {
    node("clients-choice").replaceChildren();
    node("clients-choice").hidden = true;
    node("clients-sheet").hidden = false;
    if (waiting) node("clients-identity").replaceChildren(make("div", "sk idbar-sk"));
  }

  function crumb(words) {
    node("clients-crumbs").hidden = words === null;
    node("clients-share").hidden = words === null;
    vigie.put(node("clients-crumb"), words || "");
  }

  function notices(...lines) {
    const banner = model?.banner ? [notice("exclamation-triangle", model.banner)] : [];
    node("notices").replaceChildren(...banner, ...lines);
  }

  function notice(symbol, text, ...more) {
    return make("div", "notice", vigie.icon(symbol), make("span", "", text), ...more);
  }

  function alarm(text, words, action) {
    const again = make("button", "fb", vigie.icon("arrow-clockwise"), words);
    again.addEventListener("click", action);
    const box = notice("exclamation-triangle", text, again);
    box.classList.add("bad");
    box.setAttribute("role", "alert");
    notices(box);
  }

  // What the server would not do, told where it can be mended.
  function refused(step, answer) {
    const last = lines.get(step).last;
    if (answer.refused === "unknown") return unknown(answer);
    if (answer.refused === "over") return alarm(answer.text, t("open_again"), () => state.open(last.client, purposes.get(last.client)));
    if (["journal", "score"].includes(answer.refused)) {
      const client = last.client;
      if (step === "decide") return alarm(answer.text, t("retry"), () => ask(step, last));
      choose(client, null, purposes.get(client));
      return alarm(answer.text, t("retry"), () => state.open(client, purposes.get(client)));
    }
    vigie.say(answer.text);
  }

  // No such client: what it was for stands, the number is to be mended.
  function unknown(answer) {
    const held = purposes.get(answer.asked);
    purposes.delete(answer.asked);
    choose(answer.asked, answer.text, held);
  }

  // Nothing came, or it broke: no number is left where it does not belong, and all can be asked again.
  const common = vigie.fail;
  vigie.fail = (failure) => {
    if (!here()) return common(failure);
    const asked = STEPS.filter((step) => lines.get(step).busy);
    if (asked.length) failed = asked.map((step) => [step, lines.get(step).last]);
    lines.forEach((line) => Object.assign(line, { busy: false, next: null }));
    clocks();
    const opening = failed.find(([step]) => step === "open");
    if (opening) choose(opening[1].client, null, opening[1].purpose);
    if (failed.some(([step]) => step === "try")) vigie.untried();
    if (failed.some(([step]) => step === "peers")) vigie.message(node("clients-peers"), "inbox", t("not_computed"));
    const text = failure ? t(opening ? "score_failed" : "step_failed", { reference: failure.reference }) : t("silent");
    alarm(text, t("retry"), retry);
    vigie.settle();
  };

  function retry() {
    const steps = failed;
    failed = [];
    notices();
    for (const [step, data] of steps) step === "open" ? state.open(data.client, data.purpose, data.a, data.b) : ask(step, data);
  }

  Object.assign(vigie.actions, {
    "clients-swap": () => state.picked.length && look(state.picked[1], state.picked[0], state.dots),
    "clients-dots": (button) => look(...state.picked, button.dataset.as === "dots"),
    "clients-other": () => vigie.go(PAGE),
    "clients-variable"(button) {
      const menu = button.closest("details");
      menu.open = false;
      menu.querySelector("summary").focus();
      vigie.picks.variable(button.dataset.feature, button.dataset.slot === "b");
    },
  });

  // A link to another client leads to the form: what for is asked each time.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a.to-client") : null;
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("dialog")?.close();
    purposes.delete(link.pathname.split("/")[2]);
    vigie.go(link.getAttribute("href"));
  });
})(window.vigie);
