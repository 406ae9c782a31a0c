/** Real purchases, or Amazon's sandbox (and the simulator). There is no default. */
export type Environment = "live" | "sandbox";

/**
 * What a page of a funnel is for: to choose and place the order (`"checkout"`); to choose only, before a
 * review page; to review and place; to add something to a placed order; to show it; or only to sign in.
 */
export type Page = "checkout" | "choose" | "review" | "upsell" | "thank-you" | "sign-in";

/** One order, or a billing agreement for recurring charges. */
export type Agreement = "one-time" | "recurring";

/** Where the merchant's Amazon account lives. */
export type Region = "us" | "uk" | "de" | "eur" | "gbp" | "jp";

/**
 * An element of the page, or a CSS selector. `addressBook` and `wallet` take its first match, all
 * others take every match.
 */
export type Container = string | Element;

/** A value that can travel to the CRM. Absent (`null`, `undefined`) fields are left out. */
export type FieldValue = string | number | boolean | null | undefined;

/**
 * The order's own fields by the CRM's names: `campaignId`, `product1_id`, … Credentials and prices
 * are refused; they belong to the backend.
 */
export type OrderFields = Record<string, FieldValue>;

/** What `beforeOrder` gives: fields to add or change, `false` to hold the order back, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a `return` gives nothing.
export type FieldChanges = OrderFields | false | void;

/** The looks of Amazon's button. What is left out is Amazon's default. */
export interface ButtonOptions {
  container: Container;
  type?: "PwA" | "LwA" | "Pay" | "Login" | "A";
  color?: "Gold" | "LightGray" | "DarkGray";
  size?: "small" | "medium" | "large" | "x-large";
  /** For `uk`, `de`, `eur` and `gbp`. Amazon's other scripts know their own language only. */
  language?: "en-GB" | "de-DE" | "fr-FR" | "it-IT" | "es-ES";
}

/** AddressBook or Wallet, and how it takes its place. */
export interface WidgetOptions {
  container: Container;
  /**
   * `"responsive"`, the default, fills the container, which must have a height: 228 to 400 CSS
   * pixels, 150 at least for a review. `"smartphoneCollapsible"` is 135 pixels high and unfolds over
   * the whole screen.
   */
  design?: "responsive" | "smartphoneCollapsible";
}

export interface WalletOptions extends WidgetOptions {
  /**
   * The currency in which the buyer pays, such as `"CHF"`, if it is not the region's own. For `uk`,
   * `de`, `eur` and `gbp`. The backend must set the same one; if Amazon refuses it, the Wallet goes
   * on with the region's own, and the page hears `currency_refused`.
   */
  presentmentCurrency?: string;
}

export interface BackendOptions {
  /**
   * Orders are posted to `{url}/import-order`, upsells to `{url}/import-upsale`. A path, or an https
   * address.
   */
  url: string;
  /** How they are written. Default: `"json"`. */
  format?: "json" | "form";
}

