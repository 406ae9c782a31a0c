/**
 * The scenarios, for people: what each one is called, what the buyer sees and what LanderPay does.
 * There is one for every value of every flag that is not the default. The pages, the panel and the
 * tables of the documentation are written from this list, and a test opens every one of them.
 *
 * @typedef {object} Scenario
 * @property {string} flag
 * @property {string} value
 * @property {string} title
 * @property {string} sees what the buyer sees
 * @property {string} does what LanderPay does
 * @property {{ state: string, code?: string, subject?: string }} ends where the checkout stands then
 * @property {Record<string, string>} [besides] flags that show it better
 * @property {"checkout" | "recurring" | "presentment"} [page] the page that shows it; default `checkout`
 * @property {boolean} [press] whether the buyer presses Amazon's button; default true
 * @property {number} [seconds] how long one waits for it
 */
import { ACCOUNTS } from "./accounts.js";
import { FLAGS, LOGIN_ERRORS } from "./scenario.js";

export const GROUPS = {
  loading: "Loading",
  "sign-in": "Signing in",
  buyer: "The buyer",
  address: "Address book",
  wallet: "Wallet",
  consent: "Consent",
  order: "Order reference",
  session: "Session",
};

const AUTO = { login: "auto" };
const NO_WIDGETS = { press: false, besides: {} };
const UNREACHABLE = { state: "unavailable", code: "amazon_unreachable" };
const LATE = { state: "unavailable", code: "amazon_timeout" };
const READY = { state: "ready" };
const CHOOSING = { state: "choosing" };

/** @returns {Scenario} */
const one = (flag, value, title, rest) => ({
  flag,
  value,
  title,
  besides: AUTO,
  page: "checkout",
  press: true,
  ...rest,
});

const late = (flag, title) =>
  one(flag, "hang", title, {
    ...NO_WIDGETS,
    sees: "Amazon Pay did not start in time, and may try again.",
    does: "Waits 15 seconds, then takes Amazon Pay off the page.",
    ends: LATE,
    seconds: 15,
  });

const LOADING = [
  one("widgets", "404", "Widgets.js is missing", {
    ...NO_WIDGETS,
    sees: "Amazon Pay could not be loaded. The rest of the page works.",
    does: "Takes Amazon Pay off the page; `retry()` asks for the script once more.",
    ends: UNREACHABLE,
  }),
  one("widgets", "slow", "Widgets.js is slow", {
    ...NO_WIDGETS,
    sees: "The button, 1.5 seconds late.",
    does: "Waits.",
    ends: { state: "signed-out" },
  }),
  late("widgets", "Widgets.js never arrives"),
  one("sdk", "404", "The login script is missing", {
    ...NO_WIDGETS,
    sees: "Amazon Pay did not start in time, and may try again.",
    does: "Nothing tells it, so it waits 15 seconds. `retry()` runs Widgets.js no second time.",
    ends: LATE,
    seconds: 15,
  }),
  one("sdk", "slow", "The login script is slow", {
    ...NO_WIDGETS,
    sees: "The button, 1.5 seconds late.",
    does: "Waits.",
    ends: { state: "signed-out" },
  }),
  late("sdk", "The login script never arrives"),
  one("stabilizer", "never", "The session script is blocked", {
    sees: "Blank widgets, and after 20 seconds that a part of Amazon Pay did not appear.",
    does: "Looks after 20 seconds whether there is anything to see.",
    ends: { ...CHOOSING, code: "widget_timeout", subject: "addressBook" },
    seconds: 20,
  }),
];

const refused = (error) =>
  one("login", error, `Amazon answers ${error}`, {
    sees: "The sign-in failed; the button works.",
    does: "Tells the page, and waits for the next press.",
    ends: { state: "signed-out", code: "sign_in_failed", subject: error },
    besides: {},
  });

const DECLINED = {
  sees: "The sign-in was declined; the button works.",
  does: "Tells the page, and waits for the next press.",
  ends: { state: "signed-out", code: "sign_in_denied" },
  besides: {},
};

const SIGN_IN = [
  one("login", "auto", "Signs in by itself", {
    sees: "The widgets, after one press and without a question.",
    does: "Goes on as after any sign-in.",
    ends: READY,
    besides: {},
  }),
  one("login", "denied", "The buyer declines", DECLINED),
  ...LOGIN_ERRORS.map((error) =>
    error === "access_denied"
      ? one("login", error, "Amazon answers access_denied", DECLINED)
      : refused(error),
  ),
  one("popup", "closes", "The window closes without an answer", {
    sees: "That there may be a window, and to press again if there is none.",
    does: "Waits; the next press begins anew.",
    ends: { state: "signing-in" },
    besides: {},
  }),
  one("origin", "refused", "The shop is not on the client's list", {
    sees: "A page of status 400 in Amazon's window.",
    does: "Hears nothing, so it waits; the next press opens the window again.",
    ends: { state: "signing-in" },
    besides: {},
  }),
];

const unknownBuyer = (value, title) =>
  one("profile", value, title, {
    sees: "Nothing of it: the purchase goes on.",
    does: "Asks twice, and sends the order without it. The backend asks Amazon itself.",
    ends: { ...READY, code: "profile_failed" },
  });

