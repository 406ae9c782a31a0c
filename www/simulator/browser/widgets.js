/** The double of Widgets.js: `window.OffAmazonPayments`. */
import { AddressBook } from "./address-book.js";
import { Button } from "./button.js";
import { Consent } from "./consent.js";
import { listenToFrames } from "./messages.js";
import { showPanel } from "./panel.js";
import { captureReadyHandlers } from "./ready.js";
import { startSession } from "./session.js";
import { Wallet } from "./wallet.js";

const first = !window.OffAmazonPayments?.INITIALIZED;
const whenLoginIsThere = captureReadyHandlers({ first });

if (first) {
  const Widgets = { AddressBook, Wallet, Consent };
  window.OffAmazonPayments = { INITIALIZED: true, Button, Widgets };
  listenToFrames();
  startSession();
  showPanel();
  console.info(`Amazon Pay is simulated by ${config.origin}: no real account, no real money.`);
} else {
  // The real script carries jQuery 1.4.2 and gives the page's own back only the first time. This
  // marker stands for that loss.
  const marker = () => marker;
  marker.fn = { jquery: "1.4.2" };
  window.$ = window.jQuery = marker;
}
whenLoginIsThere();