export interface CheckoutOptions {
  environment: Environment;
  region: Region;
  /** The Login with Amazon client id, `amzn1.application-oa2-client.…`. */
  clientId: string;
  /** Amazon's merchant id. */
  sellerId: string;
  /** What this page of the funnel is for. Default: `"checkout"`. */
  page?: Page;
  /**
   * Where the buyer goes from here: once the order is placed, everything is chosen, or, on a `"sign-in"` page, the
   * profile has arrived. A path or an https address.
   */
  next?: string;
  /** For how many minutes after the order upsells are taken, as the CRM's campaign has it. Default: 120. */
  upsellMinutes?: string | number;
  /** What the buyer agrees to: one order, or charges again and again. Default: `"one-time"`. */
  agreement?: Agreement;
  /** Whether something is delivered. `"digital"` goods need no `addressBook`. Default: `"physical"`. */
  goods?: "physical" | "digital";
  /** Required, except on a thank-you page. */
  button?: Container | ButtonOptions;
  /** Required where an address is chosen. */
  addressBook?: Container | WidgetOptions;
  /** Required where the buyer chooses. */
  wallet?: Container | WalletOptions;
  /** Where the chosen address is shown once more, to be read only. */
  addressReview?: Container | WidgetOptions;
  /** The same for the chosen payment method. */
  walletReview?: Container | WidgetOptions;
  /**
   * Where the buyer agrees to recurring charges. Required for `"recurring"`, unless `scope` has
   * `payments:autopay_consent`: then the sign-in asks.
   */
  consent?: Container | { container: Container };
  /** The page's own button that places the order; disabled while something is missing. */
  placeOrder?: Container | { container: Container };
  /** Where the buyer reads what to do next. Give it `role="status"`. */
  status?: Container | { container: Container };
  /** The page's own control that signs the buyer out; hidden while nobody is signed in. */
  signOut?: Container | { container: Container };
  /** Where the name of the buyer appears who is signed in; hidden while it is not known. */
  buyer?: Container | { container: Container };
  /** Where the CRM's order id appears once there is one. */
  orderId?: Container | { container: Container };
  /**
   * Fixed fields, a form (or its selector), or a function that is called when the order is placed. From
   * a function, an upsell page learns only then whether it has anything to add to.
   */
  order?: OrderFields | string | HTMLFormElement | (() => OrderFields | Promise<OrderFields>);
  /**
   * Called before an order or upsell is sent, with the page's own fields and what the funnel adds: the
   * values of the landing page's address, an upsell's `orderId`. Not with what LanderPay fills in: the
   * buyer's names and e-mail address, which win over the page's, Amazon's ids, the token. What it gives,
   * as a plain object, is added or changed, and left out if `null`; `false` holds the order back. It has
   * 10 seconds, together with `order`.
   */
  beforeOrder?: (fields: OrderFields) => FieldChanges | Promise<FieldChanges>;
  /** Required where something is placed. */
  backend?: string | BackendOptions;
  /** The id of the Amazon Pay MID in the CRM. The backend's own wins. */
  amazonBillerId?: string | number;
  /** Login with Amazon scopes. Default: `"profile payments:widget payments:shipping_address"`. */
  scope?: string;
  /**
   * Whether Amazon's sign-in opens in a window of its own. `"auto"`, the default: on a secure page
   * with a mouse, at least 600 CSS pixels wide, outside the browsers inside other apps. Otherwise
   * the buyer goes to Amazon's page and comes back.
   */
  popup?: "auto" | "always" | "never";
  /**
   * Where the buyer comes back to, if not to this page's path: a path on this host, which may have a
   * query. It must be among the client's Allowed Return URLs. With a window, it is opened after it.
   */
  returnUrl?: string;
  /**
   * Whether the token is also in the cookie `amazon_Login_accessToken`. `"auto"`, the default: only
   * after a redirect, where Amazon's widgets have no other way to know the buyer.
   */
  cookie?: "auto" | "always";
  /** The domain of Amazon's cookies, such as `.example.com`, for shops on several hosts. */
  siteDomain?: string;
  /** The page's CSP nonce, for Amazon's script. */
  nonce?: string;
  /**
   * The language of what the buyer reads: `de`, `en`, `es`, `fr`, `it` or `ja`. Default: that of the page,
   * `<html lang="…">`. Any other is English. It counts for all checkouts of the page.
   */
  language?: string;
  /** The page's own wording of what the buyer reads. It counts for all checkouts of the page. */
  words?: Words;
  /** The address of `landerpay.wasm`, if it is not beside the module; the first checkout's counts. */
  wasm?: string;
  /** Sandbox only: the address of Amazon's stand-in. */
  simulator?: string;
}

/**
 * What the buyer reads: where the checkout stands, then what went wrong, by the codes of the errors.
 * `{}` stands for what a sentence is about.
 */
