/** What a widget's frame shows: a list, what was chosen from it, the box of a consent, a notice. */
import { ACCOUNTS } from "../accounts.js";
import { hasConsented } from "../store.js";

export const PROBLEM = "There is a problem with paying on this site. Please contact the seller.";
const SESSION = "Your session is over. Please sign in again.";
const TEXTS = {
  AddressNotModifiable: "The shipping address of this order cannot be changed any more.",
  PaymentMethodNotModifiable: "The payment method of this order cannot be changed any more.",
  BuyerNotAssociated: "This session is not valid. Please begin the checkout again.",
  BuyerSessionExpired: SESSION,
  StaleOrderReference: SESSION,
};
const NOTHING_CHOSEN = {
  address: "No shipping address has been chosen yet.",
  card: "No payment method has been chosen yet.",
};

export const textOf = (code) => TEXTS[code] ?? PROBLEM;
export const refuse = (error) => ({ error, notice: textOf(error) });

export function contentOf(drawn) {
  const { kind } = drawn.kind;
  if (kind === undefined) return {};
  if (kind === "consent") return consentBox(drawn);
  return drawn.readOnly ? chosenItem(drawn) : choices(drawn);
}

/** Each drawing begins anew: what was ticked before is forgotten (reference, 6.2). */
function consentBox({ store, scenario, token, contract }) {
  if (contract.agreementType !== "BillingAgreement") return refuse("InvalidParameterValue");
  const ticked = scenario.consent === "ticked" || hasConsented(token);
  store.choose(token, contract.id, "consent", ticked);
  return { ticked, created: scenario["consent-ready"] === "twice" };
}

/** To a buyer who has not chosen, the widget in read mode says so; the page hears nothing. */
function chosenItem({ kind: { kind, list }, token, contract }) {
  const chosen = ACCOUNTS[token.accountName][list].find(({ id }) => id === contract?.[kind]);
  return chosen ? { chosen: toItem(chosen) } : { notice: NOTHING_CHOSEN[kind] };
}

function choices({ store, scenario, form, kind: { kind, list }, token, contract }) {
  const account = ACCOUNTS[token.accountName];
  const currency = form.presentmentCurrency ?? form.ledgerCurrency;
  if (kind === "card" && contract) store.setCurrency(contract.id, currency);
  return {
    items: account[list].map(toItem),
    selected: contract?.[kind] ?? preselected(scenario, account, kind),
    // Worth a word only where it is not the seller's own.
    currency: form.presentmentCurrency,
  };
}

function preselected(scenario, account, kind) {
  const none = { address: scenario.addresses, card: scenario.cards }[kind] === "none-chosen";
  if (none) return undefined;
  return { address: account.defaultAddress, card: account.defaultCard }[kind];
}

function toItem({ id, name, lines, label, detail }) {
  return name ? { id, title: name, lines } : { id, title: label, lines: [detail] };
}
