// The drop-in: <script async src="…/landerpay.js" data-environment="…" …></script>
// Asks for everything at once, then hands the tag's options to the module, which decides what they
// mean. What keeps the module from running at all is told to the page here.
import { takeReturn } from "../npm/return.js";
import { findScript } from "../src/js/load_amazon.js";

// First of all: whatever runs after this tag must not read the token.
let returned = takeReturn();
// Before the page's own scripts tidy it up.
const { search } = location;

const script = document.currentScript;
const base = new URL(".", script.src);
const page = document.documentElement;
// A polluted prototype has no option.
const given = { __proto__: null, ...script.dataset };

const ELEMENTS = {
  __proto__: null,
  button: "button",
  addressBook: "address-book",
  wallet: "wallet",
  consent: "consent",
  addressReview: "address-review",
  walletReview: "wallet-review",
  placeOrder: "place-order",
  status: "status",
  orderId: "order-id",
  order: "order",
  signOut: "sign-out",
};
// What is missing is told by the module.
const REQUIRED = /^(button|addressBook|wallet)$/;
// data-button-color="Gold" is { button: { color: "Gold" } }.
const PART = /^(button|backend|(?:address|wallet)Review|addressBook|wallet)([A-Z])(.*)$/;

// Optimizers, consent tools and frameworks mark scripts with attributes of their own.
const FOREIGN =
  /^(cf|ccm|cookie.|categor|minify|n[A-Z]|no[A-Z]|nop|now|ns|optimized|ot[A-Z]|pagespeed|rocket|turbo|wp)/;

const select = (name) => `[data-landerpay="${ELEMENTS[name]}"]`;

// The page's own choice between the two agreements: radio buttons, or a list. It outlives the way to
// Amazon and back.
const CHOICE = '[data-landerpay="agreement"]';
const KEPT = `landerpay${location.pathname}`;

const keptAgreement = (value) => {
  try {
    if (value) sessionStorage[KEPT] = value;
    return sessionStorage[KEPT];
  } catch {
    // Then the page begins with its own again.
  }
};

const chosenAgreement = (kept) => {
  for (const control of document.querySelectorAll(CHOICE)) {
    if (kept && control.matches("select")) control.value = kept;
    else if (control.value === kept) control.checked = true;
  }
  return document.querySelector(`${CHOICE}:is(:checked, select)`)?.value;
};

const readOptions = () => {
  const options = {
    __proto__: null,
    nonce: script.nonce || null,
    beforeOrder: (fields) => LanderPay.beforeOrder?.(fields),
  };
  for (const [name, value] of Object.entries(given)) {
    if (FOREIGN.test(name)) continue;
    const [, part, head, tail] = PART.exec(name) ?? [];
    if (part) options[part] = { ...options[part], [head.toLowerCase() + tail]: value };
    else if (name === "backend") options.backend = { ...options.backend, url: value };
    else options[name] = value;
  }
  const agreement = chosenAgreement(keptAgreement());
  if (agreement) options.agreement = agreement;
  for (const name in ELEMENTS) {
    const isSpared =
      /^[rt]/.test(options.page) || (name === "addressBook" && options.goods === "digital");
    const isRequired = REQUIRED.test(name) && !isSpared;
    if (!isRequired && !document.querySelector(select(name))) continue;
    if (name === "order") options.order = select(name);
    else options[name] = { container: select(name), ...options[name] };
  }
  return options;
};

const tell = (name, detail) => {
  if (name === "state") page.dataset.landerpayState = detail.state;
  // The next try begins with a fresh module.
  if (detail.code === "module_crashed") LanderPay.checkout = undefined;
  document.dispatchEvent(new CustomEvent(`landerpay:${name}`, { detail, bubbles: true }));
};

const fail = (error) => {
  tell("state", { state: "unavailable", missing: [], canPlace: false, unresolved: false });
  const status = document.querySelector(select("status"));
  if (status) {
    // The details are for developers.
    const live = given.environment === "live";
    status.textContent = live
      ? `Amazon Pay is not available right now. (${error.code})`
      : error.message;
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
  // Browsers remember a failed import by its address.
  const address = new URL(tries ? `index.js?${tries}` : "index.js", base);
  tries += 1;
  const { createCheckout } = await import(address).catch((cause) => {
    throw Object.assign(new Error("LanderPay could not be loaded: try again.", { cause }), {
      name: "LanderPayError",
      code: "module_unreachable",
      audience: "network",
    });
  });
  await parsed;
  const checkout = await createCheckout(readOptions(), returned, search);
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
  // It may have changed while the module was on its way.
  const agreement = chosenAgreement();
  if (agreement) checkout.setAgreement(agreement);
  return checkout;
};

const ask = (tag, properties) =>
  document.head.append(Object.assign(document.createElement(tag), properties));

// A second tag changes nothing: one checkout belongs to the page's attributes.
if (!window.LanderPay) {
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
    href: new URL("landerpay.wasm", base),
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches(CHOICE)) return;
    keptAgreement(target.value);
    LanderPay.checkout?.setAgreement(target.value);
  });
  LanderPay.retry();
}
