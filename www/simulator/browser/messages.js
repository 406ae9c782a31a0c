/**
 * What the frames say to the page, as text. The same grammar is read from the page's own hash, as
 * the real script does: ids that arrive in callbacks are hints and no more.
 */
import { registry, widgetsOf } from "./registry.js";

const HASH_POLL_MS = 100;

const byId = (id) => registry.find((instance) => instance.id === id);

/** @type {[RegExp, (...parts: string[]) => void][]} */
const GRAMMAR = [
  [
    /apay-pcId=([^;&]+)/,
    (id) => {
      for (const instance of [...registry]) instance.onContractCreated(id);
    },
  ],
  [
    /apay-addressselectpre;widgetId=(\w+)/,
    () => {
      for (const wallet of widgetsOf("Wallet")) wallet.hide();
    },
  ],
  [
    /apay-addressselect;widgetId=(\w+)/,
    (id) => {
      byId(id)?.announceSelection();
      // The choice of payment is void now, so all wallets are drawn anew from their old forms.
      for (const wallet of widgetsOf("Wallet")) wallet.resubmit();
    },
  ],
  [/apay-paymentselect;widgetId=(\w+)/, (id) => byId(id)?.announceSelection()],
  // Messages about consent name no widget, so each one is for every consent of the page.
  [
    /apay-onConsentWidgetReady=(\w+)/,
    (status) => {
      for (const consent of widgetsOf("Consent")) consent.announceReady(status);
    },
  ],
  [
    /apay-onConsentStatusChanged=(\w+)/,
    (status) => {
      for (const consent of widgetsOf("Consent")) consent.announceConsent(status);
    },
  ],
  [
    /apay-widgetrefresh;widgetId=(\w+)/,
    (id) => {
      byId(id)?.render?.();
    },
  ],
  [
    /apay-refresh/,
    () => {
      for (const instance of [...registry]) instance.render?.();
    },
  ],
  [
    /apay-changeHeight=(\d+);widgetId=(\w+)/,
    (pixels, id) => byId(id)?.changeHeight(Number(pixels)),
  ],
  [
    /apay-OffAmazonPayments_mec_(\w+)=(.*?);widgetId=(\w+)/,
    (code, text, id) => byId(id)?.reportError(code, text),
  ],
];

/** Finds the first message in the text: what it does, and the text without it. */
function read(text) {
  for (const [pattern, effect] of GRAMMAR) {
    const found = pattern.exec(text);
    if (!found) continue;
    return { rest: text.replace(found[0], ""), run: () => effect(...found.slice(1)) };
  }
  return undefined;
}

export function listenToFrames() {
  window.addEventListener("message", (event) => {
    if (event.origin !== config.origin) return;
    // A message that is no text fails here, uncaught, as it does in the real script.
    if (event.data.indexOf("apay-") === 0) read(event.data)?.run();
  });
  setInterval(() => {
    const found = read(location.hash.slice(1));
    if (!found) return;
    location.replace(`#${found.rest}`);
    found.run();
  }, HASH_POLL_MS);
}
