// What Amazon adds to the address that the buyer returns to, and how it differs from what other
// parties add by the same names: its tokens look like this, and it answers to a state of ours.
const ANSWERS = [
  [
    /^(access_token|token_type|expires_in|scope|state)=/,
    /access_token=(Atza|.*&state=lp-)|state=lp-.*&access_token=/,
  ],
  [/^(error|error_description|error_uri|state)=/, /state=lp-.*&error=|error=.*&state=lp-/],
];

/**
 * Takes a sign-in's answer off the address bar, so that nobody else on the page reads it, and puts
 * back what the address had when the buyer left.
 *
 * @returns {string} the parameters as they stood there; empty if there are none
 */
export function takeReturn() {
  const { origin, pathname, search, hash } = location;
  const [query, ownSearch] = cut(search);
  const [fragment, ownHash] = cut(hash);
  const taken = fragment || query;
  if (taken) {
    // With the origin: a path may begin with two slashes, and a page may have another base.
    const page = origin + pathname;
    const kept = left(taken, page);
    const own = (ownSearch || kept.search) + (ownHash || kept.hash);
    history.replaceState(history.state, "", page + own);
  }
  return taken;
}

/** What src/js/session.js has kept of the address for the answer to this state; may be empty. */
function left(taken, page) {
  try {
    const { nonce, address } = JSON.parse(sessionStorage.getItem("landerpay"));
    if (taken.includes(`state=${nonce}`)) return new URL(address, page);
  } catch {
    // There is none, or another script has been at it.
  }
  return { search: "", hash: "" };
}

/** The answer in a text, and the text without it. */
function cut(text) {
  for (const [names, isAmazons] of ANSWERS) {
    const parts = text.split(/([?#&])/);
    // A polluted prototype has taken nothing.
    const taken = { __proto__: null };
    // From the end, where Amazon appends all of it: what comes earlier is the page's own.
    for (let place = parts.length - 1; place > 1; place -= 2) {
      const name = names.exec(parts[place])?.[1];
      if (name && !taken[name]) {
        const [separator, parameter] = parts.splice(place - 1, 2);
        taken[name] = parameter;
        // What follows moves up; a hash stays a hash.
        const next = parts[place - 1];
        if (next === "&" || (next && place === 2)) parts[place - 1] = separator;
      } else if (Object.keys(taken).length > 0) break;
    }
    const answer = Object.values(taken).join("&");
    if (isAmazons.test(answer)) return [answer, parts.join("")];
  }
  return ["", text];
}
