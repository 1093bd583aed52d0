// Finding one's way: links that take the selection along, the breadcrumb, and the page one was last on.
"use strict";
(function (vigie) {
  const PLACES = ["region", "agency", "agent"];
  const OPEN = ["peer", "list", "case", "rule"];
  const NETWORK = "/production";
  const PINNED = /^\/(agencies|agents)\//; // the pages that stand for a place, and pick it themselves
  const LEFT = "vigie-network"; // the places picked on the network, for the way back to it
  const LAST = "vigie_last";
  const LONGEST = 3000; // characters of a cookie
  const YEAR = 31536000; // seconds

  // Parts of a query string, as they are written.
  const parts = (text) => (text || "").split("&").filter(Boolean);
  const named = (names) => (part) => names.includes(part.split("=", 1)[0]);
  const text = () => (vigie.held ? vigie.held.text : location.search.slice(1));

  // Where a link leads with what is selected now: the same period, the same picks, the same comparison; a place
  // pins its own, and the network finds again the agencies that were picked there.
  vigie.keeping = (path) => {
    const kept = parts(text()).filter((part) => !named([...PLACES, ...OPEN])(part));
    const query = (PINNED.test(path) ? kept : [...places(), ...kept]).join("&");
    return path + (query ? "?" + query : "");
  };

  function places() {
    const here = vigie.held ? vigie.held.path : location.pathname;
    return PINNED.test(here) ? parts(sessionStorage.getItem(vigie.own(LEFT))) : parts(text()).filter(named(PLACES));
  }

  const bound = (link) => link.setAttribute("href", vigie.keeping(link.pathname));

  // What every draw brings: `vigie.held` is already the new state.
  vigie.arrive = (data) => {
    vigie.held = data.held;
    if (!PINNED.test(data.held.path)) sessionStorage.setItem(vigie.own(LEFT), places().join("&"));
    document.querySelectorAll("a.keeps").forEach(bound);
    for (const link of document.querySelectorAll(".nav-link-x")) {
      if (link.pathname === NETWORK) bound(link);
    }
    openCase();
    landed();
    remember(data.held);
    vigie.stepped?.(data);
  };

  // Whoever came by a link goes on from the title of the page it led to.
  function landed() {
    const title = document.querySelector("#page h1");
    if (!vigie.went || !title) return;
    vigie.went = false;
    if (document.querySelector("dialog[open]") || !["BODY", "MAIN"].includes(document.activeElement?.tagName)) return;
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
  }

  // The case that is open is the last step; the page itself then leads back to the case closed.
  function openCase() {
    const [here, slot] = ["crumb-here", "crumb-case"].map((id) => document.getElementById(id));
    if (!slot) return;
    const open = new URLSearchParams(text()).get("case");
    slot.hidden = !open;
    slot.toggleAttribute("aria-current", false);
    here.parentElement.toggleAttribute("aria-current", false);
    (open ? slot : here.parentElement).setAttribute("aria-current", "page");
    vigie.put(slot, open ? vigie.t("way_case", { id: open }) : "");
    const name = here.textContent;
    if (!open) return here.replaceChildren(name);
    const close = vigie.make("button", "link", name);
    close.dataset.action = "closeCase";
    close.setAttribute("aria-label", vigie.t("way_close_case", { name }));
    here.replaceChildren(close, vigie.icon("chevron-right"));
  }
  vigie.actions.closeCase = () => vigie.send({ open: "case", values: [] });

  // « / » leads there next time; the server looks at it before it believes it.
  function remember(held) {
    const whole = held.path + (held.text ? "?" + held.text : "");
    const kept = encodeURIComponent(whole.length > LONGEST ? held.path : whole);
    document.cookie = `${vigie.own(LAST)}=${kept}; path=/; max-age=${YEAR}; samesite=lax`;
  }

  const link = (event) => (event.target instanceof Element ? event.target.closest("a.keeps") : null);

  // A link drawn after the last update is bound before it is followed, copied or opened beside.
  for (const kind of ["pointerdown", "focusin", "contextmenu"]) {
    document.addEventListener(kind, (event) => link(event) && bound(link(event)));
  }

  document.addEventListener("click", (event) => {
    const found = link(event);
    if (!found || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    vigie.go(vigie.keeping(found.pathname));
  });
})(window.vigie);
