// Programs of users that must compile. options.ts, which the rules in Rust write, has every kind of options.
import {
  type Agreement,
  type Checkout,
  type CheckoutOptions,
  type CheckoutSnapshot,
  createCheckout,
  type Environment,
  type Goods,
  isLanderPayError,
  type LanderPayError,
  type Region,
} from "landerpay";

const ACCOUNT = { clientId: "amzn1.application-oa2-client.0a1b", sellerId: "A2EXAMPLE1234X" };
const SANDBOX = { ...ACCOUNT, environment: "sandbox", region: "us" } as const;

/** Each type is this one exactly. */
type Is<Found, Wanted> = [Found, Wanted] extends [Wanted, Found] ? true : false;
const is = <_Holds extends true>() => {};

export async function buy(checkout: Checkout): Promise<string> {
  const { placeOrder, on } = checkout;
  const off = on("placed", (order) => {
    is<Is<typeof order.amazonOrderId, string>>();
    is<Is<typeof order.order, unknown>>();
  });
  on("state", (snapshot) => is<Is<typeof snapshot, CheckoutSnapshot>>());
  on("error", (error) => is<Is<typeof error, LanderPayError>>());
  on("consent", ({ given }) => is<Is<typeof given, boolean>>());
  on("declined", ({ reason }) => {
    if (reason === "InvalidPaymentMethod") off();
  });
  try {
    const { orderId } = await placeOrder();
    return orderId ?? "";
  } catch (error) {
    if (!isLanderPayError(error)) throw error;
    is<Is<typeof error.audience, "buyer" | "merchant" | "developer" | "network">>();
    return error.code === "declined" ? "" : (error.subject ?? error.message);
  }
}

export function hearEverything(checkout: Checkout): void {
  checkout.on("*", (name, detail) => {
    if (name === "placed") is<Is<typeof detail.amazonOrderId, string>>();
    else if (name === "error") is<Is<typeof detail, LanderPayError>>();
    else if (name === "state") is<Is<typeof detail, CheckoutSnapshot>>();
  });
  checkout.on("*", (name) => console.log(name));
  const log = (name: string, detail: unknown) => console.log(name, detail);
  checkout.on("*", log);
}

/** What a switch over the states and what is missing has to know. */
export function describe({ state, missing }: CheckoutSnapshot): string {
  switch (state) {
    case "loading":
    case "signed-out":
    case "signing-in":
    case "ready":
    case "placing":
    case "confirming":
    case "placed":
    case "declined":
    case "expired":
    case "unavailable":
    case "signed-in":
      return state;
    case "choosing":
      return missing.map((one) => ({ address: 1, payment: 2, consent: 3 })[one]).join();
    default: {
      const never: never = state;
      return never;
    }
  }
}

/** Options whose values come from elsewhere. */
export function begin(
  environment: Environment,
  region: Region,
  agreement: Agreement,
  goods: Goods,
  element: Element,
  nonce: string | undefined,
): Promise<Checkout> {
  return createCheckout({
    ...ACCOUNT,
    environment,
    region,
    agreement,
    goods,
    nonce,
    button: { container: element, color: "Gold" },
    addressBook: element,
    wallet: { container: "#cards", design: "smartphoneCollapsible" },
    consent: { container: element },
    backend: { url: "/amazon-pay", format: "form" },
    order: async () => ({ campaignId: 12, gift: true, coupon: null, note: undefined }),
    beforeOrder: ({ campaignId }) => (campaignId === 12 ? { custom1: "a" } : false),
  });
}

export const wrapped = (options: CheckoutOptions): Promise<Checkout> => createCheckout(options);

export const simulated = (simulator: string | undefined): Promise<Checkout> =>
  createCheckout({
    ...SANDBOX,
    button: "#pay",
    addressBook: "#addresses",
    wallet: "#cards",
    backend: "/amazon-pay",
    order: new FormData() && document.forms[0] ? document.forms[0] : "#order",
    beforeOrder: () => {},
    simulator,
  });

export const thanks: CheckoutOptions = { ...SANDBOX, page: "thank-you", orderId: "#order-id" };
