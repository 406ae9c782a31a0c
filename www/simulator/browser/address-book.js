/** `OffAmazonPayments.Widgets.AddressBook`. */
import { Widget } from "./widget.js";

export class AddressBook extends Widget {
  title = "Address book";

  constructor(options) {
    super("AddressBook", "spaAddressWidget", options);
    this.onAddressSelect = options.onAddressSelect;
  }

  /** Only `undefined` counts as absent: a null callback fails here, later and uncaught. */
  announceSelection() {
    this.drawn = true;
    if (this.onAddressSelect !== undefined) this.onAddressSelect(this);
  }
}
