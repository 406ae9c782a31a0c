// What the drop-in's tag and the page around it say, as options.
import { report } from "../src/js/talk.js";

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
  buyer: "buyer",
};
// What is missing is told by the module.
const REQUIRED = /^(button|addressBook|wallet)$/;
// data-button-color="Gold" is { button: { color: "Gold" } }.
const PART = /^(button|backend|words|(?:address|wallet)Review|addressBook|wallet)([A-Z])(.*)$/;

// Optimizers, consent tools and frameworks mark scripts with attributes of their own.
const FOREIGN =
  /^(cf|ccm|cookie.|categor|minify|n[A-Z]|no[A-Z]|nop|now|ns|optimized|ot[A-Z]|pagespeed|rocket|turbo|wp)/;

// The page's own choice between the two agreements: radio buttons, or a list. It outlives the way to
// Amazon and back.
const CHOICE = '[data-landerpay="agreement"]';

const select = (name) => `[data-landerpay="${ELEMENTS[name]}"]`;

/**
 * The options of a checkout.
 *
 * @param {DOMStringMap} given the tag's attributes
 * @param {string} nonce the tag's own
 */
export function readTag(given, nonce) {
  const options = {
    __proto__: null,
    nonce: nonce || null,
    beforeOrder: (fields) => LanderPay.beforeOrder?.(fields),
  };
  for (const [name, value] of Object.entries(given)) {
    if (FOREIGN.test(name)) continue;
    const [, part, head, tail] = PART.exec(name) ?? [];
    if (part === "words") options.words = { ...options.words, [keyOf(head + tail)]: value };
    else if (part) options[part] = { ...options[part], [head.toLowerCase() + tail]: value };
    else if (name === "backend") options.backend = { ...options.backend, url: value };
    else options[name] = value;
  }
  const agreement = chosenAgreement(keptAgreement());
  if (agreement) options.agreement = agreement;
  for (const name in ELEMENTS) {
    const isSpared =
      /^[rst]/.test(options.page) || (name === "addressBook" && options.goods === "digital");
    const isRequired = REQUIRED.test(name) && !isSpared;
    if (!isRequired && !document.querySelector(select(name))) continue;
    if (name === "order") options.order = select(name);
    else options[name] = { container: select(name), ...options[name] };
  }
  return options;
}

// data-words-sign-in is { words: { sign_in: … } }.
const keyOf = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).slice(1);

/** Has the checkout follow the page's choice. */
export function followChoice(checkout) {
  // It may have changed while the module was on its way.
  choose(checkout, chosenAgreement());
  // Once, whichever checkout is the page's then.
  document.addEventListener("change", follow);
}

function follow({ target }) {
  if (!target.matches?.(CHOICE)) return;
  keptAgreement(target.value);
  choose(LanderPay.checkout, target.value);
}

function choose(checkout, agreement) {
  try {
    if (agreement) checkout?.setAgreement(agreement);
  } catch (error) {
    // The page offers what it has no place for, and sells the other one.
    report(error);
  }
}

function keptAgreement(value) {
  const key = `landerpay${location.pathname}`;
  try {
    if (value) sessionStorage[key] = value;
    return sessionStorage[key];
  } catch {
    // Then the page begins with its own again.
  }
}

function chosenAgreement(kept) {
  for (const control of document.querySelectorAll(CHOICE)) {
    if (kept && control.matches("select")) control.value = kept;
    else if (control.value === kept) control.checked = true;
  }
  return document.querySelector(`${CHOICE}:is(:checked, select)`)?.value;
}
