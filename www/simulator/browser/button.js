/** `OffAmazonPayments.Button`: an image that calls the merchant's `authorization` on a click. */
import { BUTTON_SIZES } from "./button-sizes.js";
import {
  billingAgreement,
  fillForm,
  orderReference,
  requestToken,
  widgetError,
} from "./contract.js";
import { register } from "./registry.js";

const TYPES = { LwA: "LwA", Login: "Login", PwA: "PwA", AmazonPay: "PwA", Pay: "Pay", A: "A" };
const COLORS = { Gold: "gold", LightGray: "lightgray", DarkGray: "darkgray" };
const SIZES = { small: "small", medium: "medium", large: "large", "x-large": "x-large" };

/** Unknown styles fall back without a word; `null` has no toUpperCase and throws. */
function pick(table, value, fallback) {
  if (value === undefined) return fallback;
  const wanted = value.toUpperCase();
  const key = Object.keys(table).find((name) => name.toUpperCase() === wanted);
  return key === undefined ? fallback : table[key];
}

/** Works with and without `new`, and returns nothing. */
export function Button(containerId, sellerId, options) {
  const { authorization, onSignIn, onError, agreementType } = options;
  const given = { authorization, sellerId };
  const missing = Object.keys(given).find((name) => !given[name]);
  if (missing) {
    const text = `Value ${given[missing]} assigned to a parameter ${missing} is not valid `;
    onError?.(widgetError("InvalidParameterValue", text));
    return;
  }
  const type = pick(TYPES, options.type, "LwA");
  const color = pick(COLORS, options.color, "gold");
  const size = pick(SIZES, options.size, "medium");
  const image = document.createElement("img");
  image.alt = "AmazonPay";
  image.src = `${config.base}/default/us/live/lwa/${color}/${size}/${type}.png`;
  image.style.cssText = `cursor:pointer;max-height:${BUTTON_SIZES[type][size][1]}px`;
  document.getElementById(containerId).appendChild(image);

  let waiting = false;
  const id = `OffAmazonPaymentsWidgets${register({
    kind: "Button",
    onContractCreated(contractId) {
      if (!waiting) return;
      waiting = false;
      const order = agreementType === "BillingAgreement" ? billingAgreement : orderReference;
      onSignIn({ ...order(contractId), getAmazonContractId: () => contractId });
    },
  })}`;

  image.addEventListener("click", () => {
    const login = window.amazon.Login;
    if (config.sandbox) login.setSandboxMode(true);
    login.setDomain(config.origin);
    login.setLanguage("en-US");
    authorization();
    if (typeof onSignIn !== "function") return;
    requestToken("payments:widget", ({ value, failed }) => {
      // A refusal is silence: neither onSignIn nor onError.
      if (failed) return;
      waiting = true;
      connect(id, { sellerId, agreementType, token: value });
    });
  });
}

/** Creates the contract in a hidden frame, without showing a widget. */
function connect(id, { sellerId, agreementType, token }) {
  const frame = document.createElement("iframe");
  frame.name = `${id}IFrame`;
  frame.hidden = true;
  const form = document.createElement("form");
  Object.assign(form, { method: "post", target: frame.name, hidden: true });
  form.action = `${config.base}/gp/widgets/widgets`;
  fillForm(form, {
    action: "connect-lwa",
    referringURL: top.location.href,
    cartOwnerId: sellerId,
    agreementType,
    widgetId: id,
    env: config.sandbox ? "SANDBOX" : "LIVE",
    ledgerCurrency: config.currency,
    createContract: true,
    access_token: token,
  });
  document.body.append(frame, form);
  form.submit();
}
