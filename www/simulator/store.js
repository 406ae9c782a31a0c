/** What Amazon remembers: tokens and contracts, in memory, for one running simulator. */
import { randomBytes, randomInt } from "node:crypto";
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
 * @typedef {object} Contract an order reference or a billing agreement
 * @property {string} id
 * @property {boolean} sandbox
 * @property {string} accountName
 * @property {string | null} address
 * @property {string | null} card
 */

/** Two digits of an id by ledger currency: 01 is the US, 02 Europe, 03 Japan. */
const REGION_DIGITS = { USD: "01", EUR: "02", GBP: "02", JPY: "03" };

const sevenDigits = () => String(randomInt(10_000_000)).padStart(7, "0");

export class Store {
  /** @type {Map<string, Token>} */
  #tokens = new Map();
  /** @type {Map<string, Contract>} */
  #contracts = new Map();
  /** The newest contract of a token: a wallet that names none pays for this one. */
  #latest = new Map();

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

  /** @returns {Token | undefined} a token that is known and not over */
  token(value) {
    const token = this.#tokens.get(value);
    return token && token.expiresAt > Date.now() ? token : undefined;
  }

  /** @returns {Contract} */
  createContract(token, { agreement, currency }) {
    const letters = agreement ? { live: "B", sandbox: "C" } : { live: "P", sandbox: "S" };
    const prefix = letters[token.sandbox ? "sandbox" : "live"] + REGION_DIGITS[currency];
    let id;
    do id = `${prefix}-${sevenDigits()}-${sevenDigits()}`;
    while (this.#contracts.has(id));
    const { accountName, sandbox } = token;
    const contract = { id, sandbox, accountName, address: null, card: null };
    this.#contracts.set(id, contract);
    this.#latest.set(token.value, id);
    return contract;
  }

  contract(id) {
    return this.#contracts.get(id);
  }

  latestContract(token) {
    return this.#contracts.get(this.#latest.get(token.value));
  }

  /**
   * Remembers a choice. A new address voids the chosen card (guide: the payment method has to be
   * selected again after the address has changed).
   * @returns {boolean} whether such a thing can be chosen
   */
  choose(token, contractId, kind, itemId) {
    const account = ACCOUNTS[token.accountName];
    const list = { address: account.addresses, card: account.cards }[kind];
    if (!list?.some((item) => item.id === itemId)) return false;
    if (contractId === null) return true;
    const contract = this.#contracts.get(contractId);
    if (!contract || contract.accountName !== token.accountName) return false;
    if (kind === "address") contract.card = null;
    contract[kind] = itemId;
    return true;
  }
}
