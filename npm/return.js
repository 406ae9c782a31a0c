// What Amazon adds to the address that the buyer returns to.
const NAME = /^(access_token|token_type|expires_in|scope|state|error|error_description|error_uri)=/;
// Other parties return tokens and errors by the same names: Amazon's tokens look like this, and
// Amazon's errors answer to a state of ours.
const IS_OURS = /(^|&)(access_token=Atza|state=lp-)/;

/**
 * Takes a sign-in's answer off the address bar, so that nobody else on the page reads it.
 *
 * @returns {string} the parameters as they stood there; empty if there are none
 */
export function takeReturn() {
  const { pathname, search, hash } = location;
  const [query, ownSearch] = cut(search);
  const [fragment, ownHash] = cut(hash);
  const taken = fragment || query;
  if (taken) history.replaceState(history.state, "", pathname + ownSearch + ownHash);
  return taken;
}

/** The answer in a text, and the text without it. */
function cut(text) {
  const parts = text.split(/([?#&])/);
  const taken = {};
  // From the end, where Amazon appends: an earlier one of the same name is the page's own.
  for (let place = parts.length - 1; place > 1; place -= 2) {
    const name = NAME.exec(parts[place])?.[1];
    if (name && !taken[name]) {
      const [separator, parameter] = parts.splice(place - 1, 2);
      taken[name] = parameter;
      // What follows moves up.
      if (parts[place - 1] === "&") parts[place - 1] = separator;
    }
  }
  const answer = Object.values(taken).join("&");
  return IS_OURS.test(answer) ? [answer, parts.join("")] : ["", text];
}
