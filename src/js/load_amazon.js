const LIMIT_MS = 15_000;
const POLL_MS = 100;

// Widgets.js sets OffAmazonPayments at once and pulls in the login script afterwards.
const isReady = () => Boolean(window.OffAmazonPayments?.Button && window.amazon?.Login);

/** The page's tag of Widgets.js, whoever wrote it. */
export const findScript = () =>
  [...document.scripts].find(({ src }) => /\/OffAmazonPayments\/.*\/Widgets\.js/.test(src));

/**
 * Loads Widgets.js once per page, however many copies of this module run: the script tag itself
 * remembers how far it is. A tag that the page or the drop-in wrote is adopted.
 *
 * @param {string} url
 * @param {string} [nonce] the page's CSP nonce
 * @returns {Promise<"ready" | "unreachable" | "timeout" | "mismatch">} never rejects; a later call
 *   after a failure tries again
 */
export function loadAmazon(url, nonce) {
  let script = findScript();
  if (script && pathOf(script.src) !== pathOf(url)) return Promise.resolve("mismatch");
  if (isReady()) return Promise.resolve("ready");
  try {
    if (!script) {
      script = document.createElement("script");
      script.isOurs = true;
      script.async = true;
      script.src = url;
      if (nonce) script.nonce = nonce;
      document.head.append(script);
    }
  } catch {
    // Trusted Types refuse an address of whose policy they do not know.
    return Promise.resolve("unreachable");
  }
  // Not by a polluted prototype's word.
  if (!Object.hasOwn(script, "landerpay")) script.landerpay = watch(script);
  return script.landerpay;
}

// Region and environment stand in the path; a simulator's base comes before it.
const pathOf = (url) => url.replace(/^.*(?=\/OffAmazonPayments\/)|[?#].*$/g, "");

function watch(script) {
  return new Promise((resolve) => {
    let hasCome = false;
    const finish = (outcome) => {
      clearInterval(poll);
      clearTimeout(limit);
      if (outcome !== "ready") {
        delete script.landerpay;
        // What is still on its way cannot be called back, and holds up the page's loading.
        const isPending = Object.hasOwn(script, "isOurs") || document.readyState !== "complete";
        const isComing = outcome === "timeout" && !hasCome && isPending;
        // A dead tag would be adopted by the next try. One that runs must not run twice: it would
        // replace the page's jQuery.
        if (!window.OffAmazonPayments && !isComing) script.remove();
      }
      resolve(outcome);
    };
    const check = () => isReady() && finish("ready");
    // A handler set after the script has run is never called, and a page may overwrite ours.
    const poll = setInterval(check, POLL_MS);
    const limit = setTimeout(finish, LIMIT_MS, "timeout");
    script.addEventListener("error", () => finish("unreachable"));
    script.addEventListener("load", () => {
      hasCome = true;
    });

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
