import type { OrderFields } from "landerpay";
import { useRef } from "react";
import { useCheckout } from "./useCheckout";

const CHOOSING = ["choosing", "ready", "placing", "confirming", "declined"];

/** Everything between the cart and the order number. LanderPay fills the elements that it is given. */
export function Checkout({ order }: { order: OrderFields }) {
  const button = useRef<HTMLDivElement>(null);
  const addressBook = useRef<HTMLDivElement>(null);
  const wallet = useRef<HTMLDivElement>(null);
  const placeOrder = useRef<HTMLButtonElement>(null);
  const status = useRef<HTMLParagraphElement>(null);

  const { snapshot, problem, retry } = useCheckout(() => ({
    environment: "sandbox",
    region: "us",
    clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
    sellerId: "A2EXAMPLE1234X",
    button: { container: there(button.current), type: "PwA", color: "Gold", size: "large" },
    addressBook: there(addressBook.current),
    wallet: there(wallet.current),
    placeOrder: there(placeOrder.current),
    status: there(status.current),
    backend: "/amazon-pay",
    order,
    simulator: document.querySelector<HTMLMetaElement>("meta[name=landerpay-simulator]")?.content,
  }));

  const { state, orderId } = snapshot;
  return (
    <section data-state={state}>
      <h2>Checkout</h2>
      {problem && <p role="alert">Amazon Pay is not available right now. ({problem.code})</p>}
      {/* These are LanderPay's: React puts nothing into them and changes nothing on them. */}
      <p id="status" ref={status} role="status" />
      <div id="amazon-button" ref={button} />
      <div id="choices" hidden={!CHOOSING.includes(state)}>
        <div id="address-book" ref={addressBook} data-waiting="Your addresses are loading…" />
        <div id="wallet" ref={wallet} data-waiting="Your cards appear after an address." />
      </div>
      <p className="actions" hidden={state === "placed"}>
        <button id="place-order" ref={placeOrder} type="button" disabled>
          Place order: $64.90
        </button>
        {state === "unavailable" && (
          <button type="button" className="quiet" onClick={retry}>
            Try again
          </button>
        )}
      </p>
      {state === "placed" && (
        <p>
          We pack order <strong id="order-id">{orderId}</strong> within a day.
        </p>
      )}
    </section>
  );
}

/** Effects run when the elements are there. */
function there<T>(element: T | null): T {
  if (!element) throw new Error("The checkout began before its elements were there.");
  return element;
}
