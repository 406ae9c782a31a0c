/** Contracts: which one a posted form means, and what a test or a CRM is told of one. */
import { sendJson } from "./reply.js";

/**
 * Currencies that a wallet may present, by ledger. Only Europe and the UK have a choice
 * (reference, 7.2); the list is the one that Amazon's partners publish.
 */
const CHOICE = "AUD CHF DKK EUR GBP HKD JPY NOK NZD SEK USD ZAR".split(" ");
const PRESENTABLE = { EUR: CHOICE, GBP: CHOICE, USD: ["USD"], JPY: ["JPY"] };

/** @returns {string | undefined} the code of what is wrong with the currency that a form asks for */
export function currencyError(scenario, { presentmentCurrency: wanted, ledgerCurrency: own }) {
  if (wanted === undefined || wanted === own) return undefined;
  if (!/^[A-Z]{3}$/.test(wanted)) return "InvalidParameterValue";
  const accepted = scenario.currency === "ok" && PRESENTABLE[own].includes(wanted);
  return accepted ? undefined : "CurrencyUnsupported";
}

/** Finds or creates the contract of a form. Only what can be chosen in may do without an id. */
export function findContract(store, form, token, readOnly) {
  if (form.createContract === "true") {
    const agreement = form.agreementType === "BillingAgreement";
    const agreementType = agreement ? "BillingAgreement" : "OrderReference";
    const currency = form.ledgerCurrency;
    return { contract: store.createContract(token, { agreementType, currency }), created: true };
  }
  if (!form.contractId) return { contract: readOnly ? undefined : store.latestContract(token) };
  const contract = store.contract(form.contractId);
  if (!contract) return { error: unknownId(form.contractId) };
  if (contract.sandbox !== token.sandbox) return { error: "ReleaseEnvironmentMismatch" };
  if (contract.accountName !== token.accountName) return { error: "BuyerNotAssociated" };
  return { contract };
}

/** No code of a widget's own is known for billing agreements (reference, 5.9). */
function unknownId(id) {
  return /^[BC]\d\d-/.test(id) ? "InvalidParameterValue" : "InvalidOrderReferenceId";
}

/** What is set on a contract, as tests and a stand-in for the merchant's CRM are told. */
export function toPublic({ id, agreementType, sandbox, accountName, currency, ...chosen }) {
  const { address, card: payment, consent } = chosen;
  return { id, agreementType, sandbox, account: accountName, currency, address, payment, consent };
}

export function contract(exchange, id) {
  const found = exchange.store.contract(id);
  if (!found) return sendJson(exchange, 404, { error: "There is no such contract." });
  sendJson(exchange, 200, toPublic(found));
}

export function contracts(exchange) {
  sendJson(exchange, 200, exchange.store.contracts().map(toPublic));
}
