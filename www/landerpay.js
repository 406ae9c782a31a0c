// The drop-in: <script async src="…/landerpay.js" data-environment="…" …></script>
// Asks for everything at once, then hands the tag to the module (npm/tag.js). What keeps the module from
// running at all is told to the page here.
import { takeReturn } from "../npm/return.js";
import { findScript } from "../src/js/load_amazon.js";

// First of all: whatever runs after this tag must not read the token.
let returned = takeReturn();
// Before the page's own scripts tidy it up.
const { search } = location;

// A module has no current script, and neither has what an optimizer runs by `eval`; jQuery runs what it puts
// into a page in a script of its own.
const running = document.currentScript;
const script = running?.dataset.clientId
  ? running
  : (document.querySelector("script[data-client-id]") ?? running);
const base = new URL(".", script.src);
const page = document.documentElement;
// A polluted prototype has no option.
const given = { __proto__: null, ...script.dataset };

const tell = (name, detail) => {
  if (name === "state") page.dataset.landerpayState = detail.state;
  // The next try begins with a fresh module.
  if (detail.code === "module_crashed") LanderPay.checkout = undefined;
  document.dispatchEvent(new CustomEvent(`landerpay:${name}`, { detail, bubbles: true }));
};

// The other languages are the module's, which has not arrived. Written by the build from npm/words/.
const [language] = (given.language ?? page.lang).toLowerCase().split(/[-_]/);
const unavailable =
  given.wordsUnavailable ??
  { __proto__: null, ...UNAVAILABLE }[language] ??
  "Amazon Pay is not available right now.";

const fail = (error) => {
  tell("state", { state: "unavailable", missing: [], canPlace: false, unresolved: false });
  const status = document.querySelector('[data-landerpay="status"]');
  if (status) {
    // The details are for developers.
    const live = given.environment === "live";
    status.textContent = live ? `${unavailable} (${error.code})` : error.message;
    status.dataset.code = error.code;
  }
  tell("error", error);
  throw error;
};

const parsed = new Promise((resolve) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", resolve);
  else resolve();
});

let tries = 0;
let isBeginning = false;

const begin = async () => {
  // Browsers remember a failed import by its address. The hashes of a page are for one address each.
  const address = new URL(tries && !script.integrity ? `index.js?${tries}` : "index.js", base);
  const module = await import(address).catch((cause) => {
    tries += 1;
    throw Object.assign(new Error("LanderPay could not be loaded: try again.", { cause }), {
      name: "LanderPayError",
      code: "module_unreachable",
      audience: "network",
    });
  });
  await parsed;
  const options = module.readTag(given, script.nonce);
  const checkout = await module.createCheckout(options, returned, search);
  returned = "";
  const { dispose } = checkout;
  checkout.dispose = () => {
    dispose();
    if (LanderPay.checkout !== checkout) return;
    page.dataset.landerpayState = checkout.state;
    LanderPay.checkout = undefined;
  };
  checkout.on("*", tell);
  LanderPay.checkout = checkout;
  module.followChoice(checkout);
  return checkout;
};

const ask = (tag, properties) =>
  document.head.append(Object.assign(document.createElement(tag), properties));

// A second tag changes nothing: one checkout belongs to the page's attributes. An element may have that id.
if (!window.LanderPay?.retry) {
  window.LanderPay = {
    __proto__: null,
    retry() {
      try {
        LanderPay.checkout?.retry();
      } catch {
        // Its module has crashed, and says so just now.
        LanderPay.checkout = undefined;
      }
      if (LanderPay.checkout || isBeginning) return LanderPay.ready;
      isBeginning = true;
      page.dataset.landerpayState = "loading";
      LanderPay.ready = begin()
        .catch(fail)
        .finally(() => {
          isBeginning = false;
        });
      // Whoever wants to know listens to the promise or to the event.
      LanderPay.ready.catch(() => {});
      return LanderPay.ready;
    },
  };
  const { environment, region, simulator } = given;
  // By environment and region; written by the build from the table in Rust.
  const widgets = WIDGETS[environment]?.[region];
  // The page may have the script already, and it must not run twice.
  if (widgets && !findScript() && given.page !== "thank-you") {
    // The module finds this tag and goes on from there. A dead one must not be found.
    const src =
      environment === "sandbox" && simulator
        ? simulator.replace(/\/$/, "") + new URL(widgets).pathname
        : widgets;
    const { nonce } = script;
    try {
      ask("script", {
        src,
        async: true,
        nonce,
        isOurs: true,
        onerror: (event) => event.target.remove(),
      });
    } catch {
      // Trusted Types refuse the address; the module says so.
    }
  }
  ask("link", {
    rel: "preload",
    as: "fetch",
    crossOrigin: "",
    href: given.wasm ?? new URL("landerpay.wasm", base),
  });
  LanderPay.retry();
}
