import { useState } from "react";
import { Checkout } from "./Checkout";

export function App() {
  const [isPaying, setPaying] = useState(true);
  return (
    <>
      <header>
        <span>Larkmoor</span>
        <a href="/">Demo: nothing is charged</a>
      </header>
      <main>
        <h1>Your cart</h1>
        <section>
          <dl>
            <div>
              <dt>
                The Tea Sampler <span>Twelve tins, 48 cups</span>
              </dt>
              <dd>$59.95</dd>
            </div>
            <div>
              <dt>Shipping</dt>
              <dd>$4.95</dd>
            </div>
            <div className="total">
              <dt>Total</dt>
              <dd>$64.90</dd>
            </div>
          </dl>
        </section>
        {isPaying && <Checkout order={{ campaignId: 12, product1_id: 345, product1_qty: 1 }} />}
        <p className="actions">
          <button type="button" className="quiet" onClick={() => setPaying(!isPaying)}>
            {isPaying ? "Close the checkout" : "Check out"}
          </button>
        </p>
      </main>
    </>
  );
}
