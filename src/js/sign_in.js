/** Where the page runs, as far as it matters to a pop-up. */
export const surroundings = () => ({
  // The developer's own machine counts as secure.
  secure: isSecureContext,
  finePointer: matchMedia("(pointer: fine)").matches,
  width: innerWidth,
  userAgent: navigator.userAgent,
});

/**
 * Where Amazon sends the buyer back to: this page, unless the page has said otherwise. A hash is
 * kept if it is a route, because Amazon appends its answer to the address as text.
 */
export const returnAddress = (chosen) => {
  const { pathname, search, hash } = location;
  const here = pathname + search + (/^#!?\//.test(hash) ? hash : "");
  return new URL(chosen ?? here, location).href;
};

/**
 * Opens Amazon's sign-in. Must run inside the buyer's click.
 *
 * @returns {boolean} false if the browser refused the window, of which Amazon's script says nothing
 */
export function authorize(options, next) {
  const { open } = window;
  let opened = true;
  const watch = (...given) => {
    const popup = open(...given);
    opened = Boolean(popup);
    return popup;
  };
  const put = (to) => Reflect.set(window, "open", to);
  put(watch);
  try {
    amazon.Login.authorize(options, next);
  } finally {
    put(open);
  }
  return opened;
}

/** Amazon's button is a picture: this makes it one for keys and screen readers too. */
export function makePressable(host) {
  host.tabIndex = 0;
  host.setAttribute("role", "button");
  host.setAttribute("aria-label", "Amazon Pay");
  host.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    // A key that is held down says so again and again.
    if (!event.repeat) host.firstElementChild?.click();
  };
}
