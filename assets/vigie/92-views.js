// Saved views: the menu that lists them, keeps the present one, renames, deletes and says which one comes first.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const LONGEST = 60; // characters of a name

  const held = { views: null, origin: "/", gone: null, naming: null, trouble: null, busy: false };
  const panel = () => document.querySelector('details[open] > [data-menu="views"]');
  const here = () => vigie.held.path + (vigie.held.text ? "?" + vigie.held.text : "");

  vigie.menus.views = (place) => {
    if (place.childElementCount) return; // an update under way leaves what is being typed
    Object.assign(held, { gone: null, naming: null, trouble: null });
    draw();
    ask(null);
  };

  // The list, or what a change made of it; what went wrong is told and nothing is lost.
  async function ask(change) {
    held.busy = true;
    try {
      const answer = await (change ? vigie.post("/saved", change) : fetch("/saved"));
      const told = await answer.json();
      if (!answer.ok) throw new Error(told.detail || t("silent"));
      Object.assign(held, { views: told.views, origin: told.origin, trouble: null });
      return true;
    } catch (error) {
      held.trouble = error instanceof TypeError || error instanceof SyntaxError ? t("silent") : error.message;
      return false;
    } finally {
      held.busy = false;
      draw();
    }
  }

  function draw() {
    const place = panel();
    if (!place) return;
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.stay : null;
    const typed = place.querySelector("input")?.value;
    const lines = (held.views || []).map((view) => (held.naming === view.name ? naming(view.name, typed ?? view.name) : line(view)));
    const list = make("ul", "views", ...lines);
    list.setAttribute("aria-label", t("views"));
    place.replaceChildren(...(lines.length ? [list] : []), ...gone(), ...trouble(), ...foot(typed));
    const next = focused && [...place.querySelectorAll("[data-stay]")].find((node) => node.dataset.stay === focused);
    (next || (focused && place.querySelector("a, button, input")))?.focus();
  }

  function small(icon, words, stay, act) {
    const node = make("button", "icb", vigie.icon(icon));
    node.setAttribute("aria-label", words);
    node.title = words;
    node.dataset.stay = stay;
    node.addEventListener("click", act);
    return node;
  }

  function line(view) {
    const { name, first } = view;
    const link = make("a", "item", make("span", "n", name));
    link.href = view.address;
    link.dataset.stay = "open " + name;
    if (view.address === here()) link.setAttribute("aria-current", "true");
    const star = small(first ? "star-fill" : "star", t("view_first", { name }), "first " + name, () => ask({ do: "start", name, first: !first }));
    star.setAttribute("aria-pressed", String(first));
    const pen = small("pencil-square", t("view_rename", { name }), "pen " + name, () => nameIt(name));
    const bin = small("trash", t("view_remove", { name }), "bin " + name, () => remove(view));
    const node = make("li", "view-line", link, star, pen, bin);
    link.addEventListener("click", follow);
    return node;
  }

  function follow(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const link = event.currentTarget;
    link.closest("details").open = false;
    vigie.go(link.getAttribute("href"));
  }

  // A name is typed where the view stands, or below for a new one.
  function naming(old, typed) {
    const input = make("input", "");
    Object.assign(input, { type: "text", value: typed || "", maxLength: LONGEST, required: true, ariaLabel: t("view_name"), placeholder: t("view_name") });
    input.dataset.stay = "name";
    const save = make("button", "fb pri", t("view_save"));
    const form = make("form", "view-name", input, save);
    form.noValidate = true;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const name = input.value.trim();
      if (!name) return tell(t("view_unnamed"));
      const done = await ask(old ? { do: "rename", name: old, to: name } : { do: "save", name, address: here() });
      if (!done) return;
      held.naming = null;
      held.gone = null;
      draw();
      (panel()?.querySelector(`[data-stay="${CSS.escape("open " + name)}"]`) || panel()?.querySelector(".views a"))?.focus();
      if (!old) vigie.say(t("view_saved", { name }));
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      nameIt(null);
      panel().querySelector("a, button")?.focus();
    });
    return old ? make("li", "", form) : form;
  }

  function nameIt(which) {
    held.naming = which;
    held.trouble = null;
    panel().querySelector("input")?.remove();
    draw();
    const input = panel().querySelector("input");
    input?.focus();
    input?.select();
  }

  function tell(text) {
    held.trouble = text;
    draw();
  }

  async function remove(view) {
    const after = held.views[held.views.indexOf(view) + 1] || held.views[held.views.indexOf(view) - 1];
    if (!(await ask({ do: "remove", name: view.name }))) return;
    held.gone = view;
    draw();
    (panel()?.querySelector('[data-stay="back"]') || (after && panel()?.querySelector("a")))?.focus();
  }

  // What was deleted can be taken back as long as the menu stays open.
  function gone() {
    const view = held.gone;
    if (!view) return [];
    const back = make("button", "link", t("undo"));
    back.dataset.stay = "back";
    back.addEventListener("click", async () => {
      if (!(await ask({ do: "save", ...view }))) return;
      held.gone = null;
      draw();
    });
    const node = make("p", "view-gone", make("span", "", t("view_gone", { name: view.name })), back);
    node.setAttribute("role", "status");
    return [node];
  }

  function trouble() {
    if (!held.trouble) return [];
    const node = make("p", "field-error", vigie.icon("exclamation-circle"), make("span", "", held.trouble));
    node.setAttribute("role", "alert");
    return [node];
  }

  function foot(typed) {
    const add = make("button", "item", vigie.icon("bookmark"), t("view_add"));
    add.dataset.stay = "add";
    add.addEventListener("click", () => nameIt(""));
    const origin = make("a", "item", vigie.icon("arrow-counterclockwise"), t("view_origin"));
    origin.href = held.origin;
    origin.dataset.stay = "origin";
    origin.addEventListener("click", follow);
    const first = held.views?.find((view) => view.first);
    const hint = make("p", "sub", first ? t("view_starts", { name: first.name }) : held.views?.length ? t("view_starts_none") : t("view_none"));
    return [make("div", "views-foot", held.naming === "" ? naming("", typed) : add, origin, hint)];
  }
})(window.vigie);
