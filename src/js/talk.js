// What goes back and forth between the module, the page's code, and what answers later.
import { eraseAll, say, show, showBuyer, showSignOut } from "./page.js";
import { findAttempt, keepAttempt } from "./session.js";

/**
 * What a checkout holds of the page.
 *
 * @typedef {object} Page
 * @property {(topic: number, value?: unknown, generation?: number) => unknown} hear tells the module;
 *   what is told of an older generation than the newest does not count. Never throws: what is refused
 *   is answered by an error
 * @property {object} face what the page works with
 * @property {unknown[]} others what is no data among the options
 * @property {Element[][]} parts the elements that the options name, by the order of PARTS in page.rs
 * @property {Set<{ name: string, handler: Function }>} handlers
 * @property {Function[][]} waiting the promises of `placeOrder()`: how to resolve and reject each
 * @property {number[]} timers
 * @property {AbortController} end ends the listening
 * @property {string} shop the seller and client, in one environment of one region
 * @property {boolean} [left] the newest sign-in takes the place of the page
 * @property {boolean} [restored] the browser has brought the page back as it was left
 * @property {boolean} [resumed] what was sent before the page was loaded again is asked about
 * @property {Set<number>} low the widgets of which the page knows that their containers are too low
 * @property {{ key: string, content: object, place: string }} [sent] the newest order that was sent, and
 *   the page's address then
 * @property {string} [state] of the newest sign-in that was asked for
 * @property {string} [signOut] the newest sign-out of all tabs that is known here
 */

// What is told, by the order of `Topic` in topic.rs.
export const ON = 0;
export const PLACE_ORDER = 1;
export const SET_AGREEMENT = 2;
export const SET_CURRENCY = 3;
export const SNAPSHOT = 4;
export const SIGN_OUT = 5;
export const RETRY = 6;
export const DISPOSE = 7;
export const BEGIN = 8;
export const SEEN = 9;
export const AMAZON_LOADED = 10;
export const AMAZON_THREW = 11;
export const BUTTON_PRESSED = 12;
export const POPUP_BLOCKED = 13;
export const SIGNED_IN = 14;
export const TOO_LOW = 15;
export const ORDER_CREATED = 16;
export const CHOSEN = 17;
export const WIDGET_FAILED = 18;
export const SILENT = 19;
export const SENT = 20;
export const PROFILE_ARRIVED = 21;
export const FIELDS_GIVEN = 22;
export const FIELDS_CHECKED = 23;
export const FIELDS_FAILED = 24;
export const ANSWERED = 25;
export const TIME_UP = 26;

/** The pages on which a checkout runs. */
export const running = new Set();

/**
 * @param {(checkout: number, topic: number, generation: number, value: string) => unknown} hear
 *   answers an error instead of throwing
 * @returns {Page}
 */
export const open = (hear, checkout) => ({
  __proto__: null,
  hear: (topic, value, generation = 0) => hear(checkout, topic, generation, writeSafely(value)),
  face: {},
  others: [],
  parts: [],
  handlers: new Set(),
  waiting: [],
  timers: [],
  shop: "",
  low: new Set(),
  end: new AbortController(),
});

export const readOptions = (page, options) => writeSafely(options, page.others);

