// A change that a script asks for: JSON, with the proof that it comes from a page of this session.
"use strict";
(function (vigie) {
  // The proof lies in a cookie that only our own pages can read; Dash sends it by itself.
  vigie.proof = () => /(?:^|; )_csrf_token=([0-9a-f]+)/.exec(document.cookie)?.[1] || "";

  vigie.post = (address, change, options) => fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrftoken": vigie.proof() },
    body: JSON.stringify(change),
    ...options,
  });
})(window.vigie);
