// Choosing a client: what for, never chosen beforehand, and the number; on the page and in the search dialog.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const DIGITS = 18;
  let forms = 0;

  const purposes = () => (document.getElementById("search")?.dataset.purposes || "").split(" ").filter(Boolean);

  function labelled(words, control, name) {
    control.id = `${name}-${++forms}`;
    const label = make("label", "", words);
    label.htmlFor = control.id;
    return make("div", "fld", label, control);
  }

  // The form; `done` is called once it leads somewhere.
  function form({ client, trouble, held, done }) {
    const purpose = make("select", "sel");
    purpose.required = true;
    const none = make("option", "", t("purpose_none"));
    none.value = "";
    purpose.append(none, ...purposes().map((name) => Object.assign(make("option", "", t("purpose_" + name)), { value: name })));
    purpose.value = held || "";
    const number = make("input", "num-in");
    Object.assign(number, { type: "text", inputMode: "numeric", autocomplete: "off", spellcheck: false, value: client ? spaced(client) : "" });
    const open = make("button", "fb pri big", t("open"), make("kbd", "kbd", t("enter")));
    open.type = "submit";
    const what = labelled(t("purpose"), purpose, "purpose");
    const who = labelled(t("client_number"), number, "number");
    who.classList.add("grow", "with-icon");
    who.append(vigie.icon("search"));
    const box = make("form", "pickrow", what, who, open);
    box.noValidate = true;
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(purpose, number, done);
    });
    if (trouble) wrong(number, trouble);
    return box;
  }

  const spaced = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, "\u202f");

  function submit(purpose, number, done) {
    [purpose, number].forEach(right);
    const digits = number.value.replace(/[\s\u202f\u00a0]/g, "");
    if (!purpose.value) return wrong(purpose, t("purpose_needed"));
    if (!digits) return wrong(number, t("number_needed"));
    if (!/^\d+$/.test(digits) || digits.length > DIGITS) return wrong(number, t("number_wrong"));
    vigie.clients.enter(digits.replace(/^0+(?=.)/, ""), purpose.value);
    done?.();
  }

  function wrong(control, text) {
    const line = make("div", "field-error", vigie.icon("exclamation-circle"), make("span", "", text));
    line.id = control.id + "-error";
    line.setAttribute("role", "alert");
    control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", line.id);
    control.classList.add("bad-field");
    control.parentElement.append(line);
    if (control.isConnected) control.focus();
  }

  function right(control) {
    control.removeAttribute("aria-invalid");
    control.removeAttribute("aria-describedby");
    control.classList.remove("bad-field");
    control.parentElement.querySelector(".field-error")?.remove();
  }

  const hint = (...parts) => make("div", "hint", ...parts);
  const recorded = () => make("span", "", vigie.icon("journal-check"), t("consultation_recorded"));

  // The card of the empty page.
  vigie.chooser = (client, trouble, held) => {
    const keys = make("span", "", make("kbd", "kbd", t("keys")), t("search_everywhere"));
    const title = make("h2", "", t("choose"));
    return make("section", "card-x pick", title, make("p", "sub", t("choose_sub")), form({ client, trouble, held }), hint(keys, recorded()));
  };

  // The same card where nothing can be scored, with the reason.
  vigie.noScore = (reason) => {
    const box = make("section", "card-x pick none", vigie.icon("shield-check"), make("h2", "", t("no_score")), make("p", "", reason));
    box.setAttribute("role", "status");
    return box;
  };

  // The form in the search dialog, for the client chosen there.
  vigie.clientForm = (client, done) => [form({ client, done }), hint(recorded())];
})(window.vigie);