/** Gives what the page works with: each call is told, and answered or refused. */
export function begin({ hear, face, handlers, waiting }) {
  const call = (...told) => {
    const answer = hear(...told);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  // Later, so that the caller's handlers are in place before the first event.
  setTimeout(hear, 0, BEGIN);
  return Object.assign(face, {
    on(event, handler) {
      const name = textOf(event);
      call(ON, name);
      const one = { name, handler };
      handlers.add(one);
      return () => {
        handlers.delete(one);
      };
    },
    // What is thrown in here rejects the promise.
    placeOrder: () =>
      new Promise((...how) => {
        waiting.push(how);
        call(PLACE_ORDER);
      }),
    setAgreement: (agreement) => call(SET_AGREEMENT, textOf(agreement)),
    setPresentmentCurrency: (code) => call(SET_CURRENCY, textOf(code)),
    snapshot: () => call(SNAPSHOT),
    signOut: () => call(SIGN_OUT),
    retry: () => call(RETRY),
    // There is nothing to refuse.
    dispose: () => void hear(DISPOSE),
  });
}

/** Tells an event to its handlers, one by one: each may add and remove handlers, or end it all. */
export function tell(page, event, detail) {
  const { handlers } = page;
  if (event === "profile") showBuyer(page, detail.name);
  // Those that are added meanwhile hear the next event.
  for (const one of [...handlers]) {
    if (!handlers.has(one)) continue;
    const { name, handler } = one;
    try {
      if (name === "*") handler(event, detail);
      else if (name === event) handler(detail);
    } catch (error) {
      // The page's own mistake, and not ours to stumble over.
      if (error !== crashed) report(error);
    }
  }
}

/** Hands an exception of the page's own code to the page's own error reporting. */
export function report(error) {
  try {
    reportError(error);
  } catch {
    // Where `reportError` is unknown there is nobody to tell.
  }
}

/** Answers the promises of `placeOrder()`: 0 resolves, 1 rejects. */
export function settle({ waiting }, how, value) {
  for (const promise of waiting.splice(0)) promise[how](value);
}

export function startTimer({ hear, timers }, timer, milliseconds) {
  clearTimeout(timers[timer]);
  timers[timer] = setTimeout(hear, milliseconds, TIME_UP, timer);
}

export const stopTimer = ({ timers }, timer) => clearTimeout(timers[timer]);

/**
 * Nothing is told any more. What was drawn goes, and with it all that is the page's: Amazon's script
 * keeps its callbacks for ever, and they keep this.
 */
export function close(page) {
  const { end, handlers, others, parts, timers } = page;
  running.delete(page);
  end.abort();
  handlers.clear();
  timers.forEach(clearTimeout);
  eraseAll(page);
  parts.fill([]);
  others.length = 0;
}

/**
 * The module has trapped. What it was at is half done, so it does not run again, and every checkout of it
 * ends: once nothing of it is on the stack any more, because that would go on.
 *
 * @returns {Error} what they answer from now on
 */
export function crash(cause) {
  crashed = makeError(CRASHED, "module_crashed", "developer");
  crashed.cause = cause;
  queueMicrotask(() => {
    report(crashed);
    running.forEach(bury);
  });
  return crashed;
}

let crashed;
const CRASHED =
  "Amazon Pay has stopped. Load this page again: an order on its way is found, and not placed twice.";

function bury(page) {
  const { state } = page.face;
  // What is placed stays so.
  if (state !== "placed") {
    const unresolved = /^(placing|confirming)$/.test(state) || findAttempt(page) !== undefined;
    show(page, "unavailable", true, false);
    showSignOut(page, false);
    say(page, crashed.code, CRASHED, crashed.code, "");
    tell(page, "state", { state: "unavailable", missing: [], canPlace: false, unresolved });
  }
  settle(page, 1, crashed);
  tell(page, "error", crashed);
  close(page);
}

export const tellLoaded = ({ hear }, loaded) =>
  loaded.then((outcome) => hear(AMAZON_LOADED, outcome));

/** Whether what the page has given in this place is a function. */
export const isFunction = ({ others }, place) => typeof others[place] === "function";

/** Calls the page's order function. */
export const askForFields = ({ hear, others }, place, generation) =>
  ask(hear, generation, FIELDS_GIVEN, () => others[place]());

/** Shows the page all fields of an order, and has it change them; false holds the order back. */
export const askAboutFields = ({ hear, others }, place, fields, generation) =>
  ask(hear, generation, FIELDS_CHECKED, async () => {
    const changes = (await others[place]({ ...fields })) ?? {};
    // Anything else is a mistake of the page's, and not to be read as none.
    return isPlain(changes) ? { ...fields, ...changes } : changes;
  });

async function ask(hear, generation, topic, question) {
  let answer;
  try {
    answer = await question();
  } catch (error) {
    report(error);
    topic = FIELDS_FAILED;
  }
  hear(topic, answer, generation);
}

/**
 * Leaves the page; false if the browser refuses the address, or a user's name in it hides its host.
 *
 * @param {boolean} again for the same address too
 */
export function navigate(url, again) {
  try {
    const { href, username, password } = new URL(url, location);
    if (username || password) return false;
    if (again || href !== location.href) location.assign(href);
    return true;
  } catch {
    return false;
  }
}

/** Posts an order as JSON or as a form. */
export async function post(page, url, key, asForm, fields, limit, generation) {
  const content = keepAttempt(page, key, fields);
  const body = asForm ? String(new URLSearchParams(content)) : JSON.stringify(content);
  const type = asForm ? "x-www-form-urlencoded" : "json";
  const headers = { "Content-Type": `application/${type}`, "Idempotency-Key": key };
  page.hear(ANSWERED, await send(url, { method: "POST", headers, body }, limit), generation);
}

/** Asks for the buyer's profile. The token travels in a header: an address would be logged. */
export async function askForProfile({ hear }, url, token, limit, generation) {
  const headers = { Authorization: `bearer ${token}` };
  hear(PROFILE_ARRIVED, await send(url, { headers }, limit), generation);
}

/** Gives the status and the JSON of an answer, or the name of the error if none comes. */
async function send(url, options, limit) {
  try {
    // Where the browser has no limits of its own, its network stack ends the wait.
    const signal = AbortSignal.timeout?.(limit);
    // A page may have replaced `fetch` by one that answers with anything.
    // A path is one of this host, whatever `<base>` says: the token goes there.
    const response = await fetch(new URL(url, location).href, {
      __proto__: null,
      ...options,
      signal,
    });
    return { status: response.status ?? 0, body: parse(await response.text()) };
  } catch (error) {
    return error?.name;
  }
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A value's text, as JavaScript prints it; empty if it refuses. */
export function textOf(value) {
  try {
    return String(value);
  } catch {
    return "";
  }
}

/** 128 bits of the browser's own randomness. The beginning tells npm/return.js whose it is. */
export const freshNonce = () => `lp-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`;

/** What the buyer reads instead of the English, by its keys. */
export const words = new Map();

/** A sentence in the buyer's language. It ends by itself, whatever ended the subject. */
export const phrase = (key, english, subject = "") =>
  textOf(words.get(key) ?? english).replace("{}", () => subject.replace(/\.$/, ""));

/** A real `Error` with all that a page may want to know of it. */
export const makeError = (sentence, code, audience, subject) =>
  Object.assign(new Error(phrase(code, sentence, subject)), {
    name: "LanderPayError",
    code,
    audience,
    ...(subject && { subject }),
  });

// Deeper than any option or reply of ours, shallower than the stack.
const DEPTH = 16;

/** The same for what the page gives: a getter or a proxy may throw, and then it is nothing. */
function writeSafely(value, others) {
  try {
    return write(value, others);
  } catch {
    return write();
  }
}

/**
 * Plain data as the text that convert.rs reads: one token after the other, each a sign for its kind
 * and ended by NUL. One text is cheaper than a call for each value.
 *
 * Only own properties are read: a polluted `Object.prototype` must not set an option.
 *
 * @param {unknown[]} [others] takes what is no data, in order
 */
export function write(value, others = [], path = []) {
  const kind = typeof value;
  if (value === undefined || value === null) return "0\0";
  if (kind === "boolean") return value ? "+\0" : "-\0";
  // JSON has no others.
  if (Number.isFinite(value)) return `#${value}\0`;
  if (kind === "string") return `'${value.replaceAll("\0", "")}\0`;
  // What holds itself would never end.
  if (path.length < DEPTH && !path.includes(value)) {
    const inner = (item) => write(item, others, [...path, value]);
    // Not `map`, which leaves out what was never set.
    // Prototype.js and MooTools have an `Array.from` of their own, which maps nothing.
    if (Array.isArray(value)) return `[\0${[...value].map(inner).join("")}]\0`;
    const pairs = isPlain(value) && entriesOf(value);
    if (pairs) return writePairs(pairs, inner);
  }
  return `o${others.push(value) - 1}\0`;
}

/** The same for an object's names and values. */
export const writePairs = (pairs, inner = write) =>
  `{\0${pairs.map(([name, value]) => write(name) + inner(value)).join("")}]\0`;

// Neither a function nor a special object of the browser's. One without a prototype has no text.
function isPlain(value) {
  try {
    return String(value) === "[object Object]";
  } catch {
    return typeof value === "object";
  }
}

export function entriesOf(object) {
  try {
    return Object.entries(object);
  } catch {
    return undefined;
  }
}

/** Plain data of which Rust has written such a text. */
export function read(text) {
  const tokens = text.split("\0").values();
  const next = () => {
    const token = tokens.next().value;
    const rest = token.slice(1);
    switch (token[0]) {
      case "+":
        return true;
      case "-":
        return false;
      case "#":
        return Number(rest);
      case "'":
        return rest;
      case "[":
        return [...all()];
      case "{":
        // Not by assignment: a name may be `__proto__`.
        return Object.fromEntries(pairs());
      case "]":
        return tokens;
      default:
        return null;
    }
  };
  function* pairs() {
    for (const name of all()) yield [name, next()];
  }
  // The tokens themselves stand for the end of a list.
  function* all() {
    for (let item = next(); item !== tokens; item = next()) yield item;
  }
  return next();
}
