// The API's documentation: everything from this server, nothing kept, nothing sent elsewhere.
(function () {
  "use strict";
  var dark = document.documentElement.dataset.bsTheme === "dark";
  document.documentElement.classList.toggle("dark-mode", dark);
  window.SwaggerUIBundle({
    url: "/api/openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: "list",
    filter: false,
    persistAuthorization: false,
    requestInterceptor: function (request) {
      var found = /(?:^|; )_csrf_token=([0-9a-f]+)/.exec(document.cookie);
      if (found && request.method === "POST") request.headers["X-CSRFToken"] = found[1];
      return request;
    },
    supportedSubmitMethods: ["get", "post"],
    syntaxHighlight: { activated: true },
    tryItOutEnabled: true,
    validatorUrl: null,
  });
})();
