// Shows the API's description with Swagger UI, from our own files only.

const place = document.querySelector("[data-docs]");

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.schema,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  // A key that was typed in here is forgotten with the page.
  persistAuthorization: false,
  // Swagger's own validator would send the description to somebody else's server.
  validatorUrl: null,
});