const BUYER = [
  ...FLAGS.account.values.slice(1).map((name) =>
    one("account", name, ACCOUNTS[name].about, {
      sees: "The purchase as usual.",
      does: "Sends what the profile has, as it is.",
      ends: READY,
      ...(name === "no-default" && {
        sees: "Lists in which nothing is chosen yet.",
        does: "Waits for the choices.",
        ends: CHOOSING,
      }),
    }),
  ),
  unknownBuyer("401", "The profile is refused"),
  unknownBuyer("500", "The profile fails"),
  one("profile", "slow", "The profile is slow", {
    sees: "Nothing of it.",
    does: "Lets the buyer choose meanwhile.",
    ends: READY,
  }),
  unknownBuyer("html", "The profile is a page of HTML"),
  unknownBuyer("no-cors", "The profile may not be read (CORS)"),
  one("profile", "hang", "The profile never answers", {
    sees: "Nothing of it: the purchase goes on.",
    does: "Gives up after two tries of 10 seconds.",
    ends: { ...READY, code: "profile_failed" },
    seconds: 25,
  }),
];

/** What LanderPay does with an error that a widget reports, by Amazon's code. */
const REPORTS = {
  InvalidAccountStatus: ["unavailable", "The seller's account is suspended"],
  InvalidSellerId: ["unavailable", "The seller id is wrong"],
  BuyerSessionExpired: ["expired", "Amazon says the session is over"],
  BuyerNotAssociated: ["expired", "The order is another buyer's"],
  UnknownError: ["choosing", "Amazon's service fails"],
  InvalidParameterValue: ["choosing", "An option is wrong"],
  ITP: ["ready", "The browser limits tracking"],
};
const DONE = {
  unavailable: {
    sees: "Amazon Pay leaves the page; the rest of it works.",
    does: "Tells the page. No order is made.",
  },
  expired: { sees: "That the session has ended: sign in again.", does: "Asks for a new sign-in." },
  choosing: {
    sees: "Amazon's own text in the widget. The rest works.",
    does: "Tells the page; `retry()` draws the widget anew.",
  },
  ready: { sees: "Nothing of it.", does: "Nothing: the widget deals with it." },
};

const reports = (flag, code, names) =>
  names.map((subject) => {
    const [state, title] = REPORTS[subject];
    const isTold = state !== "ready";
    const ends = { state, ...(isTold && { code, subject }) };
    return one(flag, subject, title, { ...DONE[state], ends });
  });

const ADDRESS = [
  one("addresses", "none-chosen", "No address is chosen", {
    sees: "A list in which nothing is chosen yet, and no card before it.",
    does: "Waits for the choice.",
    ends: CHOOSING,
  }),
  ...reports("address-error", "address_book_error", Object.keys(REPORTS)),
];

const WALLET = [
  one("cards", "none-chosen", "No card is chosen", {
    sees: "A list in which nothing is chosen yet.",
    does: "Waits for the choice.",
    ends: CHOOSING,
  }),
  one("wallet-wait", "20000", "The wallet waits long for the address", {
    sees: "The cards appear once an address is chosen, or after 20 seconds.",
    does: "Waits for the choices.",
    ends: CHOOSING,
    besides: { ...AUTO, addresses: "none-chosen" },
    seconds: 20,
  }),
  ...reports("wallet-error", "wallet_error", Object.keys(REPORTS)),
  one("currency", "unsupported", "No other currency is taken", {
    sees: "The prices in the region's own currency.",
    does: "Draws the wallet once more without `presentmentCurrency`.",
    ends: { ...READY, code: "currency_refused" },
    page: "presentment",
  }),
];

const CONSENT = [
  one("consent", "ticked", "The box is ticked already", {
    sees: "A ticked box.",
    does: "Counts it as given.",
    ends: READY,
    page: "recurring",
  }),
  one("consent", "400", "The consent is a page of status 400", {
    sees: "A notice in place of the box.",
    does: "Hears nothing, so the consent stays missing.",
    ends: CHOOSING,
    page: "recurring",
  }),
  one("consent-ready", "twice", "The consent reports itself twice", {
    sees: "Nothing of it.",
    does: "Counts what the widget itself says.",
    ends: CHOOSING,
    page: "recurring",
  }),
  ...reports("consent-error", "consent_error", ["UnknownError"]).map((scenario) => ({
    ...scenario,
    page: "recurring",
  })),
];

const ORDER = [
  one("visit", "first", "A first visit makes two order references", {
    sees: "Nothing of it.",
    does: "Goes on with the newest one.",
    ends: READY,
  }),
];

const SESSION = [
  one("expires", "60", "The session ends after a minute", {
    sees: "After a minute, that the session has ended: sign in again.",
    does: "Keeps what was chosen; the next sign-in goes on with the same order.",
    ends: { state: "expired" },
    seconds: 75,
  }),
];

/** @type {Scenario[]} */
export const SCENARIOS = [
  ...LOADING,
  ...SIGN_IN,
  ...BUYER,
  ...ADDRESS,
  ...WALLET,
  ...CONSENT,
  ...ORDER,
  ...SESSION,
];

/** @returns {Scenario | undefined} */
export const scenarioOf = (flag, value) =>
  SCENARIOS.find((scenario) => scenario.flag === flag && scenario.value === value);

/** The scenario's flags with those that show it better, as they stand in an address. */
export const flagsOf = ({ flag, value, besides }) =>
  Object.entries({ ...besides, [flag]: value })
    .map((pair) => pair.join("="))
    .join(",");

/** What is set, in a few words. @param {Record<string, string>} given */
export function describe(given) {
  const names = Object.entries(given)
    .filter(([flag, value]) => value !== FLAGS[flag].values?.[0])
    .map(([flag, value]) => scenarioOf(flag, value)?.title ?? `${FLAGS[flag].title}: ${value}`);
  return names.join(", ") || "Everything as usual";
}
