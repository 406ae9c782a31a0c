import {
  AMAZON_THREW,
  BUTTON_PRESSED,
  CHOSEN,
  freshNonce,
  ORDER_CREATED,
  POPUP_BLOCKED,
  SIGNED_IN,
  SILENT,
  TOO_LOW,
  textOf,
  WIDGET_FAILED,
  write,
} from "./talk.js";

/** @typedef {import("./talk.js").Page} Page */

// Amazon's names of its widgets, by the order of domain/amazon.rs, and how each says that something
// was chosen.
const WIDGETS = [
  ["Button"],
  ["AddressBook", "onAddressSelect"],
  ["Wallet", "onPaymentSelect"],
  ["Consent", "onReady", "onConsent"],
  ["AddressBook"],
  ["Wallet"],
];
const BUTTON = 0;
const ADDRESS_BOOK = 1;
const ADDRESS_REVIEW = 4;
// A Wallet that has nothing to show yet waits 5 s for an AddressBook that only shows.
const WALLET_FIRST_MS = 1000;
// As long as a first visit may take.
const SILENT_MS = 20_000;
// Behind the timers of the flow.
const FIRST_LOOK = 9;
// Less is no widget, whatever it is: the lowest of Amazon's is 135 pixels high.
const LOWEST = 100;

/** Tells what Amazon's script throws. */
function attempt({ hear }, call) {
  try {
    call();
  } catch (error) {
    hear(AMAZON_THREW, textOf(error));
  }
}

/** Tells Amazon's script who we are, and draws its button. */
export function drawButton(page, generation, seller, look, client, domain, inCookie) {
  attempt(page, () => {
    amazon.Login.setClientId(client);
    if (domain) amazon.Login.setSiteDomain(domain);
    if (inCookie) amazon.Login.setUseCookie(true);
    for (const host of hostsOf(page, BUTTON)) {
      makePressable(host, look.type);
      OffAmazonPayments.Button(host.id, seller, {
        ...look,
        authorization: () => page.hear(BUTTON_PRESSED),
        onError: (error) => page.hear(WIDGET_FAILED, answer(error, "getErrorCode"), generation),
      });
    }
  });
}

/** Tells Amazon's script that the token is in the cookie. Not before it is: there may be another. */
export function useCookie() {
  try {
    amazon.Login.setUseCookie(true);
  } catch {
    // The widgets say so if they find no token.
  }
}

/**
 * The page whose widget is the newest that makes an order reference. Amazon tells its id to every
 * such widget; where nobody knows which one made it, it belongs to the newest.
 */
let newest;

/**
 * Draws a widget.
 *
 * @param {Page} page
 * @param {object} given Amazon's options, without design and callbacks
 * @param {string} asked how an order that it makes is asked for its id; empty if it makes none
 */
export function drawWidget(page, widget, generation, given, designMode, asked) {
  const { hear, timers } = page;
  const [name, ...choices] = WIDGETS[widget];
  const fills = designMode === "responsive";
  attempt(page, () => {
    for (const host of hostsOf(page, widget)) {
      // Such a widget takes its container's height. One that is hidden for now has no box at all.
      if (fills) host.style.height = "100%";
      const [box] = host.getClientRects();
      if (fills && box?.height < LOWEST && !page.low.has(widget)) {
        page.low.add(widget);
        hear(TOO_LOW, "", generation);
      }
      const options = {
        ...given,
        design: { designMode },
        onError(error) {
          const code = answer(error, "getErrorCode");
          // That counts as a choice.
          const isChoice = /Modifiable$/.test(code);
          if (!isChoice || speaksFrom(page, widget, widget, true)) {
            hear(WIDGET_FAILED, code, generation);
          }
        },
      };
      if (asked) {
        newest = page;
        // Both tell the same id, of a billing agreement too; some builds call only one of them.
        options.onReady = options.onOrderReferenceCreate = (told) =>
          speaksFrom(page, widget, ORDER_CREATED, page === newest) &&
          hear(ORDER_CREATED, answer(told, asked), generation);
      }
      const timer = FIRST_LOOK + widget;
      clearTimeout(timers[timer]);
      timers[timer] = setTimeout(() => hear(SILENT, isBlank(host), generation), SILENT_MS);
      // What is only shown has nothing to choose.
      for (const choice of given.displayMode ? [] : choices) {
        options[choice] = (told) =>
          speaksFrom(page, widget, widget, true) &&
          hear(CHOSEN, textOf(answer(told, "getConsentStatus")), generation);
      }
      const draw = () => new OffAmazonPayments.Widgets[name](options).bind(host.id);
      if (widget !== ADDRESS_REVIEW || page.parts[ADDRESS_BOOK].length > 0) draw();
      else setTimeout(() => host.isConnected && attempt(page, draw), WALLET_FIRST_MS);
    }
  });
}

