// The reader's menu: out of the session, and the request for a page that is not theirs.
"use strict";
(function (vigie) {
  const { t } = vigie;

  // A form, so that the browser itself goes where the server leads; nothing of the reader stays behind.
  vigie.actions.signOut = () => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: "/sign-out", hidden: true });
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "_csrf_token", value: vigie.proof() }));
    document.body.append(form);
    vigie.forget();
    form.submit();
  };

  vigie.actions.askAccess = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.request);
      vigie.say(t("who_copied"));
    } catch {
      vigie.say(t("who_not_copied"));
    }
  };
})(window.vigie);
