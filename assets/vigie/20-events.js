// From the reader's hands to the one event store: clicks, keys, brush, back.
"use strict";
(function (vigie) {
  const waiting = [];
  let busy = false;
  let timers = [];
  let stamp = Date.now();

  // Moves made while an answer is awaited go together with the next one, so that none is lost.
  vigie.send = (move) => {
    waiting.push(move);
    if (!busy) flush();
  };

  function flush() {
    busy = true;
    timers = [
      setTimeout(() => document.body.classList.add("waiting"), 300),
      setTimeout(() => vigie.fail(null), 15000),
    ];
    const moves = waiting.splice(0);
    vigie.last = moves;
    dash_clientside.set_props("event", { data: { moves, t: ++stamp } });
  }

  // An update that was refused or never reached the server is told at once, not when the wait is over.
  const ask = window.fetch;
  window.fetch = (...asked) => {
    const answer = ask(...asked);
    if (!String(asked[0]).includes("_dash-update-component")) return answer;
    const told = () => (busy || vigie.awaiting?.() || vigie.answering?.()) && vigie.fail(null);
    answer.then((given) => given.status >= 400 && told(), told);
    return answer;
  };

  vigie.more = () => waiting.length > 0;

  vigie.arrived = () => {
    timers.forEach(clearTimeout);
    document.body.classList.remove("waiting");
    busy = false;
    if (waiting.length) flush();
  };

  vigie.retry = () => {
    busy = false;
    (vigie.last || []).forEach((move) => waiting.push(move));
    flush();
  };

  const additive = (event) => event.ctrlKey || event.metaKey || event.shiftKey;

  function pick(node, event) {
    if (node.getAttribute("aria-disabled") === "true") return;
    const own = vigie.picks[node.dataset.dim];
    if (own) return own(node.dataset.value, additive(event));
    const always = node.closest("[data-menu]") !== null;
    vigie.send({ dim: node.dataset.dim, value: node.dataset.value, multi: always || additive(event) });
  }

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const act = target.closest("[data-action]");
    if (act) return void vigie.actions[act.dataset.action]?.(act, event);
    const mark = target.closest("[data-dim][data-value]");
    if (mark && !vigie.brushed) pick(mark, event);
    // What was clicked may be gone by now: a menu redraws itself.
    const inside = event.composedPath().some((node) => node instanceof Element && node.matches("details.menu"));
    if (!inside) closeMenus();
  });

  // A menu opens at once, so that what is typed next is never lost: « toggle » would come a moment later.
  document.addEventListener("click", (event) => {
    const summary = event.target instanceof Element ? event.target.closest("details.menu > summary") : null;
    if (!summary) return;
    event.preventDefault();
    const menu = summary.parentElement;
    menu.open = !menu.open;
    if (!menu.open) return;
    closeMenus(menu);
    menu.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
    within(menu.querySelector(".panel"));
  });

  // A panel that would leave the window is moved back into it.
  function within(panel) {
    panel.style.translate = "";
    const box = panel.getBoundingClientRect();
    const past = Math.max(0, box.right - (document.documentElement.clientWidth - 8));
    const before = Math.max(0, 8 - box.left);
    if (past || before) panel.style.translate = `${before - past}px`;
  }

  function closeMenus(except) {
    let closed = false;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu === except || (except && menu.contains(except))) continue;
      menu.open = false;
      closed = true;
    }
    return closed;
  }

  document.addEventListener("keydown", (event) => {
    const mark = event.target instanceof Element ? event.target.closest("[data-dim][data-value]") : null;
    if (mark && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      return pick(mark, event);
    }
    if (mark && event.key.startsWith("Arrow")) return rove(mark, event);
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (document.querySelector(".card-x.large")) return vigie.shrink();
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      return open.querySelector("summary").focus();
    }
    if (document.getElementById("chips") && !["INPUT", "SELECT"].includes(event.target.tagName)) vigie.send({ clear: true });
  });

  document.addEventListener("keyup", (event) => {
    const mark = event.target instanceof Element ? event.target.closest("[data-dim][data-value]") : null;
    if (mark && event.key === " ") event.preventDefault();
  });

  // Arrows move among the marks of one chart, so that Tab crosses the page in few steps.
  function rove(mark, event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const group = mark.closest(".view");
    if (!step || !group) return;
    const marks = [...group.querySelectorAll("[data-dim][data-value]")];
    const next = marks[marks.indexOf(mark) + step];
    if (!next) return;
    event.preventDefault();
    if (mark.tabIndex === 0 && next.tabIndex === -1) {
      mark.tabIndex = -1;
      next.tabIndex = 0;
    }
    next.focus();
  }

  // Brushing the months sets the period.
  let start = null;
  document.addEventListener("pointerdown", (event) => {
    const mark = event.target instanceof Element ? event.target.closest(".months [data-value]") : null;
    vigie.brushed = false;
    start = mark && event.button === 0 ? { mark, x: event.clientX } : null;
  });
  document.addEventListener("pointermove", (event) => {
    if (!start || Math.abs(event.clientX - start.x) < 6) return;
    const over = under(event);
    if (over && over !== start.mark) vigie.brushed = true;
    if (vigie.brushed) span(over).forEach(([node, inside]) => node.classList.toggle("brush", inside));
  });
  document.addEventListener("pointerup", (event) => {
    if (start && vigie.brushed) {
      const inside = span(under(event)).filter((pair) => pair[1]).map((pair) => pair[0]);
      if (inside.length) {
        const value = inside[0].dataset.value + ".." + inside[inside.length - 1].dataset.value;
        vigie.send({ dim: "month", value, multi: false });
      }
    }
    document.querySelectorAll(".brush").forEach((node) => node.classList.remove("brush"));
    start = null;
    setTimeout(() => (vigie.brushed = false));
  });

  function under(event) {
    const marks = [...start.mark.parentElement.children];
    return marks.find((node) => event.clientX < node.getBoundingClientRect().right) || marks[marks.length - 1];
  }
  function span(over) {
    const marks = [...start.mark.parentElement.children];
    const [a, b] = [marks.indexOf(start.mark), marks.indexOf(over)].sort((x, y) => x - y);
    return marks.map((node, index) => [node, index >= a && index <= b]);
  }

  // A step back or forward on a page of views; a mere jump within the page is none, another page the router's.
  window.addEventListener("popstate", () => {
    if (location.pathname !== vigie.place) return leave();
    if (busy || location.search.slice(1) !== vigie.shown) vigie.send({ search: location.search, back: true });
  });

  // The page that is come to starts from its address: neither what is held nor what was under way is carried over.
  function leave() {
    waiting.length = 0;
    vigie.last = [];
    if (vigie.held) dash_clientside.set_props("held", { data: { ...vigie.held, page: "", t: busy ? stamp : vigie.held.t } });
    if (busy) vigie.arrived();
  }

  // To another address of ours: the router is told, as by a link of its own.
  vigie.go = (href) => {
    const to = new URL(href, location.href);
    if (to.pathname === vigie.place && to.pathname === location.pathname) return vigie.send({ search: to.search });
    leave();
    history.pushState(vigie.step(), "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    vigie.went = true;
  };

  // A page's link leads to it as it was left; the page that is open keeps its filters.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".nav-link-x") : null;
    if (!link || additive(event)) return;
    event.preventDefault();
    event.stopPropagation();
    closeMenus();
    if (link.pathname !== location.pathname) vigie.go(link.getAttribute("href"));
  }, true);
})(window.vigie);
