/**
 * Scenarios: the part of an address after `/with/`, for example `/with/login=auto,account=emoji`.
 * The list is closed, so that a test with a misspelt flag fails instead of passing for no reason.
 */
import { ACCOUNTS } from "./accounts.js";

/** The error values that the documentation of Login with Amazon names. */
export const LOGIN_ERRORS = [
  "access_denied",
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "unauthorized_client",
];

/** What `slow` means everywhere. */
export const SLOW_MS = 1500;

/**
 * @typedef {object} Flag
 * @property {string[]} [values] the accepted words, the first one being the default
 * @property {RegExp} [pattern] the accepted form, where a list will not do
 * @property {string} [hint] the form in words, shown to people
 * @property {string} about
 */

const LOADING = ["ok", "404", "slow", "hang"];
const code = (about) => ({ pattern: /^[A-Za-z]{1,60}$/, hint: "an error code", about });

/** @type {Record<string, Flag>} */
export const FLAGS = {
  login: {
    values: ["ask", "auto", "denied", ...LOGIN_ERRORS],
    about:
      "Signing in: ask shows the page, auto signs the account in by itself, denied is access_denied, " +
      "any other word is answered as that error.",
  },
  popup: {
    values: ["normal", "closes"],
    about: "closes: the sign-in window closes itself at once, so the shop hears nothing.",
  },
  origin: {
    values: ["allowed", "refused"],
    about:
      "refused: the shop is not on the client's list, so the sign-in is a page of status 400, and " +
      "nothing ever comes back.",
  },
  account: { values: Object.keys(ACCOUNTS), about: "The buyer who is preselected." },
  widgets: { values: LOADING, about: "How Widgets.js arrives." },
  sdk: { values: LOADING, about: "How the login script arrives that Widgets.js asks for." },
  visit: {
    values: ["returning", "first"],
    about:
      "first: without the cookie session-set=true widgets wait for the session stabilizer, and the " +
      "first ones bound submit twice (two orders are created).",
  },
  stabilizer: {
    values: ["ok", "never"],
    about:
      "never: the session stabilizer does not arrive, widgets stay blank (implies visit=first).",
  },
  profile: {
    values: ["ok", "401", "500", "slow", "html", "no-cors", "hang"],
    about: "How /user/profile answers.",
  },
  addresses: {
    values: ["default", "none-chosen"],
    about: "none-chosen: the address book selects nothing by itself.",
  },
  cards: {
    values: ["default", "none-chosen"],
    about: "none-chosen: the wallet selects nothing by itself.",
  },
  "wallet-wait": {
    pattern: /^\d{1,5}$/,
    hint: "milliseconds, default 5000",
    about: "The longest time a wallet waits for the address book.",
  },
  "address-error": code("The address book reports this error."),
  "wallet-error": code("The wallet reports this error."),
  "consent-error": code("The consent reports this error."),
  consent: {
    values: ["default", "ticked", "400"],
    about:
      "The box of a consent that is drawn: default is not ticked, ticked is. 400: in its place is a " +
      "page of status 400, and nothing is reported.",
  },
  "consent-ready": {
    values: ["once", "twice"],
    about:
      "twice: a consent tells its id to the whole page first, so its onReady also gets an object " +
      "without getConsentStatus.",
  },
  currency: {
    values: ["ok", "unsupported"],
    about:
      "unsupported: the seller may take no other currency, so a wallet with presentmentCurrency " +
      "reports CurrencyUnsupported.",
  },
  expires: {
    pattern: /^[1-9]\d{0,4}$/,
    hint: "seconds, default 3600",
    about: "Lifetime of access tokens.",
  },
};

export class ScenarioError extends Error {}

/**
 * @param {string} text the flags, comma separated; may be empty
 * @returns {Record<string, string>} every flag that has a default, plus the given ones
 */
export function parseScenario(text) {
  const given = {};
  for (const pair of text.split(",").filter(Boolean)) {
    const [name, value = ""] = pair.split(/=(.*)/s);
    if (!Object.hasOwn(FLAGS, name)) {
      throw new ScenarioError(
        `Unknown flag "${name}". The flags are: ${Object.keys(FLAGS).join(", ")}.`,
      );
    }
    if (Object.hasOwn(given, name)) throw new ScenarioError(`The flag "${name}" is given twice.`);
    const { values, pattern, hint } = FLAGS[name];
    if (!(values ? values.includes(value) : pattern.test(value))) {
      const valid = values ? `one of: ${values.join(", ")}` : hint;
      throw new ScenarioError(`The flag "${name}" cannot be "${value}". It takes ${valid}.`);
    }
    given[name] = value;
  }
  const defaults = Object.entries(FLAGS).filter(([, flag]) => flag.values);
  const scenario = Object.fromEntries(defaults.map(([name, flag]) => [name, flag.values[0]]));
  if (given.stabilizer === "never") scenario.visit = "first";
  return { "wallet-wait": "5000", expires: "3600", ...scenario, ...given };
}

/** @param {Record<string, string>} scenario */
export function loginOutcome(scenario) {
  if (scenario.login === "denied") return { error: "access_denied" };
  if (LOGIN_ERRORS.includes(scenario.login)) return { error: scenario.login };
  return { automatic: scenario.login === "auto" };
}