/** True if nothing was ever loaded into a widget's frame. A page of Amazon's cannot be looked into. */
function isBlank(host) {
  const frame = host.querySelector("iframe");
  return !frame || frame.contentDocument?.URL === "about:blank";
}

/** What Amazon answers; anything may have been told. */
function answer(told, question) {
  try {
    return told[question]();
  } catch {
    return undefined;
  }
}

/** Makes an empty element inside each of a widget's containers. */
function hostsOf({ parts }, widget) {
  return parts[widget].map((container) => {
    const host = document.createElement("div");
    // Widgets.js needs a plain id, whatever the container's own looks like. Another copy of this
    // module may draw on the same page.
    host.id = freshNonce();
    // Amazon's frames become visible by an inline handler, which a page's policy may forbid.
    host.addEventListener("load", ({ target }) => target.style.removeProperty("visibility"), true);
    container.replaceChildren(host);
    return host;
  });
}

/** Amazon's button is a picture: this makes it one for keys and screen readers too. */
function makePressable(host, type = "LwA") {
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

// What is asked below must be the browser's own answer: a page may have a global of this name.
const currentEvent = Object.getOwnPropertyDescriptor(globalThis, "event")?.get;

// What Amazon's script is known to say while it deals with a frame's message. For each by itself: a
// build may say one thing later.
const saidAtOnce = new Set();

/**
 * Whether it is this widget of this page that makes Amazon's script speak. What it says at another
 * time comes out of the page's address, which it reads too, and which anybody can write.
 *
 * @param {number} what it says: that there is an order, or the widget in which something was chosen
 * @param {boolean} otherwise as long as nobody knows when it says so
 */
function speaksFrom({ parts }, widget, what, otherwise) {
  const frame = speakingFrame();
  if (frame) saidAtOnce.add(what);
  if (!saidAtOnce.has(what)) return otherwise;
  return parts[widget].some((container) => container.contains(frame));
}

/**
 * The frame whose message Amazon's script is dealing with. It tells the id of a new order reference
 * to every widget of the page, but the message comes out of one of them.
 *
 * @returns {HTMLIFrameElement | undefined} nothing if no frame of this page has spoken
 */
function speakingFrame() {
  let source = currentEvent?.call(window)?.source;
  const frames = [...document.getElementsByTagName("iframe")];
  while (source) {
    const frame = frames.find(({ contentWindow }) => contentWindow === source);
    if (frame || source === source.parent) return frame;
    source = source.parent;
  }
}

/** Where the page runs, as far as it matters to a pop-up. */
export const surroundings = () =>
  write({
    // The developer's own machine counts as secure.
    secure: isSecureContext,
    finePointer: matchMedia("(pointer: fine)").matches,
    width: innerWidth,
    userAgent: navigator.userAgent,
  });

/** The hash if it is a route, which decides what the page is: Amazon appends its answer to it. */
export const route = () => (/^#!?\//.test(location.hash) ? location.hash : "");

/**
 * Where Amazon sends the buyer back to. Amazon knows each address by its query too, and not the
 * click ids of an advertisement: npm/return.js puts back what is left out here.
 */
const returnAddress = (chosen) => location.origin + (chosen ?? location.pathname + route());

/** What `returnAddress` leaves out. */
export const restOfAddress = () => location.search + (route() ? "" : location.hash);

let popup;
let popupState;

/**
 * Opens Amazon's sign-in: in a window, or in place of the page. Must run inside the buyer's click.
 *
 * @param {Page} page
 * @param {boolean} comesBack to a page of its own instead of answering here
 */
export function authorize(page, scope, inWindow, state, comesBack, address) {
  // Amazon's script would have a second request wait for the first.
  if (popup && !popup.closed && popupState === state) {
    popup.focus();
    return;
  }
  const { open } = window;
  let opened = true;
  const watch = (...given) => {
    popup = open(...given);
    popupState = state;
    opened = Boolean(popup);
    return popup;
  };
  const put = (to) => Reflect.set(window, "open", to);
  const next = comesBack
    ? returnAddress(address)
    : (told) => {
        // What the answer has not got must not come from a polluted prototype.
        const { access_token, error, state, expires_in } = { __proto__: null, ...told };
        page.hear(SIGNED_IN, { access_token, error, state, expires_in });
      };
  put(watch);
  attempt(page, () => {
    try {
      // A real boolean: the samples' text "false" would count as true.
      amazon.Login.authorize({ scope, popup: inWindow, state }, next);
    } finally {
      put(open);
    }
    page.state = state;
    page.left = !inWindow;
    // Amazon's script says nothing of it.
    if (!opened) page.hear(POPUP_BLOCKED);
  });
}

/** Closes Amazon's window: nobody waits for its answer any more. */
export const closeWindow = () => popup?.close();
