/**
 * Scenarios: what is set with `amazon.set`, and the part of an address after `/with/`, for example
 * `/with/login=auto,account=emoji`. The list is closed, so that a test with a misspelt flag fails
 * instead of passing for no reason. What each value is for stands in catalogue.js.
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
 * @property {string} group of catalogue.js
 * @property {string} title
 * @property {string} usual the default, in words
 * @property {string[]} [values] the accepted words, the first one being the default
 * @property {RegExp} [pattern] the accepted form, where a list will not do
 * @property {string} [hint] the form in words, shown to people
 * @property {string} [fallback] the default of a flag with a form, if it has one
 * @property {string} about one line
 * @property {string} amazon what the real Amazon does
 */

const LOADING = ["ok", "404", "slow", "hang"];
const errorOf = (group, widget) => ({
  group,
  title: `An error of the ${widget}`,
  usual: "None",
  pattern: /^[A-Za-z]{1,60}$/,
  hint: "one of Amazon's error codes",
  about: `The ${widget} reports this error.`,
});

/** @type {Record<string, Flag>} */
export const FLAGS = {
  widgets: {
    group: "loading",
    title: "Widgets.js",
    usual: "Arrives",
    values: LOADING,
    about: "How Widgets.js arrives.",
    amazon: "Serves it from its own hosts, which ad blockers, policies and networks may stop.",
  },
  sdk: {
    group: "loading",
    title: "The login script",
    usual: "Arrives",
    values: LOADING,
    about: "How the login script arrives that Widgets.js asks for.",
    amazon:
      "Widgets.js adds it by itself, from another host, and calls the ready handlers only when it has come. " +
      "If it does not, nothing is called.",
  },
  stabilizer: {
    group: "loading",
    title: "The session script",
    usual: "Arrives",
    values: ["ok", "never"],
    about:
      "never: the session stabilizer does not arrive, widgets stay blank (implies visit=first).",
    amazon:
      "Without the cookie session-set=true, widgets submit nothing before this script has come. " +
      "Blocked, they stay blank, without an error or a callback.",
  },
  login: {
    group: "sign-in",
    title: "Signing in",
    usual: "Amazon asks who it is",
    values: ["ask", "auto", "denied", ...LOGIN_ERRORS],
    about:
      "ask shows the page, auto signs the account in by itself, denied is access_denied, any other " +
      "word is answered as that error.",
    amazon:
      "Asks for e-mail address and password, or goes on at once with a buyer who is signed in. Errors " +
      "come in the answer's `error`; by redirect in the query.",
  },
  popup: {
    group: "sign-in",
    title: "The sign-in window",
    usual: "Stays until it is answered",
    values: ["normal", "closes"],
    about: "closes: the sign-in window closes itself at once, so the shop hears nothing.",
    amazon: "Says nothing when the buyer closes its window: no callback and no event, ever.",
  },
  origin: {
    group: "sign-in",
    title: "The client's list of origins",
    usual: "Has this shop",
    values: ["allowed", "refused"],
    about:
      "refused: the shop is not on the client's list, so the sign-in is a page of status 400, and " +
      "nothing ever comes back.",
    amazon:
      "Shows a page of status 400 where the origin is not among the Allowed JavaScript Origins, or the " +
      "address not among the Allowed Return URLs.",
  },
  account: {
    group: "buyer",
    title: "Who is preselected",
    usual: ACCOUNTS.maria.name,
    values: Object.keys(ACCOUNTS),
    about: "The buyer who is preselected.",
    amazon: "Has buyers with names of every kind, some of them without an e-mail address.",
  },
  profile: {
    group: "buyer",
    title: "The profile",
    usual: "Answers",
    values: ["ok", "401", "500", "slow", "html", "no-cors", "hang"],
    about: "How /user/profile answers a page. A server that asks is told what there is.",
    amazon:
      "Answers a token that it does not accept with an error of JSON; gateways may say anything.",
  },
  addresses: {
    group: "address",
    title: "The address book",
    usual: "The default address is chosen",
    values: ["default", "none-chosen"],
    about: "none-chosen: the address book selects nothing by itself.",
    amazon: "Selects the buyer's default address without a click, if there is one.",
  },
  "address-error": {
    ...errorOf("address", "address book"),
    amazon: "Reports an error by onError, as getErrorCode() and getErrorMessage().",
  },
  cards: {
    group: "wallet",
    title: "The wallet",
    usual: "The default card is chosen",
    values: ["default", "none-chosen"],
    about: "none-chosen: the wallet selects nothing by itself.",
    amazon: "Selects the buyer's default card without a click, if there is one.",
  },
  "wallet-wait": {
    group: "wallet",
    title: "The wallet's patience",
    usual: "5 seconds",
    pattern: /^\d{1,5}$/,
    hint: "milliseconds, default 5000",
    fallback: "5000",
    about: "The longest time a wallet waits for the address book.",
    amazon:
      "A wallet waits up to 5 seconds for the first address book to draw itself or to select.",
  },
  "wallet-error": {
    ...errorOf("wallet", "wallet"),
    amazon: "Reports an error by onError, as getErrorCode() and getErrorMessage().",
  },
  currency: {
    group: "wallet",
    title: "Other currencies",
    usual: "May be presented",
    values: ["ok", "unsupported"],
    about:
      "unsupported: the seller may take no other currency, so a wallet with presentmentCurrency " +
      "reports CurrencyUnsupported.",
    amazon: "Reports CurrencyUnsupported for a presentment currency that the account may not take.",
  },
  consent: {
    group: "consent",
    title: "The consent's box",
    usual: "Is not ticked",
    values: ["default", "ticked", "400"],
    about:
      "The box of a consent that is drawn: default is not ticked, ticked is. 400: in its place is a " +
      "page of status 400, and nothing is reported.",
    amazon: "Was seen to answer with status 400 in the frame when it is set up badly.",
  },
  "consent-ready": {
    group: "consent",
    title: "The consent's onReady",
    usual: "Comes once",
    values: ["once", "twice"],
    about:
      "twice: a consent tells its id to the whole page first, so its onReady also gets an object " +
      "without getConsentStatus.",
    amazon:
      "Calls onReady up to twice: with ids when a contract is created, and with the widget when it is drawn.",
  },
  "consent-error": {
    ...errorOf("consent", "consent"),
    amazon: "No code of its own is known for billing agreements: expect any.",
  },
  visit: {
    group: "order",
    title: "The visit",
    usual: "A returning buyer",
    values: ["returning", "first"],
    about:
      "first: without the cookie session-set=true widgets wait for the session stabilizer, and the " +
      "first ones bound submit twice (two orders are created).",
    amazon:
      "On a first visit, a widget that is bound early submits twice, both times asking for a new order. " +
      "With Amazon it depends on timing.",
  },
  expires: {
    group: "session",
    title: "The session",
    usual: "Lasts an hour",
    pattern: /^[1-9]\d{0,4}$/,
    hint: "seconds, default 3600",
    fallback: "3600",
    about: "Lifetime of access tokens.",
    amazon:
      "A token lives 60 minutes, the login script keeps it for 55. The end shows only at the next redraw.",
  },
};

