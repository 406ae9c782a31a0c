/** The double of Widgets.js: `window.OffAmazonPayments`. */
import { Button } from "./button.js";
import { listenToFrames } from "./messages.js";
import { captureReadyHandlers } from "./ready.js";
import { startSession } from "./session.js";
import { AddressBook, Wallet } from "./widget.js";

const first = !window.OffAmazonPayments?.INITIALIZED;
const whenLoginIsThere = captureReadyHandlers({ first });

if (first) {
  window.OffAmazonPayments = { INITIALIZED: true, Button, Widgets: { AddressBook, Wallet } };
  listenToFrames();
  startSession();
} else {
  // The real script carries jQuery 1.4.2 and gives the page's own back only the first time. This
  // marker stands for that loss.
  const marker = () => marker;
  marker.fn = { jquery: "1.4.2" };
  window.$ = window.jQuery = marker;
}
whenLoginIsThere();
