/**
 * Where the login script keeps a token between pages: cookies of the shop. The names and the
 * content of the state cache are those of the real script; 55 minutes is its own limit, shorter
 * than the 60 minutes that a token lives.
 */
const TOKEN_COOKIE = "amazon_Login_accessToken";
const STATE_COOKIE = "amazon_Login_state_cache";
const MAX_AGE = 3300;

function readCookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

function writeCookie(name, value, maxAge, domain) {
  const scope = domain ? `; domain=${domain}` : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the real script writes cookies this way too.
  document.cookie = `${name}=${encodeURIComponent(value)}; path=/; max-age=${maxAge}${scope}`;
}

function readState() {
  try {
    return JSON.parse(readCookie(STATE_COOKIE));
  } catch {
    return undefined;
  }
}

/** @param {{ clientId: string, useCookie: boolean, siteDomain?: string }} settings */
export function readCachedToken(settings, scopes) {
  const state = readState();
  const cookie = settings.useCookie ? readCookie(TOKEN_COOKIE) : undefined;
  // In the redirect flow the page writes the token cookie itself, and nothing else is known of it.
  if (cookie && cookie !== state?.access_token) {
    return {
      access_token: cookie,
      token_type: "bearer",
      expires_in: MAX_AGE,
      scope: scopes.join(" "),
    };
  }
  if (!state || state.client_id !== settings.clientId || state.expiration_date <= Date.now()) {
    return undefined;
  }
  const granted = state.scope.split(" ");
  if (!scopes.every((scope) => granted.includes(scope))) return undefined;
  const expires_in = Math.floor((state.expiration_date - Date.now()) / 1000);
  return { access_token: state.access_token, token_type: "bearer", expires_in, scope: state.scope };
}

export function writeCachedToken(settings, answer) {
  const maxAge = Math.min(MAX_AGE, answer.expires_in);
  const state = {
    access_token: answer.access_token,
    max_age: maxAge,
    expiration_date: Date.now() + maxAge * 1000,
    client_id: settings.clientId,
    scope: answer.scope,
  };
  writeCookie(STATE_COOKIE, JSON.stringify(state), maxAge, settings.siteDomain);
  if (settings.useCookie) {
    writeCookie(TOKEN_COOKIE, answer.access_token, maxAge, settings.siteDomain);
  }
}

export function clearCachedToken(settings) {
  writeCookie(STATE_COOKIE, "", 0, settings.siteDomain);
  writeCookie(TOKEN_COOKIE, "", 0, settings.siteDomain);
}
