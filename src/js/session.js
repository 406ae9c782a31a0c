// What the browser keeps of a session. Storage that is blocked keeps nothing, and nobody stumbles.
const SESSION = "landerpay";
const FUNNEL = "landerpay-funnel";
const SIGN_OUT = "landerpay-sign-out";
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
export function lastSignOut() {
  try {
    return localStorage[SIGN_OUT] ?? "";
  } catch {
    return "";
  }
}

/**
 * What `save` has kept for this tab; undefined if there is nothing, or the buyer signed out since.
 * Whoever is on the way to a new sign-in has not signed out of that, but of the order before.
 */
export function load() {
  try {
    const kept = JSON.parse(sessionStorage[SESSION]);
    if (kept.signOut === lastSignOut()) return kept;
    return kept.nonce && { ...kept, order: undefined };
  } catch {
    return undefined;
  }
}

/**
 * Keeps a session for the next page in this tab; without one, forgets it.
 *
 * @returns {boolean} false if the browser keeps nothing
 */
export function save(session) {
  try {
    delete sessionStorage[SESSION];
    if (session) {
      sessionStorage[SESSION] = JSON.stringify({ ...session, signOut: lastSignOut() });
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Keeps a whole choice for the next page, beside the session; without an id, forgets it.
 *
 * @returns {boolean} false if the browser keeps nothing
 */
export function keepChoice(order, recurring) {
  const kept = load();
  return Boolean(kept) && save({ ...kept, order, recurring, complete: Boolean(order) });
}

const SOURCES = ["affId", "c1", "c2", "c3", "c4", "c5"];
const CARRIED = ["sessionId", "orderId", ...SOURCES];

// Whoever comes back to a page, or loads it again, does not want to buy again.
let isAgain = /^(reload|back)/.test(performance.getEntriesByType("navigation")[0]?.type);

const readFunnel = () => {
  try {
    return JSON.parse(sessionStorage[FUNNEL]);
  } catch {
    return {};
  }
};

const writeFunnel = (funnel) => {
  try {
    sessionStorage[FUNNEL] = JSON.stringify(funnel);
  } catch {
    // Then each page knows of itself only.
  }
};

/**
 * What the pages of a funnel hand on in this tab, with what this page's address brings anew. What the
 * names mean stands in src/domain/funnel.rs.
 *
 * @param {string} search the query with which the page was opened
 * @param {string} minutes how long upsells are taken
 */
export function funnel(search, minutes) {
  const kept = readFunnel();
  const query = new URLSearchParams(search);
  // Whoever sent the buyer last has sent the buyer.
  if (SOURCES.some((name) => query.has(name))) {
    for (const name of SOURCES) delete kept[name];
  }
  for (const name of CARRIED) {
    if (query.get(name)) kept[name] = query.get(name);
  }
  writeFunnel(kept);
  const { placed, pages } = kept;
  const again = isAgain && pages?.[location.pathname];
  // A second checkout of the same page is another purchase.
  isAgain = false;
  const isOver = now() - placed?.at >= minutes * 60_000;
  return { ...kept, pages: undefined, placed: placed && { ...placed, isOver }, again };
}

/**
 * Keeps a placed order for the funnel's next pages; without one, forgets the last.
 *
 * @param {{ orderId?: string, amazonOrderId: string }} [receipt]
 * @param {string} [product] what was added to an order that stands already
 */
export function book(receipt, product) {
  const { placed, pages, orderId, ...carried } = readFunnel();
  const begun = product === undefined ? undefined : placed;
  if (receipt) {
    const order = begun ?? { ...receipt, at: now(), products: [] };
    if (product !== undefined) order.products.push(product);
    carried.placed = order;
    carried.pages = { ...(begun && pages), [location.pathname]: receipt };
  }
  writeFunnel(carried);
  keepChoice();
}

/** Tells the other tabs that the buyer has signed out. */
export function announceSignOut(name) {
  try {
    localStorage[SIGN_OUT] = name;
  } catch {
    // Then each tab ends for itself.
  }
}

/**
 * Has Amazon's script forget the buyer: everywhere, or only where it is this token that it knows.
 * Another tab may have begun the next session.
 */
export function forgetAtAmazon(token, everywhere, domain) {
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
