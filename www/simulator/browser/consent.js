/** `OffAmazonPayments.Widgets.Consent`: the box that allows future payments of an agreement. */
import { Widget } from "./widget.js";

export class Consent extends Widget {
  title = "Consent";

  constructor(options) {
    super("Consent", "consentWidget", options);
    this.onReady = options.onReady;
    this.onConsent = options.onConsent;
  }

  /** It needs an id and never asks for one (reference, 5.3). */
  wantsContract() {
    return false;
  }

  /** The same `onReady` is called here, with ids and without `getConsentStatus`, as observed. */
  onContractCreated(id) {
    this.announceId(id);
  }

  announceReady(status) {
    this.consentStatus = status;
    if (this.onReady !== undefined) this.onReady(this);
  }

  announceConsent(status) {
    this.consentStatus = status;
    if (this.onConsent !== undefined) this.onConsent(this);
  }

  /** The text "true" or "false" (which is truthy too); `undefined` before the first message. */
  getConsentStatus() {
    return this.consentStatus;
  }
}