export class ScenarioError extends Error {
  name = "ScenarioError";
}

/** Refuses what is no flag, or no value of it, with the valid ones. */
function check(name, value) {
  if (!Object.hasOwn(FLAGS, name)) {
    throw new ScenarioError(
      `Unknown flag "${name}". The flags are: ${Object.keys(FLAGS).join(", ")}.`,
    );
  }
  const { values, pattern, hint } = FLAGS[name];
  if (values ? values.includes(value) : pattern.test(value)) return;
  const valid = values ? `one of: ${values.join(", ")}` : hint;
  throw new ScenarioError(`The flag "${name}" cannot be "${value}". It takes ${valid}.`);
}

/**
 * @param {string} text the flags, comma separated; may be empty
 * @returns {Record<string, string>} the given ones
 */
export function parseFlags(text) {
  const given = {};
  for (const pair of text.split(",").filter(Boolean)) {
    const [name, value = ""] = pair.split(/=(.*)/s);
    check(name, value);
    if (Object.hasOwn(given, name)) throw new ScenarioError(`The flag "${name}" is given twice.`);
    given[name] = value;
  }
  return given;
}

/** The same for an object. What is null or undefined counts as not given. */
export function readFlags(flags) {
  const given = Object.entries(flags)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)]);
  for (const [name, value] of given) check(name, value);
  return Object.fromEntries(given);
}

/** Every flag that has a default, plus the given ones. @param {Record<string, string>} given */
export function complete(given) {
  const defaults = Object.entries(FLAGS)
    .map(([name, { values, fallback }]) => [name, values?.[0] ?? fallback])
    .filter(([, value]) => value !== undefined);
  const visit = given.stabilizer === "never" ? { visit: "first" } : {};
  return { ...Object.fromEntries(defaults), ...visit, ...given };
}

/** @param {Record<string, string>} scenario */
export function loginOutcome(scenario) {
  if (scenario.login === "denied") return { error: "access_denied" };
  if (LOGIN_ERRORS.includes(scenario.login)) return { error: scenario.login };
  return { automatic: scenario.login === "auto" };
}
