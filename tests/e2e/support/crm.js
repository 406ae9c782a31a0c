/** What the stand-in for the CRM has received. It masks the password, and nothing else. */
export class Crm {
  constructor(origin) {
    this.origin = origin;
  }

  /**
   * Every import for this order of Amazon's, oldest first: `kind` is `order` or `upsale`. Other tests
   * share the ledger.
   */
  async imports(amazonOrderId) {
    const entries = await this.#entries();
    return entries.filter(({ fields }) => fields.amazonOrderId === amazonOrderId);
  }

  /** Every upsale to this order of the CRM's, oldest first, whichever order of Amazon's paid for it. */
  async upsales(orderId) {
    const entries = await this.#entries();
    return entries.filter(({ kind, fields }) => kind === "upsale" && fields.orderId === orderId);
  }

  /** What became of each of them: accepted, declined, refused, unfinished. */
  async outcomes(amazonOrderId) {
    return (await this.imports(amazonOrderId)).map(({ outcome }) => outcome);
  }

  async #entries() {
    const response = await fetch(`${this.origin}/stand-in/orders`);
    return response.json();
  }
}
