// « Et si… »: real inputs for what the client can change, before and after; and the officer's own decision.
"use strict";
(function (vigie) {
  const { t, put, make, styled, attributes } = vigie;
  const action = vigie.acting;
  const state = vigie.clients;
  const SYMBOLS = vigie.symbols;
  const NBSP = "\u00a0";

  vigie.draws.tries = (element, view) => {
    vigie.body(element, "tries", () => {});
    const figures = make("div", "wi");
    const note = make("div", "note advice");
    const back = action(make("button", "fb", t("back_to_demand")), "clients-demand");
    const save = action(make("button", "fb", vigie.icon("journal-check"), t("save")), "clients-save");
    element.replaceChildren(figures, make("div", "sls", ...view.controls.map(control)), note, make("div", "btns", back, save));
    result(view.result);
  };

  // One real input for what the client can change; arrows and dragging alike.
  function control(each) {
    const input = each.kind === "category" ? choice(each) : make("input");
    if (each.kind === "flag") Object.assign(input, { type: "checkbox", checked: Boolean(each.value) });
    if (each.kind === "number") Object.assign(input, { type: "range", min: each.low, max: each.high, step: each.step, value: each.value ?? (each.low + each.high) / 2 });
    input.id = "try-" + each.feature;
    input.dataset.feature = each.feature;
    const label = make("label", "", each.label);
    label.htmlFor = input.id;
    const output = make("output", "", each.text);
    output.htmlFor = input.id;
    const holder = make("div", "sl-in", input);
    if (each.kind === "number" && each.value !== null) {
      const share = (each.value - each.low) / (each.high - each.low || 1);
      holder.append(styled(make("span", "was"), { left: `calc(8px + ${share} * (100% - 16px))` }));
      input.setAttribute("aria-valuetext", each.text);
    }
    input.addEventListener("input", () => moved(each, input));
    return make("div", "sl " + each.kind, make("div", "h", label, output), holder);
  }

  function choice(each) {
    const select = make("select", "sel", ...each.options.map(([code, words]) => Object.assign(make("option", "", words), { value: code })));
    select.value = each.value;
    return select;
  }

  const held = (each, input) => (each.kind === "category" ? input.value : each.kind === "flag" ? Number(input.checked) : Number(input.value));

  function moved(each, input) {
    const value = held(each, input);
    if (value === each.value) delete state.changes[each.feature];
    else state.changes[each.feature] = value;
    spell(each, input);
    changed();
  }

  function spell(each, input) {
    const text = each.kind === "category" ? "" : written(each, held(each, input));
    const box = input.closest(".sl");
    put(box.querySelector("output"), each.feature in state.changes ? text : each.kind === "category" ? "" : each.text);
    box.classList.toggle("changed", each.feature in state.changes);
    if (each.kind === "number") input.setAttribute("aria-valuetext", text);
  }

  // A value of a control in the reader's words.
  function written(each, value) {
    if (each.kind === "flag") return t(value ? "yes" : "no");
    if (each.unit === "%") return vigie.percent(value, each.decimals);
    const text = vigie.number(value, each.decimals);
    const single = document.documentElement.lang === "en" ? value === 1 : Math.abs(value) < 2;
    const unit = ["years", "months", "days"].includes(each.unit) ? t("unit_" + each.unit + (single ? "_1" : "")) : each.unit;
    return unit ? text + NBSP + unit : text;
  }

  const view = () => vigie.views["clients-tries"];
  const none = () => Object.keys(state.changes).length === 0;

  function changed() {
    if (none()) return base_again();
    state.ask("try", { client: state.client, changes: { ...state.changes } });
  }

  function base_again() {
    const { views } = state.answer;
    vigie.show("clients-reasons", views["clients-reasons"]);
    result(view().result);
    repin(null);
  }

  vigie.tried = (found) => {
    if (none()) return;
    state.result = found.result;
    vigie.show("clients-reasons", { ...found.reasons, tried: true });
    result(found.result);
    repin(found.result);
  };

  // The simulation in the density, beside the client's own line.
  function repin(tried) {
    const place = document.querySelector("#clients-decision .dens-box");
    place?.replaceChildren(vigie.riskDensity(vigie.views["clients-decision"], tried));
  }

  // A try that broke leaves the demand, and no figure of its own.
  vigie.untried = () => {
    base_again();
    document.querySelector("#clients-tries .wi .to")?.replaceChildren("—");
    document.querySelector("#clients-tries .advice")?.replaceChildren(t("not_computed"));
  };

  function result(found) {
    const place = document.querySelector("#clients-tries");
    const figures = place.querySelector(".wi");
    const after = make("span", "to " + found.tone, found.after);
    after.dataset.raw = found.raw;
    const badge = none() ? make("span", "badge-x", t("as_asked")) : make("span", "badge-x " + { good: "ok", bad: "hi", flat: "" }[found.tone], found.change);
    figures.replaceChildren(make("span", "from", found.before), vigie.icon("arrow-right"), make("span", "vh", t("becomes")), after, badge);
    figures.append(vigie.verdict(found.decision, found.words));
    figures.setAttribute("aria-live", "polite");
    advise(place.querySelector(".advice"), found.advice);
    for (const button of place.querySelectorAll('[data-action="clients-demand"], [data-action="clients-save"]')) button.disabled = none();
  }

  function advise(place, advice) {
    const items = advice.items.map((item) => {
      const apply = make("button", "link", t("apply_offer"));
      apply.type = "button";
      apply.setAttribute("aria-label", `${t("apply_offer")} : ${item.text}`);
      apply.addEventListener("click", () => vigie.apply(item.changes));
      return make("li", "", make("span", "", item.text), apply);
    });
    place.replaceChildren(make("b", "", advice.lead), ...(items.length ? [make("ul", "", ...items)] : []));
  }

  vigie.apply = (changes) => {
    for (const each of view().controls.filter((one) => one.feature in changes)) {
      const input = document.getElementById("try-" + each.feature);
      const value = changes[each.feature];
      if (each.kind === "number") Object.assign(input, { min: Math.min(input.min, value), max: Math.max(input.max, value) });
      if (each.kind === "flag") input.checked = Boolean(value);
      else input.value = value;
      if (value === each.value) delete state.changes[each.feature];
      else state.changes[each.feature] = value;
      spell(each, input);
    }
    changed();
  };

  vigie.actions["clients-demand"] = () => {
    state.changes = {};
    for (const each of view().controls) {
      const input = document.getElementById("try-" + each.feature);
      if (each.kind === "flag") input.checked = Boolean(each.value);
      else input.value = each.value ?? (each.kind === "number" ? (each.low + each.high) / 2 : "");
      spell(each, input);
    }
    base_again();
    document.querySelector("#clients-tries input, #clients-tries select")?.focus();
  };

  const decide = (decision, motive, offer) => state.ask("decide", { client: state.client, decision, motive, offer });
  vigie.actions["clients-follow"] = () => decide(vigie.views["clients-decision"].decision, "", {});
  vigie.actions["clients-otherwise"] = () => deciding(t("decide_otherwise"), null, {});
  vigie.actions["clients-save"] = () => deciding(t("save_title"), state.result?.decision, { ...state.changes });

  // The officer's own decision: which, and why where it is not the one proposed.
  function deciding(title, chosen, offer) {
    const proposed = vigie.views["clients-decision"].decision;
    const choices = ["accept", "review", "refuse"].map((name) => {
      const input = Object.assign(make("input"), { type: "radio", name: "decision", value: name, checked: name === chosen });
      const words = make("span", "", vigie.icon(SYMBOLS[name]), t("decide_" + name));
      if (name === proposed) words.append(make("small", "sub", t("proposed")));
      return make("label", "radio " + name, input, words);
    });
    const group = make("fieldset", "radios", make("legend", "", t("decision")), ...choices);
    const motive = attributes(make("textarea"), { rows: 3, maxlength: 2000, id: "motive" });
    const label = attributes(make("label"), { for: "motive" });
    const record = make("button", "fb pri", vigie.icon("journal-check"), t("record"));
    record.type = "submit";
    const form = make("form", "deciding", ...summary(offer), group, make("div", "fld", label, motive), make("div", "btns", record));
    form.noValidate = true;
    const picked = () => form.querySelector("input[name=decision]:checked")?.value;
    const name = () => put(label, t(picked() === proposed ? "motive_free" : "motive_needed"));
    name();
    group.addEventListener("change", name);
    const box = vigie.dialog(title, [form]);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      form.querySelectorAll(".field-error").forEach((line) => line.remove());
      if (!picked()) return wrong(group, t("decision_missing"), group.querySelector("input"));
      if (picked() !== proposed && !motive.value.trim()) return wrong(motive.parentElement, t("motive_missing"), motive);
      decide(picked(), motive.value.trim(), offer);
      box.close();
    });
  }

  function wrong(place, text, control) {
    const line = make("div", "field-error", vigie.icon("exclamation-circle"), make("span", "", text));
    line.setAttribute("role", "alert");
    place.append(line);
    control.focus();
  }

  // What the simulation changes, in words.
  function summary(offer) {
    const changed = view().controls.filter((each) => each.feature in offer);
    if (!changed.length) return [];
    const lines = changed.map((each) => {
      const after = each.kind === "category" ? each.options.find(([code]) => code === offer[each.feature])[1] : written(each, offer[each.feature]);
      return make("li", "", t("instead_of", { label: each.label, after, before: each.text }));
    });
    return [make("div", "note", make("b", "", t("with_changes")), make("ul", "", ...lines))];
  }

  vigie.tables.tries = (v) => [[t("variable"), t("value")], ...v.controls.map((each) => [each.label, each.text || each.value])];
})(window.vigie);
