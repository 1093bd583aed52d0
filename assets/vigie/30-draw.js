// The one drawing function: compact data in, the page updated, then the count of settled updates.
"use strict";
(function (vigie) {
  let settled = 0;

  dash_clientside.vigie = {
    navigate(pathname) {
      for (const link of document.querySelectorAll(".nav-link-x")) {
        const under = (link.dataset.under || link.pathname).split(" ");
        const here = under.some((path) => pathname === path || pathname.startsWith(path + "/"));
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      vigie.moved?.();
    },
    fail(failure, texts) {
      vigie.texts = texts || vigie.texts;
      if (failure) vigie.fail(failure);
    },
    draw(data, texts) {
      if (!data) return;
      vigie.texts = texts || vigie.texts;
      if (data.members) vigie.members = data.members;
      notices(data);
      for (const id in data.views) drawView(id, data.views[id]);
      if (data.compare) vigie.compare(data.compare);
      if (!data.nothing) vigie.filters(data);
      address(data.held.text);
      dash_clientside.set_props("held", { data: data.held });
      vigie.arrived();
      // Until the views that wait for the paint are drawn, so that no one takes theirs for the new figures.
      document.documentElement.toggleAttribute("data-awaits", Boolean(data.later));
      vigie.settle();
      vigie.held = data.held;
      document.dispatchEvent(new CustomEvent("drawn"));
      if (data.later) afterPaint(() => askLater(data.held));
    },
    // What could wait until the rest was painted; of an older state, it is left out: a newer answer follows.
    later(data) {
      if (!data || data.held.t !== vigie.held?.t || data.held.path !== vigie.held.path) return;
      for (const id in data.views) drawView(id, data.views[id]);
      vigie.drawnLater = data.held;
      document.documentElement.removeAttribute("data-awaits");
      document.documentElement.dataset.completed = settled;
    },
  };

  const afterPaint = (next) => requestAnimationFrame(() => setTimeout(next));

  function askLater(held) {
    if (held.t !== vigie.held.t || held.path !== vigie.held.path) return; // the next one asks for itself
    dash_clientside.set_props(held.page + "-ask", { data: { held, drawn: vigie.drawnLater || null } });
  }

  vigie.settle = () => (document.documentElement.dataset.settled = ++settled);

  // One view: its payload kept for the data table, then drawn by its kind.
  vigie.show = drawView;
  function drawView(id, payload) {
    const element = document.getElementById(id);
    if (!element) return;
    const known = vigie.views[id];
    const view = payload.kind ? payload : { ...known, picked: payload.picked };
    vigie.views[id] = view;
    const card = element.closest(".card-x");
    if (view.reason) return message(element, "inbox", view.reason);
    if (view.empty && view.kind !== "kpis" && view.kind !== "advice") return empty(element);
    vigie.draws[view.kind](element, view, card);
  }

  vigie.message = message;
  function message(element, symbol, text, ...more) {
    vigie.body(element, "message", () => {});
    const box = vigie.make("div", "empty", vigie.icon(symbol), vigie.make("p", "", text), ...more);
    element.replaceChildren(box);
  }

  function empty(element) {
    const chips = vigie.chips || [];
    const last = chips[chips.length - 1];
    const buttons = vigie.make("div", "btns");
    if (last) {
      const button = vigie.make("button", "fb", vigie.t("remove", { label: last.label }));
      button.dataset.action = "without";
      button.dataset.of = last.dim;
      button.dataset.member = last.value;
      buttons.append(button);
    }
    const all = vigie.make("button", "fb ghost", vigie.t("clear"));
    all.dataset.action = "clear";
    buttons.append(all);
    message(element, "inbox", vigie.t("empty"), buttons);
  }

  // Lines above the charts: late data, a bad link, no data at all.
  function notices(data) {
    vigie.chips = data.chips;
    const place = document.getElementById("notices");
    if (!place) return;
    const lines = [];
    if (data.notice) lines.push(["exclamation-triangle", data.notice]);
    if (data.fresh?.banner) lines.push(["exclamation-triangle", data.fresh.banner]);
    if (data.nothing) lines.push(["database-exclamation", vigie.t("no_data")]);
    document.body.classList.toggle("nothing", Boolean(data.nothing));
    place.replaceChildren(
      ...lines.map(([symbol, text]) => vigie.make("div", "notice", vigie.icon(symbol), vigie.make("span", "", text)))
    );
  }

  // What went wrong, without losing the filters; the last moves can be sent again.
  vigie.fail = (failure) => {
    const place = document.getElementById("notices");
    const retry = vigie.make("button", "fb", vigie.icon("arrow-clockwise"), vigie.t("retry"));
    retry.dataset.action = "retry";
    const text = failure ? failure.text : vigie.t("unreachable");
    const box = vigie.make("div", "notice bad", vigie.icon("exclamation-triangle"), vigie.make("span", "", text), retry);
    box.setAttribute("role", "alert");
    place?.replaceChildren(box);
    vigie.arrived();
    vigie.settle();
  };

  // The address follows the selection: one step of the history for each pick, none for a step back.
  function address(text) {
    vigie.shown = text;
    vigie.place = location.pathname;
    const wanted = text ? "?" + text : "";
    for (const link of document.querySelectorAll(".nav-link-x")) {
      if (link.pathname === location.pathname) link.setAttribute("href", location.pathname + wanted);
    }
    const stepped = (vigie.last || []).every((move) => move.back);
    if (location.search === wanted || (stepped && vigie.more())) return;
    history[stepped ? "replaceState" : "pushState"](vigie.step(stepped), "", location.pathname + wanted);
  }
})(window.vigie);
