/** Where the page runs, as far as it matters to a pop-up. */
export const surroundings = () => ({
  // The developer's own machine counts as secure.
  secure: isSecureContext,
  finePointer: matchMedia("(pointer: fine)").matches,
  width: innerWidth,
  userAgent: navigator.userAgent,
});

/** The hash if it is a route, which decides what the page is: Amazon appends its answer to it. */
const route = () => (/^#!?\//.test(location.hash) ? location.hash : "");

/**
 * Where Amazon sends the buyer back to. Amazon knows each address by its query too, and not the
 * click ids of an advertisement: npm/return.js puts back what is left out here.
 */
export const returnAddress = (chosen) => location.origin + (chosen ?? location.pathname + route());

/** What `returnAddress` leaves out. */
export const restOfAddress = () => location.search + (route() ? "" : location.hash);

let popup;
let popupState;

/**
 * Opens Amazon's sign-in. Must run inside the buyer's click.
 *
 * @returns {boolean} false if the browser refused the window, of which Amazon's script says nothing
 */
export function authorize(options, next) {
  // Amazon's script would have a second request wait for the first.
  if (popup && !popup.closed && popupState === options.state) {
    popup.focus();
    return true;
  }
  const { open } = window;
  let opened = true;
  const watch = (...given) => {
    popup = open(...given);
    popupState = options.state;
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
  // A token that Amazon's script still knows comes back in the hash, to a page that stays.
  addEventListener("hashchange", () => location.hash.includes(options.state) && location.reload());
  return opened;
}

/** Closes Amazon's window: nobody waits for its answer any more. */
export const closeWindow = () => popup?.close();

/** Amazon's button is a picture: this makes it one for keys and screen readers too. */
export function makePressable(id, type = "LwA") {
  const host = document.getElementById(id);
  // Not on the page: Amazon's script says so.
  if (!host) return;
  // As large as the picture: what has the role is what is outlined, and pressed in its middle.
  Object.assign(host.style, { display: "inline-grid", verticalAlign: "top" });
  host.tabIndex = 0;
  host.setAttribute("role", "button");
  host.setAttribute("aria-label", /^L/.test(type) ? "Login with Amazon" : "Amazon Pay");
  const press = () => host.firstElementChild?.click();
  host.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    // A key that is held down says so again and again.
    if (!event.repeat) press();
  };
  // Screen readers and voice control press what has the role, not the picture in it.
  host.onclick = ({ target }) => target === host && press();
}

/**
 * The frame whose message Amazon's script is dealing with. It tells the id of a new order reference
 * to every widget of the page, but the message comes out of one of them.
 *
 * @returns {HTMLIFrameElement | undefined} nothing if no frame of this page has spoken
 */
export function speakingFrame() {
  let source = window.event?.source;
  const frames = [...document.getElementsByTagName("iframe")];
  while (source) {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (frame || source === source.parent) return frame;
    source = source.parent;
  }
}
