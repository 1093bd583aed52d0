// The filter bar: chips, menus, freshness, export links.
"use strict";
(function (vigie) {
  // What fills a menu of its own kind, by the kind; the others list the members of a dimension.
  vigie.menus = { office: offices };

  vigie.filters = (data) => {
    chips(data.chips);
    value("menu-period", data.period);
    value("menu-agency", office(data.held.path) || count("agency", data.picked));
    value("menu-type", count("case_type", data.picked));
    freshness(data.fresh);
    exports(data.held.selection);
    vigie.picked = data.picked;
    vigie.arrive(data);
    document.querySelectorAll("details.menu[open] [data-menu]").forEach(fill);
  };

  function value(id, text) {
    const place = document.getElementById(id + "-value");
    if (place) vigie.put(place, text);
  }

  // The agency whose page this is, where the menu leads from one to another.
  function office(path) {
    if (!document.querySelector('[data-menu="office"]')) return null;
    return vigie.members.office.find(([id]) => path.endsWith("/" + id))?.[1];
  }

  function count(dim, picked) {
    const held = picked[dim].concat(dim === "agency" ? picked.region : []);
    if (!held.length) return vigie.t("all_" + dim);
    if (held.length === 1) return held[0];
    return vigie.t("some", { n: held.length, all: vigie.members[dim].length });
  }

  function chips(held) {
    const place = document.getElementById("chips");
    const nodes = held.map((chip) => {
      const button = vigie.make("button", "chip", vigie.make("span", "", chip.label), vigie.icon("x"));
      button.dataset.action = "without";
      button.dataset.of = chip.dim;
      button.dataset.member = chip.value;
      button.setAttribute("aria-label", vigie.t("remove", { label: chip.label }));
      return button;
    });
    if (held.length) {
      const all = vigie.make("button", "fb ghost", vigie.t("clear"));
      all.dataset.action = "clear";
      nodes.push(all);
    }
    const had = place.contains(document.activeElement);
    place.replaceChildren(...nodes);
    if (had) (place.querySelector("button") || document.querySelector("#menu-period summary")).focus();
  }

  function freshness(fresh) {
    const place = document.getElementById("freshness");
    if (!fresh || !place) return;
    const dot = vigie.make("span", "dot" + (fresh.late ? " late" : ""));
    place.replaceChildren(dot, vigie.make("span", "", fresh.text));
  }

  function exports(text) {
    for (const link of document.querySelectorAll("[data-export]")) {
      const view = link.dataset.view ? "view=" + link.dataset.view + (text ? "&" : "") : "";
      link.setAttribute("href", "/export/" + link.dataset.export + "?" + view + text);
    }
  }

  document.addEventListener("opened", (event) => {
    const panel = event.target.querySelector("[data-menu]");
    if (panel) {
      panel.replaceChildren();
      fill(panel);
      panel.querySelector("input[type=search]")?.focus();
    }
  });

  function fill(panel) {
    if (!vigie.members || !vigie.picked) return;
    if (panel.dataset.menu === "period") return periods(panel);
    const own = vigie.menus[panel.dataset.menu];
    if (own) return own(panel);
    members(panel, panel.dataset.menu);
  }

  function periods(panel) {
    const [since, until] = vigie.picked.period;
    const list = vigie.members.periods.map(([label, from, to]) => {
      const button = vigie.make("button", "item", label);
      button.dataset.action = "period";
      button.dataset.since = from;
      button.dataset.until = to;
      button.setAttribute("aria-pressed", String(from === since && to === until));
      return button;
    });
    const field = (name, held) => {
      const input = vigie.make("input", "");
      Object.assign(input, { type: "date", value: held, min: vigie.members.first, max: vigie.members.last, name });
      return vigie.make("label", "date", vigie.t(name), input);
    };
    const apply = vigie.make("button", "fb pri", vigie.t("apply"));
    apply.dataset.action = "dates";
    const dates = vigie.make("div", "dates", field("since", since), field("until", until), apply);
    panel.replaceChildren(...list, dates);
  }

  // A list with a search above it where it is long; `draw` is called with the list and what is typed.
  function searched(panel, count, draw) {
    let list = panel.querySelector(".list");
    if (!list) {
      const search = vigie.make("input", "");
      Object.assign(search, { type: "search", placeholder: vigie.t("search"), ariaLabel: vigie.t("search") });
      list = vigie.make("div", "list");
      search.addEventListener("input", () => draw(list, search.value));
      panel.append(...(count > 8 ? [search] : []), list);
    }
    draw(list, panel.querySelector("input")?.value || "");
  }

  function members(panel, dim) {
    searched(panel, vigie.members[dim].length, (list, wanted) => show(list, dim, wanted));
  }

  // On the page of an agency: the way to that of another.
  function offices(panel) {
    searched(panel, vigie.members.office.length, (list, wanted) => {
      const found = vigie.members.office.filter(([, name]) => vigie.plain(name).includes(vigie.plain(wanted)));
      const nodes = vigie.pool(list, found.length, () => vigie.make("a", "item keeps", vigie.make("span", "n")));
      found.forEach(([id, name], index) => {
        const path = "/agencies/" + id;
        vigie.put(nodes[index].firstChild, name);
        nodes[index].setAttribute("href", vigie.keeping(path));
        if (path === vigie.held?.path) nodes[index].setAttribute("aria-current", "page");
        else nodes[index].removeAttribute("aria-current");
      });
      none(list, found.length);
    });
  }

  function none(list, found) {
    list.classList.toggle("none", !found);
    list.dataset.none = vigie.t("nothing_found");
  }

  function show(list, dim, wanted) {
    const key = vigie.plain(wanted);
    const entries = [];
    if (dim === "agency" && vigie.members.region.length > 1) {
      vigie.members.region.forEach((name) => entries.push(["region", name]));
    }
    vigie.members[dim].forEach((name) => entries.push([dim, name]));
    const held = ([of, name]) => vigie.picked[of].includes(name);
    const found = entries.filter(([, name]) => vigie.plain(name).includes(key));
    const shown = [...found.filter(held), ...found.filter((entry) => !held(entry))];
    const nodes = vigie.pool(list, shown.length, () =>
      vigie.make("button", "item", vigie.make("span", "box"), vigie.make("span", "n"), vigie.make("small", "sub"))
    );
    shown.forEach(([of, name], index) => {
      vigie.mark(nodes[index], of, name, vigie.picked[of].includes(name));
      vigie.put(nodes[index].children[1], name);
      vigie.put(nodes[index].children[2], of === "region" ? vigie.t("region") : "");
    });
    none(list, shown.length);
  }
})(window.vigie);
