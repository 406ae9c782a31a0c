/** The ready handlers and the login script, in the order observed in the 2018 US build. */

/**
 * Reads the handlers now, and only now: one that is assigned later never runs. The caller gets the
 * function that runs them as soon as the login script is there.
 * @param {{ first: boolean }} execution a second execution leaves the login handler alone
 */
export function captureReadyHandlers({ first }) {
  const login = window.onAmazonLoginReady;
  const payments = [window.onAmazonPaymentsReady, window.AmazonPaymentReady];
  const run = (handlers) => {
    for (const handler of handlers) if (typeof handler === "function") handler();
  };
  return () => {
    // A login script that was there before has called its handler already, so the rest follows
    // inside this very execution, whatever the state of the document.
    if (window.amazon?.Login) return run(payments);
    loginScript().addEventListener("load", () => run(first ? [login, ...payments] : payments));
  };
}

function loginScript() {
  const src = `${config.base}/sdk/login1.js`;
  const present = [...document.scripts].find((script) => script.src === src);
  if (present) return present;
  const script = document.createElement("script");
  script.async = true;
  script.src = src;
  return document.head.appendChild(script);
}
