/** `OffAmazonPayments.Widgets.Wallet`: it follows the address book, and has a currency. */
import { widgetsOf } from "./registry.js";
import { Widget } from "./widget.js";

export class Wallet extends Widget {
  title = "Wallet";

  constructor(options) {
    super("Wallet", "spaWalletWidget", options);
    this.onPaymentSelect = options.onPaymentSelect;
    this.presentmentCurrency = options.presentmentCurrency;
  }

  announceSelection() {
    if (this.onPaymentSelect !== undefined) this.onPaymentSelect(this);
  }

  fields() {
    const { presentmentCurrency } = this;
    return { ...super.fields(), ...(presentmentCurrency && { presentmentCurrency }) };
  }

  getPresentmentCurrency() {
    return this.presentmentCurrency;
  }

  /** Draws nothing: the new currency counts from the next `bind` on (reference, 5.2). */
  setPresentmentCurrency(code) {
    this.presentmentCurrency = code;
    return this;
  }

  /**
   * Waits for the first address book of the page, be it still in the page or not. One in read mode
   * selects nothing, so it is waited for to the end (reference, 6.1).
   */
  submit() {
    clearTimeout(this.delay);
    const book = widgetsOf("AddressBook")[0];
    if (!book || book.drawn || this.waited) return super.submit();
    this.delay = setTimeout(() => {
      this.waited = true;
      super.submit();
    }, config.walletWait);
  }

  hide() {
    if (this.frame) this.frame.style.visibility = "hidden";
  }

  /** Posts the old form again, with the token that it was built with. */
  resubmit() {
    if (!this.submitted && this.delay === undefined) return;
    clearTimeout(this.delay);
    super.submit();
  }
}
