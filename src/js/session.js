// What the browser keeps of a session and of a funnel. Storage that is blocked keeps nothing, and nobody
// stumbles.
import { closeWindow, restOfAddress, route } from "./amazon.js";
import { freshNonce, write } from "./talk.js";

const SESSION = "landerpay";
const FUNNEL = "landerpay-funnel";
const SIGN_OUT = "landerpay-sign-out";
const PLACED = "landerpay-placed";
const COOKIE = "amazon_Login_accessToken";
// Where Amazon's script keeps its own.
const STATE = "amazon_Login_state_cache";

const clock = Date.now();
const ticks = performance.now();

/**
 * Milliseconds since 1970. The clock may be set back, and the ticks may stand still while the
 * machine sleeps: the later of the two is not fooled by either.
 */
export const now = () => Math.max(Date.now(), clock + performance.now() - ticks);

/** What names the newest sign-out of all tabs; empty if there was none. No time: clocks change. */
function lastSignOut() {
  try {
    return localStorage.getItem(SIGN_OUT) ?? "";
  } catch {
    return "";
  }
}

/** The newest orders of all tabs. */
function lastPlaced() {
  try {
    return (localStorage.getItem(PLACED) ?? "").split(" ");
  } catch {
    return [];
  }
}

/** True, once, if the buyer has signed out in another tab. */
export function sawSignOut(page) {
  const known = page.signOut;
  page.signOut = lastSignOut();
  return page.signOut !== known;
}

/** What this tab has kept by a name. */
function stored(name) {
  try {
    // Neither a storage nor what it has kept may speak with a polluted prototype's voice.
    return { __proto__: null, ...JSON.parse(sessionStorage.getItem(name)) };
  } catch {
    return undefined;
  }
}

