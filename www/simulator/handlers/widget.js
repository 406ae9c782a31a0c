/** The widget frames: what a posted form is answered with, and the choices made in a frame. */
import { ACCOUNTS } from "../accounts.js";
import { widgetPage } from "../pages/widget.js";
import { sendJson, sendPage } from "./reply.js";

const PROBLEM = "There is a problem with paying on this site. Please contact the seller.";
const SESSION = "Your session is over. Please sign in again.";
const TEXTS = {
  AddressNotModifiable: "The shipping address of this order cannot be changed any more.",
  PaymentMethodNotModifiable: "The payment method of this order cannot be changed any more.",
  BuyerNotAssociated: "This session is not valid. Please begin the checkout again.",
  BuyerSessionExpired: SESSION,
  StaleOrderReference: SESSION,
};

/** What the frames differ in, by the action of the posted form. */
const KINDS = {
  spaAddressWidget: { kind: "address", title: "Shipping address", list: "addresses" },
  spaWalletWidget: { kind: "card", title: "Payment method", list: "cards" },
  // The button's frame is hidden: it creates the contract and shows nothing.
  "connect-lwa": { title: "Connecting" },
};

export function widget(exchange) {
  const form = Object.fromEntries(new URLSearchParams(exchange.body));
  const kind = KINDS[form.action];
  if (!kind || !URL.canParse(form.referringURL)) {
    return sendJson(exchange, 400, { error: "The form is not one of a widget." });
  }
  const result = open(exchange, form, kind);
  const { base } = exchange;
  const script = {
    kind: kind.kind,
    widgetId: form.widgetId,
    parentOrigin: new URL(form.referringURL).origin,
    chooseUrl: `${base}/gp/widgets/choose`,
    token: form.access_token,
    contractId: result.contract?.id ?? null,
    created: result.created ?? false,
    error: result.error && { code: result.error, text: textOf(result.error) },
  };
  const { items = [], selected, notice } = result;
  sendPage(exchange, 200, widgetPage({ base, title: kind.title, items, selected, notice, script }));
}

/** Checks the form, finds or creates its contract and says what the frame shows. */
function open({ store, scenario }, form, { kind, list }) {
  const forced = scenario[{ address: "address-error", card: "wallet-error" }[kind]];
  // ITP is a note that a browser limits tracking: the widget deals with it and goes on.
  if (forced && forced !== "ITP") return refuse(forced);
  if (form.clientErrorType) return { notice: PROBLEM };
  const token = store.token(form.access_token);
  if (!token || token.sandbox !== (form.env === "SANDBOX")) return refuse("BuyerSessionExpired");
  const found = findContract(store, form, token);
  if (found.error) return refuse(found.error);
  if (!kind) return found;
  const account = ACCOUNTS[token.accountName];
  return {
    ...found,
    error: forced,
    items: account[list].map(toItem),
    selected: found.contract?.[kind] ?? preselected(scenario, account, kind),
  };
}

function findContract(store, form, token) {
  if (form.createContract === "true") {
    const agreement = form.agreementType === "BillingAgreement";
    const contract = store.createContract(token, { agreement, currency: form.ledgerCurrency });
    return { contract, created: true };
  }
  if (!form.contractId) return { contract: store.latestContract(token) };
  const contract = store.contract(form.contractId);
  if (!contract) return { error: "InvalidOrderReferenceId" };
  if (contract.sandbox !== token.sandbox) return { error: "ReleaseEnvironmentMismatch" };
  if (contract.accountName !== token.accountName) return { error: "BuyerNotAssociated" };
  return { contract };
}

function preselected(scenario, account, kind) {
  const none = { address: scenario.addresses, card: scenario.cards }[kind] === "none-chosen";
  if (none) return undefined;
  return { address: account.defaultAddress, card: account.defaultCard }[kind];
}

function toItem({ id, name, lines, label, detail }) {
  return name ? { id, title: name, lines } : { id, title: label, lines: [detail] };
}

const textOf = (code) => TEXTS[code] ?? PROBLEM;
const refuse = (error) => ({ error, notice: textOf(error) });

/** A choice made in a frame. */
export function choose(exchange) {
  const { token: value, contractId, kind, item } = JSON.parse(exchange.body);
  const token = exchange.store.token(value);
  const done = token && exchange.store.choose(token, contractId, kind, item);
  sendJson(exchange, done ? 200 : 409, {});
}
