import {
  type Checkout,
  type CheckoutSnapshot,
  type CheckoutState,
  createCheckout,
  type Declined,
  isLanderPayError,
} from "landerpay";
import "./style.css";

const cart = find("#cart");
const checkoutTitle = find("#checkout");
const status = find("#status");
const choices = find("#choices");
const thanks = find("#thanks");
const orderId = find("#order-id");
const placeOrderButton = find<HTMLButtonElement>("#place-order");
const startOverButton = find<HTMLButtonElement>("#start-over");

/** What the buyer reads in each state. What is missing is added by `describe`. */
const WORDS: Record<CheckoutState, string> = {
  loading: "Amazon Pay is loading…",
  "signed-out": "Sign in with your Amazon account.",
  "signing-in": "Continue in the Amazon window.",
  choosing: "Still to choose:",
  ready: "All set: check your choice and place the order.",
  placing: "Placing your order…",
  confirming: "One more step…",
  placed: "Your order has been placed.",
  declined: "The payment was declined. Choose another payment method.",
  expired: "Your Amazon session has ended. Sign in again.",
  unavailable: "Amazon Pay is not available right now.",
  "signed-in": "You are signed in.",
};

const ANOTHER_ONE = "Your payment method was declined. Please choose another one and try again.";
const ONCE_MORE = "The payment did not go through. Please try again.";
const ANOTHER_WAY = "The payment was declined. Please choose again, or pay another way.";

/** What the buyer reads after an error that only the shop can mend. */
const OUR_FAULT = "Something went wrong on our side. Please try again: nothing is charged twice.";

/** What the buyer reads after a decline. The CRM's own words are not made for buyers. */
const DECLINED: Record<Declined["reason"], string> = {
  InvalidPaymentMethod: ANOTHER_ONE,
  PaymentMethodNotAllowed: ANOTHER_ONE,
  PaymentPlanNotSet: ANOTHER_ONE,
  ProcessingFailure: ONCE_MORE,
  TransactionTimedOut: ONCE_MORE,
  AmazonRejected: ANOTHER_WAY,
  Other: ANOTHER_WAY,
};

const MISSING = {
  address: "a delivery address",
  payment: "a payment method",
  consent: "your consent",
} as const;

let checkout: Checkout | undefined;
/** What went wrong. It stays on the page until the buyer goes on. */
let problem = "";

async function start(): Promise<void> {
  render({ state: "loading", missing: [], canPlace: false, unresolved: false });
  try {
    const started = await createCheckout({
      environment: "sandbox",
      region: "us",
      clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
      sellerId: "A2EXAMPLE1234X",
      agreement: "one-time",
      // An element or a selector, with or without further options.
      button: { container: "#amazon-button", type: "PwA", color: "Gold", size: "large" },
      addressBook: find("#address-book"),
      wallet: "#wallet",
      backend: "/amazon-pay",
      order: () => ({ campaignId: 12, product1_id: 345, product1_qty: 1 }),
      simulator: find<HTMLMetaElement>("meta[name=landerpay-simulator]").content,
    });
    checkout = started;

    const show = () => render(started.snapshot());
    const chosen = () => {
      if (started.state !== "declined") problem = "";
      show();
    };
    started.on("address-selected", chosen);
    started.on("payment-selected", chosen);
    started.on("ready", show);
    started.on("state", ({ state }) => {
      if (state === "signing-in" || state === "placing") problem = "";
      show();
    });
    started.on("placed", (order) => {
      orderId.textContent = order.orderId ?? order.amazonOrderId;
      show();
      thanks.focus();
    });
    started.on("declined", ({ reason, message }) => {
      console.warn("declined", reason, message);
      problem = DECLINED[reason];
      show();
    });
    started.on("error", report);
    show();
  } catch (error) {
    render({ state: "unavailable", missing: [], canPlace: false, unresolved: false });
    report(error);
  }
}

placeOrderButton.addEventListener("click", async () => {
  try {
    await checkout?.placeOrder();
  } catch (error) {
    // The handler of `declined` has said more about it.
    if (!isLanderPayError(error) || error.code !== "declined") report(error);
  }
});

startOverButton.addEventListener("click", () => {
  checkout?.dispose();
  checkout = undefined;
  problem = "";
  // This button goes away, and the focus must not be lost.
  checkoutTitle.focus();
  void start();
});

function render(snapshot: CheckoutSnapshot): void {
  const { state, canPlace, unresolved } = snapshot;
  const signedIn = ["choosing", "ready", "placing", "confirming", "declined"].includes(state);
  const busy = state === "placing" || state === "confirming";
  document.body.dataset.state = state;
  cart.hidden = state === "placed";
  thanks.hidden = state !== "placed";
  choices.hidden = !signedIn;
  placeOrderButton.hidden = state === "unavailable";
  placeOrderButton.disabled = !canPlace;
  placeOrderButton.setAttribute("aria-busy", String(busy));
  // To start over would forget an order that may exist.
  startOverButton.hidden = unresolved || state === "loading" || state === "signed-out";
  startOverButton.disabled = busy;
  startOverButton.textContent = state === "unavailable" ? "Try again" : "Start over";
  say(problem || describe(snapshot));
}

function describe({ state, missing }: CheckoutSnapshot): string {
  if (state !== "choosing") return WORDS[state];
  return `${WORDS.choosing} ${missing.map((name) => MISSING[name]).join(" and ")}.`;
}

function say(text: string): void {
  status.classList.toggle("problem", problem !== "");
  // A live region would read an unchanged text aloud again.
  if (status.textContent !== text) status.textContent = text;
}

function report(error: unknown): void {
  // Anything else is a mistake in this file, and belongs in the console.
  if (!isLanderPayError(error)) throw error;
  console.warn(error.code, error.message);
  const forBuyers = error.audience === "buyer" || error.audience === "network";
  problem = forBuyers ? error.message : `${OUR_FAULT} (${error.code})`;
  say(problem);
}

/** An element that index.html has. */
function find<T extends HTMLElement = HTMLElement>(selector: string): T {
  const element = document.querySelector<T>(selector);
  if (!element) throw new Error(`index.html has no ${selector}`);
  return element;
}

void start();