/** Keeps something for this tab, or nothing more. @returns {boolean} false if nothing can be kept */
function store(name, value) {
  try {
    if (value) sessionStorage.setItem(name, JSON.stringify({ __proto__: null, ...value }));
    else sessionStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * What `save` has kept for this tab; undefined if there is nothing, or the buyer signed out since.
 * Whoever is on the way to a new sign-in has not signed out of that, but of the order before.
 */
function find() {
  const kept = stored(SESSION);
  if (kept?.signOut === lastSignOut()) return kept;
  return kept?.nonce && { __proto__: null, ...kept, order: undefined };
}

export const load = () => write(find());

/** What Amazon added to the address, read once: a token that is encoded twice is none. */
export const readReturn = (returned) => write(Object.fromEntries(new URLSearchParams(returned)));

/** When that ends, in milliseconds since 1970. */
export const endOf = () => find()?.ends;

/** Keeps a session for the next page in this tab, with the order that it goes on with. */
export const keepSession = (token, site, inCookie, ends, order, recurring, complete) =>
  save({ token, site, inCookie, ends, order, recurring, complete });

/**
 * Expects a sign-in that answers to this nonce. The nonce and the address are npm/return.js's too.
 *
 * @returns {boolean} false if the browser keeps nothing
 */
export function expectSignIn(nonce, site, inCookie, order, recurring, complete, withAddress) {
  const address = withAddress ? restOfAddress() : "";
  return save({ nonce, site, inCookie, order, recurring, complete, address });
}

/** Keeps nothing more. */
export const forget = () => save();

const save = (session) => store(SESSION, session && { ...session, signOut: lastSignOut() });

/**
 * Keeps a whole choice for the next page, beside the session; without an id, forgets it.
 *
 * @returns {boolean} false if the browser keeps nothing
 */
export function keepChoice(order, recurring) {
  const kept = find();
  return Boolean(kept) && save({ ...kept, order, recurring, complete: Boolean(order) });
}

const SOURCES = ["affId", "c1", "c2", "c3", "c4", "c5"];
const CARRIED = ["sessionId", "orderId", ...SOURCES];

/** A page of a shop; some have a query or a route for each. */
const here = () => location.pathname + location.search + route();

/** True if this very page was come back to, or loaded again. */
function isReturn() {
  const [visit] = performance.getEntriesByType?.("navigation") ?? [];
  const [address] = location.href.split("#");
  return /^(reload|back)/.test(visit?.type) && visit.name.split("#")[0] === address;
}

// A second checkout of the same page is another purchase.
let isFirst = true;

// An order is one seller's, and of the buyer who has not signed out since.
const ownerOf = ({ shop }) => `${shop} ${lastSignOut()}`;

function findFunnel(page) {
  const kept = stored(FUNNEL);
  const owner = ownerOf(page);
  if (kept?.owner === owner) return kept;
  const { placed, pages, ids, orderId, used, sent, ...carried } = kept ?? {};
  return { __proto__: null, ...carried, owner };
}

/**
 * What the pages of a funnel hand on in this tab, with what this page's address brings anew. What the
 * names mean stands in src/domain/funnel.rs.
 *
 * @param {string} search the query with which the page was opened
 * @param {string} minutes how long upsells are taken
 * @returns {string} as `write` does it
 */
export function readFunnel(page, search, minutes) {
  const kept = findFunnel(page);
  const query = new URLSearchParams(search);
  // Whoever sent the buyer last has sent the buyer.
  if (SOURCES.some((name) => query.has(name))) {
    for (const name of SOURCES) delete kept[name];
  }
  for (const name of CARRIED) {
    const value = query.get(name);
    // The CRM's partial order becomes one order.
    if (value && (name !== "orderId" || value !== kept.used)) kept[name] = value;
  }
  const isBack = isReturn();
  const again = isFirst && isBack && kept.pages?.[here()];
  // Whoever opens a page anew wants to buy anew.
  if (isFirst && !again) delete kept.pages?.[here()];
  if (isFirst && !isBack && kept.sent?.[here()]?.left) delete kept.sent[here()];
  isFirst = false;
  store(FUNNEL, kept);
  const { placed } = kept;
  const isOver = now() - placed?.at >= minutes * 60_000;
  return write({ ...kept, again, placed: placed && { ...placed, isOver } });
}

/**
 * Keeps a placed order for the funnel's next pages.
 *
 * @param {string} [orderId] the CRM's
 * @param {string} [product] what was added to an order that stood already
 * @returns {boolean} false if the browser keeps nothing
 */
export function keepPlaced(page, amazonOrderId, orderId, product) {
  const { placed, pages, orderId: partial, ...kept } = findFunnel(page);
  const isAddition = product !== undefined;
  const receipt = { amazonOrderId, orderId };
  const order = isAddition && placed ? { ...placed } : { ...receipt, at: now(), products: [] };
  if (isAddition && order.orderId === orderId) {
    order.products = [...listOf(order.products), product];
  }
  keepChoice();
  try {
    localStorage.setItem(PLACED, [amazonOrderId, ...lastPlaced()].slice(0, 9).join(" "));
  } catch {
    // Then only this tab knows.
  }
  return store(FUNNEL, {
    ...kept,
    used: partial ?? kept.used,
    ids: [...listOf(kept.ids), amazonOrderId],
    placed: order,
    pages: { ...(isAddition && pages), [here()]: receipt },
  });
}

// Another script of the page may have been at what is kept.
const listOf = (kept) => (Array.isArray(kept) ? kept : []);

/** What this page has sent, as long as its fate is unknown. */
export function findAttempt(page) {
  const attempt = findFunnel(page).sent?.[here()];
  return attempt?.content && attempt;
}

/**
 * Keeps an order that this page sends until its fate is known: the page may be loaded again before. The
 * token is not kept, it is the session's.
 *
 * @returns {object} what is to be sent: under the same key the same as before
 */
export function keepAttempt(page, key, { amazonAddressConsent, ...fields }) {
  const kept = page.sent ?? findAttempt(page);
  page.sent = kept?.key === key ? kept : { key, content: fields, place: here() };
  keepSent(page, page.sent);
  // A page's `toJSON` must not write the order.
  return { __proto__: null, ...page.sent.content, amazonAddressConsent };
}

/** Its fate is known. */
export const forgetAttempt = (page) => keepSent(page);

/** The page is left for a further step: whoever opens it anew wants to buy anew, who comes back does not. */
export const leaveAttempt = (page) => keepSent(page, { ...page.sent, left: true });

function keepSent(page, attempt) {
  const { sent, ...kept } = findFunnel(page);
  // The page may have another address by now.
  const place = page.sent?.place ?? here();
  // Who has signed out meanwhile leaves nothing.
  store(FUNNEL, { ...kept, sent: { ...sent, [place]: find() ? attempt : undefined } });
}

/** Whether this order of Amazon's was placed on a later page, before this one was shown again. */
export function isPlaced(page, id) {
  // Firefox gives a page that comes back the `sessionStorage` of the moment when it was left.
  const others = page.restored ? lastPlaced() : [];
  return [...listOf(findFunnel(page).ids), ...others].includes(id);
}

/**
 * Forgets a session: everywhere, or only what is left of this one. Another tab may have begun the
 * next.
 */
export function endSession(page, token, everywhere, domain) {
  const kept = find();
  if (everywhere || !kept || kept.token === token) forget();
  forgetAtAmazon(token, everywhere, domain);
  if (everywhere) {
    closeWindow();
    announceSignOut();
  }
  // What is another buyer's now is left out.
  store(FUNNEL, findFunnel(page));
  sawSignOut(page);
}

/** Tells the other tabs that the buyer has signed out. */
function announceSignOut() {
  try {
    localStorage.setItem(SIGN_OUT, freshNonce());
    localStorage.removeItem(PLACED);
  } catch {
    // Then each tab ends for itself.
  }
}

/** Has Amazon's script forget the buyer: everywhere, or only where it is this token that it knows. */
function forgetAtAmazon(token, everywhere, domain) {
  const isOver = (name) => {
    const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`)) ?? "";
    const written = [token, encodeURIComponent(token)];
    return everywhere || (token && written.some((text) => cookie.includes(text)));
  };
  if (isOver(STATE)) {
    try {
      amazon.Login.logout();
    } catch {
      // It is not there yet, or never comes.
    }
    writeCookie("", 0, domain, STATE);
  }
  if (isOver(COOKIE)) writeCookie("", 0, domain);
}

/**
 * Writes the token where Amazon's widgets look for it after a redirect.
 *
 * @param {string} token empty: takes the cookie away
 * @param {string} [domain] the cookie's, for shops on several hosts
 */
export function writeCookie(token, seconds, domain, name = COOKIE) {
  const place = `path=/;secure;samesite=lax;max-age=${seconds}`;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers too late, if at all.
  document.cookie = `${name}=${token};${place}${domain ? `;domain=${domain}` : ""}`;
}
