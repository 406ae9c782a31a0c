// What the browser keeps of a session. Storage that is blocked keeps nothing, and nobody stumbles.
const SESSION = "landerpay";
const SIGNED_OUT = "landerpay-signed-out";
const COOKIE = "amazon_Login_accessToken";

const clock = Date.now();
const ticks = performance.now();

/**
 * Milliseconds since 1970. The clock may be set back, and the ticks may stand still while the
 * machine sleeps: the later of the two is not fooled by either.
 */
export const now = () => Math.max(Date.now(), clock + performance.now() - ticks);

/** True if the buyer has signed out in any tab since then, in milliseconds since 1970. */
export function signedOutSince(time) {
  try {
    return localStorage[SIGNED_OUT] > time;
  } catch {
    return false;
  }
}

/** What `save` has kept for this tab; undefined if there is nothing. */
export function load() {
  try {
    const kept = JSON.parse(sessionStorage[SESSION]);
    return signedOutSince(kept.saved) ? undefined : kept;
  } catch {
    return undefined;
  }
}

/** Keeps a session for the next page in this tab; without one, forgets it. */
export function save(session) {
  try {
    delete sessionStorage[SESSION];
    if (session) sessionStorage[SESSION] = JSON.stringify({ ...session, saved: now() });
  } catch {
    // Then it is for this page only.
  }
}

/** Tells the other tabs that the buyer has signed out. */
export function announceSignOut() {
  try {
    localStorage[SIGNED_OUT] = now();
  } catch {
    // Then each tab ends for itself.
  }
}

/**
 * Writes the token where Amazon's widgets look for it after a redirect.
 *
 * @param {string} token empty: takes the cookie away
 * @param {string} [domain] the cookie's, for shops on several hosts
 */
export function writeCookie(token, seconds, domain) {
  const place = `path=/;secure;samesite=lax;max-age=${seconds}`;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API answers too late, if at all.
  document.cookie = `${COOKIE}=${token};${place}${domain ? `;domain=${domain}` : ""}`;
}
