/** What the stand-in for the CRM has received. It masks the password, and nothing else. */
export class Crm {
  constructor(origin) {
    this.origin = origin;
  }

  /** Every import for this order of Amazon's, oldest first. Other tests share the ledger. */
  async imports(amazonOrderId) {
    const response = await fetch(`${this.origin}/stand-in/orders`);
    const entries = await response.json();
    return entries.filter(({ fields }) => fields.amazonOrderId === amazonOrderId);
  }

  /** What became of each of them: accepted, declined, refused, unfinished. */
  async outcomes(amazonOrderId) {
    return (await this.imports(amazonOrderId)).map(({ outcome }) => outcome);
  }
}
