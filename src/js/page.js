// The page's own elements. What stands in them, and when, is decided in Rust.
import { findAttempt } from "./session.js";
import * as topic from "./talk.js";
import { isFunction, phrase, running, write, writePairs } from "./talk.js";

/** @typedef {import("./talk.js").Page} Page */

// The places in `page.parts`. Those before are Amazon's widgets.
const BUTTON = 0;
const PLACE_ORDER = 6;
const STATUS = 7;
const ORDER_ID = 8;
const ORDER = 9;
const SIGN_OUT = 10;
const BUYER = 11;

/**
 * Finds the elements that an option names: itself, or all matches.
 *
 * @param {Page} page
 * @param {number} other the place in `page.others` of what was given; negative for a selector
 * @returns {boolean} false if there are none
 */
export function find(page, part, selector, other) {
  const given = page.others[other];
  let found = [];
  try {
    if (other < 0) found = [...document.querySelectorAll(selector)];
    else if (given.nodeType === 1) found = [given];
  } catch {
    // Nothing matches what is no selector.
  }
  // Each AddressBook would make an order reference of its own.
  const isWidget = part > BUTTON && part < PLACE_ORDER;
  page.parts[part] = isWidget ? found.slice(0, 1) : found;
  return has(page, part) || (part === ORDER && isFunction(page, other));
}

export const has = ({ parts }, part) => parts[part].length > 0;

/**
 * The order form's named fields as they are now.
 *
 * @param {boolean} checked has the browser look first, and show its own messages beside the fields
 * @returns {string} as `write` does it: the fields, false if the browser finds them invalid, and
 *   nothing if it is no form
 */
export function readForm({ parts }, checked) {
  const [form] = parts[ORDER];
  try {
    if (checked && !form.reportValidity?.()) return write(false);
    return writePairs([...new FormData(form)]);
  } catch {
    return write();
  }
}

/** Has the page's controls tell their presses, and the page whenever it comes into sight. */
export function listen(page, shop) {
  const { hear, parts, end } = page;
  // What ends all listening; a polluted prototype adds nothing.
  const options = { __proto__: null, signal: end.signal };
  page.shop = shop;
  const { origin, pathname, search, hash } = location;
  // Amazon's script would take it for a widget's word.
  if (hash.includes("apay-")) {
    const rest = hash.replace(/apay-.*/, "");
    history.replaceState(history.state, "", origin + pathname + search + rest);
  }
  running.add(page);
  for (const status of parts[STATUS]) {
    if (!status.hasAttribute("role")) status.setAttribute("role", "status");
  }
  const press = (part, type, what) => {
    const tell = (event) => {
      // A button of the page's own in the order form, say for a coupon.
      if (event.submitter) return;
      // A press would also submit its form and leave the page.
      event.preventDefault();
      hear(what);
    };
    for (const element of parts[part]) element.addEventListener(type, tell, options);
  };
  press(PLACE_ORDER, "click", topic.PLACE_ORDER);
  press(ORDER, "submit", topic.PLACE_ORDER);
  press(SIGN_OUT, "click", topic.SIGN_OUT);
  // A page that comes back may be older than its session.
  for (const type of ["visibilitychange", "pageshow", "online"]) {
    const see = ({ persisted }) => {
      page.restored ||= persisted;
      // Amazon's script waits for the answer to a sign-in that is not on its way any more.
      if (persisted && page.left) location.reload();
      else hear(topic.SEEN, persisted);
    };
    addEventListener(type, see, options);
  }
  // A token that Amazon's script still knows comes back in the hash, to a page that stays.
  const isBack = () => page.state && location.hash.includes(page.state);
  addEventListener("hashchange", () => isBack() && location.reload(), options);
}

/** Shows where the checkout stands. */
export function show(page, state, hidesButton, canPlace, orderId) {
  const { face, parts } = page;
  const isPlacing = state === "placing";
  keepFocus(parts);
  face.state = state;
  for (const button of parts[PLACE_ORDER]) {
    // A disabled one loses the focus, and may have it back soon. Its presses do nothing meanwhile.
    button.disabled = !canPlace && !isPlacing;
    button.setAttribute("aria-disabled", !canPlace);
    button.setAttribute("aria-busy", isPlacing);
  }
  for (const button of parts[BUTTON]) button.hidden = hidesButton;
  if (orderId !== undefined) showOrder(page, orderId);
  // What was sent comes first, before the buyer can press anything.
  if (page.resumed || !/^(choosing|ready)$/.test(state)) return;
  page.resumed = true;
  const sent = findAttempt(page);
  if (!sent) return;
  const { key, left, content } = sent;
  page.hear(topic.SENT, { key, left, amazonOrderId: content.amazonOrderId });
}

/** Where what has the focus goes away, the words about it get it. */
function keepFocus(parts) {
  const { activeElement } = document;
  const [status] = parts[STATUS];
  if (!status || !parts.flat().some((element) => element.contains(activeElement))) return;
  // Once the page has drawn itself by the new state.
  setTimeout(() => {
    if (!hasLost(activeElement, document.activeElement)) return;
    status.tabIndex = -1;
    status.focus();
  });
}

// Not if something else has got it meanwhile.
const hasLost = (element, now) =>
  now === element
    ? element.disabled || !element.getClientRects().length
    : !now || now === document.body;

/** Shows the CRM's id of an order. */
export function showOrder({ parts }, id) {
  for (const element of parts[ORDER_ID]) element.textContent = id;
}

/** Shows the control that signs out, or hides it, and with it who is signed in. */
export function showSignOut(page, isOpen) {
  for (const control of page.parts[SIGN_OUT]) control.hidden = !isOpen;
  // The next buyer is told as soon as the profile is there.
  if (!isOpen) showBuyer(page);
}

/** Shows who is signed in. */
export function showBuyer({ parts }, name = "") {
  for (const buyer of parts[BUYER]) {
    buyer.textContent = name;
    buyer.hidden = !name;
  }
}

/**
 * Tells the buyer, always as plain text.
 *
 * @param {string} key names the sentence
 * @param {string} code names an error; empty if there is none
 * @param {string} subject what goes with it: what the error is about or, where the sentence is not the
 *   error's own, its code; an order's number
 */
export function say({ parts }, key, english, code, subject) {
  let text = phrase(key, english, subject);
  if (subject && key !== code) text += code ? ` (${code})` : ` ${phrase(...ORDER_NUMBER, subject)}`;
  for (const status of parts[STATUS]) {
    status.setAttribute("data-code", code);
    // A live region would read an unchanged text aloud again.
    if (status.textContent !== text) status.textContent = text;
  }
}

const ORDER_NUMBER = ["order_number", "Your order number is {}."];

/** Takes a widget off the page. */
export function erase({ parts }, widget) {
  for (const container of parts[widget]) container.textContent = "";
}

export function eraseAll(page) {
  for (let widget = BUTTON; widget < PLACE_ORDER; widget += 1) erase(page, widget);
}
