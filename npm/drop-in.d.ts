// The types of what the drop-in <script> puts on a page. For a page that writes its own TypeScript:
//
//   import type {} from "landerpay/drop-in";
//   document.addEventListener("landerpay:placed", ({ detail }) => console.log(detail.orderId));

import type { BeforeOrder, Checkout, CheckoutEvents } from "./index.js";

/** `window.LanderPay`: there as soon as the script has run. */
export interface LanderPayGlobal {
  /** The checkout, once there is one, until it is disposed or its module crashes. */
  readonly checkout?: Checkout;
  /** The checkout of the current try. Rejects with a `LanderPayError`; `retry` begins another. */
  readonly ready: Promise<Checkout>;
  /** Tries again after a failure, a crash of the module among them. Never throws. */
  readonly retry: () => Promise<Checkout>;
  /**
   * Yours to set: sees each order before it is sent, changes it, or holds it back with `false`. It may
   * come at any time before the order is placed.
   */
  beforeOrder?: BeforeOrder | undefined;
}

/** The events of a checkout, as they are told on the document: `landerpay:placed`, … */
export type LanderPayEventMap = {
  [Name in keyof CheckoutEvents as `landerpay:${Name}`]: CustomEvent<CheckoutEvents[Name]>;
};

declare global {
  /** Absent until the script has run: it may be `async`, blocked, or not there. */
  var LanderPay: LanderPayGlobal | undefined;

  interface DocumentEventMap extends LanderPayEventMap {}

  // They bubble.
  interface WindowEventMap extends LanderPayEventMap {}
}
