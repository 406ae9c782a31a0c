/** What callbacks learn about a created contract, and what `onError` gets. */

export const orderReference = (id) => ({ getAmazonOrderReferenceId: () => id });
export const billingAgreement = (id) => ({ getAmazonBillingAgreementId: () => id });

export function widgetError(code, message) {
  return { getErrorCode: () => code, getErrorMessage: () => message };
}

/** Asks for a token without any window; an error code takes the token's place, as observed. */
export function requestToken(scope, callback) {
  const login = window.amazon?.Login;
  if (!login?.getClientId()) return callback({ value: "" });
  if (config.sandbox) login.setSandboxMode(true);
  return login.authorize({ scope, interactive: "never" }, (answer) =>
    callback({ value: answer.error ?? answer.access_token, failed: Boolean(answer.error) }),
  );
}

/**
 * Fills a hidden form; options that are absent travel as the text "undefined", as observed. Nothing is
 * escaped, as observed too: a value with a quote in it ends its field, and what follows is markup.
 */
export function fillForm(form, fields) {
  form.innerHTML = Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
    .join("");
}