export interface Words {
  /** Amazon Pay is loading… */
  loading?: string;
  /** Sign in with your Amazon account to continue. */
  sign_in?: string;
  /** Please continue in the Amazon window. If there is none, press the button again. */
  signing_in?: string;
  /** You are signed in with your Amazon account. */
  signed_in?: string;
  /** Please choose a delivery address. */
  choose_address?: string;
  /** Please choose a payment method. */
  choose_payment?: string;
  /** Please agree to the recurring payments. */
  give_consent?: string;
  /** Everything is chosen. You can place your order now. */
  ready?: string;
  /** Everything is chosen. You can go on to the next step. */
  go_on?: string;
  /** Everything is chosen. You can add it to your order now. */
  ready_to_add?: string;
  /** We do not know yet whether your order was placed, and are finding out. You can press the button to ask now: you do not pay twice. */
  unresolved?: string;
  /** Your order is being placed. This can take up to two minutes. */
  placing?: string;
  /** It is being added to your order. This can take up to two minutes. */
  adding?: string;
  /** You are being taken to the next page. */
  confirming?: string;
  /** Thank you. Your order has been placed. */
  placed?: string;
  /** Thank you. It has been added to your order. */
  added?: string;
  /** Your payment method was declined. Please choose another one and try again. */
  declined_payment?: string;
  /** The payment did not go through. Please try again. */
  declined_try_again?: string;
  /** The payment was declined. Please choose again or pay another way. */
  declined_over?: string;
  /** Your Amazon session ends in a few minutes. Please place your order soon. */
  expiring?: string;
  /** Your Amazon session has ended. Please sign in again. */
  expired?: string;
  /** Amazon Pay is not available right now. */
  unavailable?: string;
  /** Your order number is {}. */
  order_number?: string;
  /** Please correct the marked fields. */
  form_invalid?: string;
  /** The order was not sent: please check your details. */
  order_vetoed?: string;
  /** We cannot find your order in this window. Your confirmation has it; without one, please order first. */
  first_order_missing?: string;
  /** This offer has ended: your order is complete without it. */
  upsell_over?: string;
  /** This is part of your order already. */
  upsell_taken?: string;
  /** Nothing is chosen yet: please go back to the page before. */
  nothing_to_review?: string;
  /** Your browser keeps nothing for the next page: allow this shop to store data. */
  storage_blocked?: string;
  /** The order cannot be placed now: {}. */
  not_ready?: string;
  /** Amazon Pay could not be loaded: an ad blocker, a policy or the network stopped it. */
  amazon_unreachable?: string;
  /** Amazon Pay did not start in time: try again. */
  amazon_timeout?: string;
  /** A part of Amazon Pay did not appear in time: load this page again. */
  widget_timeout?: string;
  /** Your browser blocked Amazon's window: allow pop-ups here, then press the button again. */
  popup_blocked?: string;
  /** The sign-in was declined: sign in again to pay with Amazon. */
  sign_in_denied?: string;
  /** The shop's answer did not arrive. Try again: the order is not placed twice. */
  backend_unreachable?: string;
  /** The shop did not answer in time. Try again: the order is not placed twice. */
  backend_timeout?: string;
  /** Nobody knows yet whether the order exists. Do not pay again: ask the shop first. */
  outcome_unknown?: string;
  /** Amazon has closed this order after a while: please choose again. */
  order_stale?: string;
  /** Your Amazon session has ended: please sign in again. */
  token_refused?: string;
  /** The payment was declined: {}. */
  declined?: string;
  /** LanderPay could not start: … */
  wasm_unavailable?: string;
  /** Amazon Pay has stopped. … */
  module_crashed?: string;
}

export type CheckoutState =
  | "loading"
  | "signed-out"
  | "signing-in"
  | "choosing"
  | "ready"
  | "placing"
  | "confirming"
  | "placed"
  | "declined"
  | "expired"
  | "unavailable"
  | "signed-in";

export interface CheckoutSnapshot {
  state: CheckoutState;
  /** What the buyer still has to choose. Empty before the sign-in. */
  missing: ("address" | "payment" | "consent")[];
  /** True when the order can be placed now. */
  canPlace: boolean;
  /** True while nobody knows what became of a placed order: let the buyer ask again, not anew. */
  unresolved: boolean;
  /** Amazon's id of the purchase. A hint: the backend checks it. */
  amazonOrderId?: string;
  /** The CRM's id of the placed order. */
  orderId?: string;
}

/** The buyer's Login with Amazon profile, by Amazon's own names. */
export interface Profile {
  user_id?: string;
  name?: string;
  email?: string;
  postal_code?: string;
}

export interface PlacedOrder {
  /** Amazon's id of the purchase. */
  amazonOrderId: string;
  /** The CRM's id of the order, if its answer had one. */
  orderId?: string;
  /**
   * The CRM's whole `message`: its order object, usually. `null` for an order that a page shows again,
   * and absent on a `"choose"` page, where nothing is placed yet.
   */
  order?: unknown;
}

export interface Declined {
  reason:
    | "InvalidPaymentMethod"
    | "PaymentMethodNotAllowed"
    | "PaymentPlanNotSet"
    | "AmazonRejected"
    | "ProcessingFailure"
    | "TransactionTimedOut"
    | "Other";
  /** The CRM's words. Plain text: show it as text, never as HTML. */
  message: string;
}

export type LanderPayErrorCode =
  | "missing_option"
  | "unknown_option"
  | "invalid_option"
  | "forbidden_field"
  | "invalid_field"
  | "missing_container"
  | "form_invalid"
  | "order_function_failed"
  | "order_function_timeout"
  | "order_vetoed"
  | "first_order_missing"
  | "upsell_over"
  | "upsell_taken"
  | "nothing_to_review"
  | "storage_blocked"
  | "not_ready"
  | "disposed"
  | "unknown_event"
  | "amazon_unreachable"
  | "amazon_timeout"
  | "amazon_mismatch"
  | "amazon_threw"
  | "button_error"
  | "address_book_error"
  | "wallet_error"
  | "currency_refused"
  | "no_height"
  | "consent_error"
  | "widget_timeout"
  | "popup_blocked"
  | "sign_in_denied"
  | "sign_in_failed"
  | "sign_in_refused"
  | "profile_failed"
  | "backend_unreachable"
  | "backend_timeout"
  | "backend_unreadable"
  | "backend_failed"
  | "outcome_unknown"
  | "unknown_result"
  | "order_stale"
  | "token_refused"
  | "order_refused"
  | "crm_credentials"
  | "payment_unfinished"
  | "redirect_refused"
  | "declined"
  | "wasm_unavailable"
  | "module_crashed"
  | "module_unreachable";

