/** What Amazon remembers: tokens and contracts, in memory, for one running simulator. */
import { randomBytes, randomInt } from "node:crypto";
import { EventEmitter } from "node:events";
import { ACCOUNTS } from "./accounts.js";

/**
 * @typedef {object} Token
 * @property {string} value
 * @property {string} accountName
 * @property {string} clientId
 * @property {string[]} scopes
 * @property {boolean} sandbox
 * @property {number} issuedAt ms
 * @property {number} expiresAt ms
 *
 * @typedef {object} Contract
 * @property {string} id
 * @property {"OrderReference" | "BillingAgreement"} agreementType
 * @property {boolean} sandbox
 * @property {string} accountName
 * @property {string} currency what the total has to be in; the wallet decides
 * @property {string | null} address
 * @property {string | null} card
 * @property {boolean | null} consent to future payments; null for an order reference
 */

/** Two digits of an id by ledger currency: 01 is the US, 02 Europe, 03 Japan. */
const REGION_DIGITS = { USD: "01", EUR: "02", GBP: "02", JPY: "03" };

/** With this scope the buyer has consented while signing in (reference, 3.2). */
const CONSENT_SCOPE = "payments:autopay_consent";

const LETTERS = {
  OrderReference: { live: "P", sandbox: "S" },
  BillingAgreement: { live: "B", sandbox: "C" },
};

const sevenDigits = () => String(randomInt(10_000_000)).padStart(7, "0");

export class Store {
  /** @type {Map<string, Token>} */
  #tokens = new Map();
  /** @type {Map<string, Contract>} */
  #contracts = new Map();
  /** The newest contract of a token: a wallet that names none pays for this one. */
  #latest = new Map();
  /** What has happened, oldest first, for tests. */
  #events = [];
  #news = new EventEmitter().setMaxListeners(0);

  /** @returns {Token} */
  issueToken({ accountName, clientId, scopes, sandbox, seconds }) {
    // At least 350 characters after the prefix (documentation of the access token); the bar is
    // what makes percent-encoding matter.
    const value = `Atza|${randomBytes(300).toString("base64url")}`;
    const issuedAt = Date.now();
    const expiresAt = issuedAt + seconds * 1000;
    const token = { value, accountName, clientId, scopes, sandbox, issuedAt, expiresAt };
    this.#tokens.set(value, token);
    return token;
  }

  /** @param {import("./index.d.ts").SimulatorEvent["type"]} type */
  note(type, details) {
    const event = { type, ...details };
    this.#events.push(event);
    this.#news.emit(type, event);
  }

  events(type) {
    return this.#events
      .filter((event) => !type || event.type === type)
      .map((event) => ({ ...event }));
  }

  /** The first event of this type, be it one that has happened already. */
  waitFor(type, ms) {
    const [past] = this.events(type);
    if (past) return Promise.resolve(past);
    return new Promise((resolve, reject) => {
      const hear = (event) => {
        clearTimeout(timer);
        resolve({ ...event });
      };
      const timer = setTimeout(() => {
        this.#news.off(type, hear);
        const happened = this.#events.map((event) => event.type).join(", ") || "nothing";
        reject(new Error(`No "${type}" within ${ms} ms. What happened: ${happened}.`));
      }, ms);
      this.#news.once(type, hear);
    });
  }

  forget() {
    this.#tokens.clear();
    this.#contracts.clear();
    this.#latest.clear();
    this.#events = [];
  }

  /** @returns {Token | undefined} a token that is known and not over */
  token(value) {
    const token = this.#tokens.get(value);
    return token && token.expiresAt > Date.now() ? token : undefined;
  }

  /** @returns {Contract} */
  createContract(token, { agreementType, currency }) {
    const { accountName, sandbox } = token;
    const prefix = LETTERS[agreementType][sandbox ? "sandbox" : "live"] + REGION_DIGITS[currency];
    let id;
    do id = `${prefix}-${sevenDigits()}-${sevenDigits()}`;
    while (this.#contracts.has(id));
    const consent = agreementType === "BillingAgreement" ? hasConsented(token) : null;
    const chosen = { address: null, card: null, consent };
    const contract = { id, agreementType, sandbox, accountName, currency, ...chosen };
    this.#contracts.set(id, contract);
    this.#latest.set(token.value, id);
    this.note("contract", { id, agreementType, account: accountName });
    return contract;
  }

  contracts() {
    return [...this.#contracts.values()];
  }

  contract(id) {
    return this.#contracts.get(id);
  }

  latestContract(token) {
    return this.#contracts.get(this.#latest.get(token.value));
  }

  setCurrency(contractId, currency) {
    this.#contracts.get(contractId).currency = currency;
  }

  /**
   * Remembers a choice. A new address voids the chosen card (guide: the payment method has to be
   * selected again after the address has changed).
   * @param {"address" | "card" | "consent"} kind
   * @param {string | boolean} choice the id of an address or card; whether the buyer consents
   * @returns {boolean} whether such a thing can be chosen
   */
  choose(token, contractId, kind, choice) {
    if (!isOffered(ACCOUNTS[token.accountName], kind, choice)) return false;
    if (contractId === null) return true;
    const contract = this.#contracts.get(contractId);
    if (!contract || contract.accountName !== token.accountName) return false;
    if (kind === "address") contract.card = null;
    contract[kind] = choice;
    this.note("choice", { id: contractId, kind: kind === "card" ? "payment" : kind, choice });
    return true;
  }
}

export const hasConsented = (token) => token.scopes.includes(CONSENT_SCOPE);

function isOffered(account, kind, choice) {
  if (kind === "consent") return typeof choice === "boolean";
  const list = { address: account.addresses, card: account.cards }[kind];
  return list?.some((item) => item.id === choice) ?? false;
}
