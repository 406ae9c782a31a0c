const LIMIT_MS = 15_000;
const POLL_MS = 100;

// Widgets.js sets OffAmazonPayments at once and pulls in the login script afterwards.
const isReady = () => Boolean(window.OffAmazonPayments?.Button && window.amazon?.Login);

/**
 * Loads Widgets.js once per page, however many copies of this module run: the script tag itself
 * remembers how far it is. A tag that the page wrote is adopted.
 *
 * @param {string} url
 * @param {string} [nonce] the page's CSP nonce
 * @returns {Promise<"ready" | "unreachable" | "timeout">} never rejects; a later call after a
 *   failure starts clean
 */
export function loadAmazon(url, nonce) {
  if (isReady()) return Promise.resolve("ready");
  const tags = [...document.scripts];
  let script = tags.find(({ src }) => /\/OffAmazonPayments\/.*\/Widgets\.js/.test(src));
  if (!script) {
    // Where an earlier run has left its mark without a login script, another would do nothing.
    if (!window.amazon?.Login) delete window.OffAmazonPayments;
    script = document.createElement("script");
    script.async = true;
    script.src = url;
    if (nonce) script.nonce = nonce;
    document.head.append(script);
  }
  script.landerpay ??= watch(script);
  return script.landerpay;
}

function watch(script) {
  return new Promise((resolve) => {
    const finish = (outcome) => {
      clearInterval(poll);
      clearTimeout(limit);
      // A dead tag would be adopted by the next try.
      if (outcome !== "ready") script.remove();
      resolve(outcome);
    };
    const check = () => isReady() && finish("ready");
    // A handler set after the script has run is never called, and a page may overwrite ours.
    const poll = setInterval(check, POLL_MS);
    const limit = setTimeout(finish, LIMIT_MS, "timeout");
    script.addEventListener("error", () => finish("unreachable"));

    const theirs = window.onAmazonPaymentsReady;
    window.onAmazonPaymentsReady = function () {
      try {
        theirs?.call(this);
      } finally {
        check();
      }
    };
  });
}