export interface LanderPayError extends Error {
  name: "LanderPayError";
  code: LanderPayErrorCode;
  /** Who can do something about it. */
  audience: "buyer" | "merchant" | "developer" | "network";
  /** What it is about: an option's name, a selector, Amazon's own error code, an HTTP status. */
  subject?: string;
}

/** Every event and its detail. */
export interface CheckoutEvents {
  /** Where the checkout stands, or what is missing, changed. Comes before the other events. */
  state: CheckoutSnapshot;
  "signed-in": Record<string, never>;
  profile: Profile;
  "address-selected": { amazonOrderId?: string };
  "payment-selected": { amazonOrderId?: string };
  /** The buyer agreed to recurring charges, or took it back. A hint: the backend checks it. */
  consent: { given: boolean };
  ready: { amazonOrderId: string };
  placed: PlacedOrder;
  declined: Declined;
  /** The session ends within five minutes. */
  expiring: Record<string, never>;
  /** The session is over. What was chosen stays; the next sign-in goes on with it. */
  expired: Record<string, never>;
  /** The buyer signed out, here or in another tab. */
  "signed-out": Record<string, never>;
  error: LanderPayError;
}

/** A running checkout. Its methods can be taken out and handed on; they need no `this`. */
export interface Checkout {
  /** Where the checkout stands. */
  readonly state: CheckoutState;
  /** Where the checkout stands, what is missing, and the ids. */
  snapshot(): CheckoutSnapshot;
  /**
   * Calls `handler` for each event of this name, or for every event by the name `"*"`. What a
   * handler throws is reported to the page and changes nothing here.
   * @returns a function that removes the handler
   * @throws {LanderPayError} `unknown_event`
   */
  on<Name extends keyof CheckoutEvents>(
    event: Name,
    handler: (detail: CheckoutEvents[Name]) => void,
  ): () => void;
  on(
    event: "*",
    handler: (name: keyof CheckoutEvents, detail: CheckoutEvents[keyof CheckoutEvents]) => void,
  ): () => void;
  /**
   * Places the order, once. While it is on its way, and once it is placed, gives the answer to that one.
   * A `"choose"` page goes on to the next page instead, and gives `{ amazonOrderId }`.
   * @returns the placed order; rejects with a `LanderPayError` that says why there is none
   */
  placeOrder(): Promise<PlacedOrder>;
  /**
   * Has the buyer choose anew for the other agreement, signed in as before. Without effect on an order
   * that is on its way: the choice follows once its fate is known.
   * @throws {LanderPayError} `invalid_option`, also on a review page, which goes on with what was chosen;
   *   `missing_option` without a place for the consent; `disposed`
   */
  setAgreement(agreement: Agreement): void;
  /**
   * Draws the Wallet anew with prices in another currency. Where there is none yet, or while an order is
   * on its way, the next drawing has it.
   * @throws {LanderPayError} `invalid_option` if it is no code of three capital letters, or in a region
   *   other than `uk`, `de`, `eur` and `gbp`; `disposed`
   */
  setPresentmentCurrency(code: string): void;
  /**
   * Signs the buyer out: at Amazon's script, in this tab and in every other one. An order that is
   * on its way still arrives.
   */
  signOut(): void;
  /**
   * Tries again after `unavailable`, or draws anew what is still missing. After `module_crashed` only
   * another `createCheckout` helps, or the page loaded again.
   */
  retry(): void;
  /**
   * Ends the checkout and takes what it drew off the page. Afterwards its state is `unavailable`,
   * `on`, `snapshot`, `setAgreement` and `setPresentmentCurrency` throw and `placeOrder` rejects with
   * `disposed`. Never throws.
   */
  dispose(): void;
}

/**
 * Begins a checkout: loads the module, checks the options, finds the containers and asks for
 * Amazon's script. May be called again after it failed. A module that has crashed ends all its
 * checkouts: each tells `module_crashed`, and so do its methods from then on. What is begun afterwards
 * has a module of its own.
 *
 * Rejects with a `LanderPayError` when an option is missing, unknown or unusable, when a container
 * is not on the page, or when the module does not load.
 */
export function createCheckout(options: CheckoutOptions): Promise<Checkout>;

/** Whether this was thrown, rejected with or reported by LanderPay. */
export function isLanderPayError(value: unknown): value is LanderPayError;
