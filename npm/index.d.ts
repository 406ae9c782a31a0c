/** Real purchases, or Amazon's sandbox (and the simulator). There is no default. */
export type Environment = "live" | "sandbox";

/**
 * What a page of a funnel is for: to choose and place the order (`"checkout"`); to choose only, before a
 * review page; to review and place; to add something to a placed order; to show it; or only to sign in.
 */
export type Page = "checkout" | "choose" | "review" | "upsell" | "thank-you" | "sign-in";

/** One order, or a billing agreement for recurring charges. */
export type Agreement = "one-time" | "recurring";

/** Whether something is delivered. */
export type Goods = "physical" | "digital";

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

/** Gives the order's own fields, at once or later. */
export type OrderFunction = () => OrderFields | Promise<OrderFields>;

/** Sees an order before it is sent, and may change it or hold it back. */
export type BeforeOrder = (fields: OrderFields) => FieldChanges | Promise<FieldChanges>;

/** What `beforeOrder` gives: fields to add or change, `false` to hold the order back, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function without a `return` gives nothing.
export type FieldChanges = OrderFields | false | void;

/** The looks of Amazon's button. What is left out is Amazon's default. */
export interface ButtonOptions {
  /** Where the button is drawn: one in each match. */
  container: Container;
  /** What stands on it. Default: Amazon's. */
  type?: "PwA" | "LwA" | "Pay" | "Login" | "A" | undefined;
  /** Default: Amazon's, which is `"Gold"`. */
  color?: "Gold" | "LightGray" | "DarkGray" | undefined;
  /** Default: Amazon's. */
  size?: "small" | "medium" | "large" | "x-large" | undefined;
  /** Only for `uk`, `de`, `eur` and `gbp`. Amazon's other scripts know their own language only. */
  language?: undefined;
}

/** The same in the regions whose script knows several languages: `uk`, `de`, `eur` and `gbp`. */
export interface EuropeanButtonOptions extends Omit<ButtonOptions, "language"> {
  /** What the button is written in. Default: Amazon's, by the region. */
  language?: "en-GB" | "de-DE" | "fr-FR" | "it-IT" | "es-ES" | undefined;
}

/** AddressBook or Wallet, and how it takes its place. */
export interface WidgetOptions {
  /** Where it is drawn: the first match. */
  container: Container;
  /**
   * `"responsive"`, the default, fills the container, which must have a height: 228 to 400 CSS
   * pixels, 150 at least for a review. `"smartphoneCollapsible"` is 135 pixels high and unfolds over
   * the whole screen.
   */
  design?: "responsive" | "smartphoneCollapsible" | undefined;
}

/** The Wallet, and how it takes its place. */
export interface WalletOptions extends WidgetOptions {
  /** Only for `uk`, `de`, `eur` and `gbp`. Elsewhere buyers pay in the region's own currency. */
  presentmentCurrency?: undefined;
}

/** The same in the regions in which a buyer may pay in another currency: `uk`, `de`, `eur` and `gbp`. */
export interface EuropeanWalletOptions extends WidgetOptions {
  /**
   * The currency in which the buyer pays, three capital letters such as `"CHF"`. Default: the
   * region's own. The backend must set the same one; if Amazon refuses it, the Wallet goes on with the
   * region's own, and the page hears `currency_refused`.
   */
  presentmentCurrency?: string | undefined;
}

/** Who takes the orders. */
export interface BackendOptions {
  /**
   * Orders are posted to `{url}/import-order`, upsells to `{url}/import-upsale`. A path, or an https
   * address.
   */
  url: string;
  /** How they are written. Default: `"json"`. */
  format?: "json" | "form" | undefined;
}

/** An element, for options that have nothing else to say. */
export interface ElementOptions {
  /** The element, or a CSS selector. */
  container: Container;
}

/** What every page says or may say, whatever it is for. */
export interface CommonOptions {
  /** Real purchases (`"live"`), or Amazon's sandbox. There is no default. */
  environment: Environment;
  /** Where the merchant's Amazon account lives. It decides which of Amazon's scripts is loaded. */
  region: Region;
  /** The Login with Amazon client id, `amzn1.application-oa2-client.…`. */
  clientId: string;
  /** Amazon's merchant id: letters and digits, 32 at most. */
  sellerId: string;
  /** What this page of the funnel is for: it decides what else is required. Default: `"checkout"`. */
  page?: Page | undefined;
  /** For how many minutes after the order upsells are taken, as the CRM's campaign has it. Default: 120. */
  upsellMinutes?: string | number | undefined;
  /**
   * What the buyer agrees to: one order, or charges again and again. Default: `"one-time"`.
   * `"recurring"` needs `consent`, or a `scope` that asks for it.
   */
  agreement?: Agreement | undefined;
  /** Whether something is delivered. `"digital"` goods need no `addressBook`. Default: `"physical"`. */
  goods?: Goods | undefined;
  /** Where the chosen address is shown once more, to be read only. */
  addressReview?: Container | WidgetOptions | undefined;
  /** Where the chosen payment method is shown once more, to be read only. */
  walletReview?: Container | WidgetOptions | undefined;
  /** The page's own button that places the order; disabled while something is missing. */
  placeOrder?: Container | ElementOptions | undefined;
  /** Where the buyer reads what to do next. Give it `role="status"`. */
  status?: Container | ElementOptions | undefined;
  /** The page's own control that signs the buyer out; hidden while nobody is signed in. */
  signOut?: Container | ElementOptions | undefined;
  /** Where the name of the buyer appears who is signed in; hidden while it is not known. */
  buyer?: Container | ElementOptions | undefined;
  /** Where the CRM's order id appears once there is one. */
  orderId?: Container | ElementOptions | undefined;
  /**
   * Fixed fields, a form (or its selector), or a function that is called when the order is placed. From
   * a function, an upsell page learns only then whether it has anything to add to.
   */
  order?: OrderFields | string | HTMLFormElement | OrderFunction | undefined;
  /**
   * Called before an order or upsell is sent, with the page's own fields and what the funnel adds: the
   * values of the landing page's address, an upsell's `orderId`. Not with what LanderPay fills in: the
   * buyer's names and e-mail address, which win over the page's, Amazon's ids, the token. What it gives,
   * as a plain object, is added or changed, and left out if `null`; `false` holds the order back. It has
   * 10 seconds, together with `order`.
   */
  beforeOrder?: BeforeOrder | undefined;
  /** The id of the Amazon Pay MID in the CRM. The backend's own wins. */
  amazonBillerId?: string | number | undefined;
  /**
   * Login with Amazon scopes, separated by spaces. Default:
   * `"profile payments:widget payments:shipping_address"`. With `payments:autopay_consent` the sign-in
   * asks for the consent to recurring charges.
   */
  scope?: string | undefined;
  /**
   * Whether Amazon's sign-in opens in a window of its own. `"auto"`, the default: on a secure page
   * with a mouse, at least 600 CSS pixels wide, outside the browsers inside other apps. Otherwise
   * the buyer goes to Amazon's page and comes back.
   */
  popup?: "auto" | "always" | "never" | undefined;
  /**
   * Where the buyer comes back to, if not to this page's path: a path on this host, which may have a
   * query. It must be among the client's Allowed Return URLs. With a window, it is opened after it.
   */
  returnUrl?: string | undefined;
  /**
   * Whether the token is also in the cookie `amazon_Login_accessToken`. `"auto"`, the default: only
   * after a redirect, where Amazon's widgets have no other way to know the buyer.
   */
  cookie?: "auto" | "always" | undefined;
  /** The domain of Amazon's cookies, such as `.example.com`, for shops on several hosts. */
  siteDomain?: string | undefined;
  /** The page's CSP nonce, for Amazon's script. */
  nonce?: string | undefined;
  /**
   * The language of what the buyer reads: `de`, `en`, `es`, `fr`, `it` or `ja`. Default: that of the page,
   * `<html lang="…">`. Any other is English. It counts for all checkouts of the page.
   */
  language?: string | undefined;
  /** The page's own wording of what the buyer reads. It counts for all checkouts of the page. */
  words?: Words | undefined;
  /** The address of `landerpay.wasm`, if it is not beside the module; the first checkout's counts. */
  wasm?: string | undefined;
  /** Only with `"sandbox"`: the address of Amazon's stand-in. */
  simulator?: string | undefined;
}

/**
 * What the buyer reads: where the checkout stands, then what went wrong, by the codes of the errors.
 * `{}` stands for what a sentence is about.
 */
export interface Words {
  /** Amazon Pay is loading… */
  loading?: string | undefined;
  /** Sign in with your Amazon account to continue. */
  sign_in?: string | undefined;
  /** Please continue in the Amazon window. If there is none, press the button again. */
  signing_in?: string | undefined;
  /** You are signed in with your Amazon account. */
  signed_in?: string | undefined;
  /** Please choose a delivery address. */
  choose_address?: string | undefined;
  /** Please choose a payment method. */
  choose_payment?: string | undefined;
  /** Please agree to the recurring payments. */
  give_consent?: string | undefined;
  /** Everything is chosen. You can place your order now. */
  ready?: string | undefined;
  /** Everything is chosen. You can go on to the next step. */
  go_on?: string | undefined;
  /** Everything is chosen. You can add it to your order now. */
  ready_to_add?: string | undefined;
  /** We do not know yet whether your order was placed, and are finding out. You can press the button to ask now: you do not pay twice. */
  unresolved?: string | undefined;
  /** Your order is being placed. This can take up to two minutes. */
  placing?: string | undefined;
  /** It is being added to your order. This can take up to two minutes. */
  adding?: string | undefined;
  /** You are being taken to the next page. */
  confirming?: string | undefined;
  /** Thank you. Your order has been placed. */
  placed?: string | undefined;
  /** Thank you. It has been added to your order. */
  added?: string | undefined;
  /** Your payment method was declined. Please choose another one and try again. */
  declined_payment?: string | undefined;
  /** The payment did not go through. Please try again. */
  declined_try_again?: string | undefined;
  /** The payment was declined. Please choose again or pay another way. */
  declined_over?: string | undefined;
  /** Your Amazon session ends in a few minutes. Please place your order soon. */
  expiring?: string | undefined;
  /** Your Amazon session has ended. Please sign in again. */
  expired?: string | undefined;
  /** Amazon Pay is not available right now. */
  unavailable?: string | undefined;
  /** Your order number is {}. */
  order_number?: string | undefined;
  /** Please correct the marked fields. */
  form_invalid?: string | undefined;
  /** The order was not sent: please check your details. */
  order_vetoed?: string | undefined;
  /** We cannot find your order in this window. Your confirmation has it; without one, please order first. */
  first_order_missing?: string | undefined;
  /** This offer has ended: your order is complete without it. */
  upsell_over?: string | undefined;
  /** This is part of your order already. */
  upsell_taken?: string | undefined;
  /** Nothing is chosen yet: please go back to the page before. */
  nothing_to_review?: string | undefined;
  /** Your browser keeps nothing for the next page: allow this shop to store data. */
  storage_blocked?: string | undefined;
  /** The order cannot be placed now: {}. */
  not_ready?: string | undefined;
  /** Amazon Pay could not be loaded: an ad blocker, a policy or the network stopped it. */
  amazon_unreachable?: string | undefined;
  /** Amazon Pay did not start in time: try again. */
  amazon_timeout?: string | undefined;
  /** A part of Amazon Pay did not appear in time: load this page again. */
  widget_timeout?: string | undefined;
  /** Your browser blocked Amazon's window: allow pop-ups here, then press the button again. */
  popup_blocked?: string | undefined;
  /** The sign-in was declined: sign in again to pay with Amazon. */
  sign_in_denied?: string | undefined;
  /** The shop's answer did not arrive. Try again: the order is not placed twice. */
  backend_unreachable?: string | undefined;
  /** The shop did not answer in time. Try again: the order is not placed twice. */
  backend_timeout?: string | undefined;
  /** Nobody knows yet whether the order exists. Do not pay again: ask the shop first. */
  outcome_unknown?: string | undefined;
  /** Amazon has closed this order after a while: please choose again. */
  order_stale?: string | undefined;
  /** Your Amazon session has ended: please sign in again. */
  token_refused?: string | undefined;
  /** The payment was declined: {}. */
  declined?: string | undefined;
  /** LanderPay could not start: … */
  wasm_unavailable?: string | undefined;
  /** Amazon Pay has stopped. … */
  module_crashed?: string | undefined;
}

/** What is required on some pages, and may stand on all. */
export interface PageOptions<Button = ButtonOptions, Wallet = WalletOptions> {
  /** Where Amazon's button is drawn. Required, except on a `"thank-you"` page. */
  button: Container | Button;
  /** Required where an address is chosen: not for digital goods. */
  addressBook: Container | WidgetOptions;
  /** Required where the buyer chooses: not on a `"review"`, `"thank-you"` or `"sign-in"` page. */
  wallet: Container | Wallet;
  /**
   * Where the buyer agrees to recurring charges. Required for `"recurring"` where the buyer chooses,
   * unless `scope` has `payments:autopay_consent`: then the sign-in asks.
   */
  consent: Container | ElementOptions;
  /**
   * Who takes the orders. Required where something is placed: not on a `"choose"`, `"thank-you"` or
   * `"sign-in"` page.
   */
  backend: string | BackendOptions;
  /**
   * Where the buyer goes from here: once the order is placed, everything is chosen or, on a `"sign-in"`
   * page, the profile has arrived. A path or an https address. Required on a `"choose"` page.
   */
  next: string;
}

/** These are required, the others may be there. */
type Needs<Parts, Names extends keyof Parts> = Pick<Parts, Names> & {
  [Name in Exclude<keyof Parts, Names>]?: Parts[Name] | undefined;
};

/** Button and Wallet are what the region lets them be. */
type AnyParts = PageOptions<object, object>;

// Each shape is as wide as it can be, so that an option whose value is known only at run time fits one.
type ByPage<Parts extends AnyParts> =
  | ({ page: "thank-you" } & Needs<Parts, never>)
  | ({ page: "sign-in" } & Needs<Parts, "button">)
  | ({ page: "review" } & Needs<Parts, "button" | "backend">)
  | ({ page: "choose" } & Choosing<Parts, "button" | "wallet" | "next">)
  | ({ page?: "checkout" | "upsell" | undefined } & Choosing<
      Parts,
      "button" | "wallet" | "backend"
    >);

/** What a page needs on which the buyer chooses, besides `Names`. */
type Choosing<Parts extends AnyParts, Names extends keyof Parts> =
  | ({ goods: "digital" } & Consenting<Parts, Names>)
  | ({ goods?: Goods | undefined } & Consenting<Parts, Names | "addressBook">);

type Consenting<Parts extends AnyParts, Names extends keyof Parts> =
  | ({ scope: `${string}payments:autopay_consent${string}` } & Needs<Parts, Names>)
  | ({ agreement?: Agreement | undefined } & Needs<Parts, Names | "consent">)
  | ({ agreement?: "one-time" | undefined } & Needs<Parts, Names>);

type ByRegion =
  | ({ region: "uk" | "de" | "eur" | "gbp" } & ByPage<
      PageOptions<EuropeanButtonOptions, EuropeanWalletOptions>
    >)
  | ({ region: Region } & ByPage<PageOptions>);

type ByEnvironment =
  | { environment: "sandbox"; simulator?: string | undefined }
  | { environment: Environment; simulator?: undefined };

/**
 * What `createCheckout` takes. `page`, `goods` and `agreement` decide what is required:
 *
 * | `page` | required besides the account's four |
 * |---|---|
 * | `"checkout"` (default), `"upsell"` | `button`, `addressBook`, `wallet`, `backend` |
 * | `"choose"` | `button`, `addressBook`, `wallet`, `next` |
 * | `"review"` | `button`, `backend` |
 * | `"sign-in"` | `button` |
 * | `"thank-you"` | nothing |
 *
 * Where the buyer chooses, digital goods need no `addressBook`, and recurring charges need `consent`.
 * The account's four are `environment`, `region`, `clientId` and `sellerId`. `undefined` is as good as
 * left out. Anything else, and any other name, is refused.
 */
export type CheckoutOptions = CommonOptions & ByEnvironment & ByRegion;

/** Where a checkout stands. */
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

/** Where a checkout stands, what is missing, and the ids. */
export interface CheckoutSnapshot {
  /** Where the checkout stands. */
  state: CheckoutState;
  /** What the buyer still has to choose. Empty before the sign-in. */
  missing: MissingChoice[];
  /** True when the order can be placed now. */
  canPlace: boolean;
  /** True while nobody knows what became of a placed order: let the buyer ask again, not anew. */
  unresolved: boolean;
  /** Amazon's id of the purchase, such as `S01-1234567-1234567`. A hint: the backend checks it. */
  amazonOrderId?: string;
  /** The CRM's id of the placed order. */
  orderId?: string;
}

/** What the buyer may still have to choose. */
export type MissingChoice = "address" | "payment" | "consent";

/** The buyer's Login with Amazon profile, by Amazon's own names. Has a name, an e-mail address, or both. */
export interface Profile {
  /** Amazon's id of the buyer. */
  user_id?: string;
  /** First and last name in one. */
  name?: string;
  /** The e-mail address. */
  email?: string;
  /** Only if the scope `postal_code` was granted. */
  postal_code?: string;
}

/** An order that exists. */
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

/** Why Amazon or the CRM did not take the payment. */
export type DeclineReason =
  | "InvalidPaymentMethod"
  | "PaymentMethodNotAllowed"
  | "PaymentPlanNotSet"
  | "AmazonRejected"
  | "ProcessingFailure"
  | "TransactionTimedOut"
  | "Other";

/** A payment that was declined. */
export interface Declined {
  /** Why. */
  reason: DeclineReason;
  /** The CRM's words. Plain text: show it as text, never as HTML. */
  message: string;
}

/** What went wrong. The comment on each begins with the `audience`: who can do something about it. */
export type LanderPayErrorCode =
  /** Developer: A required option is absent. `subject`: its name. */
  | "missing_option"
  /** Developer: An option does not exist. `subject`: its name as the caller wrote it. */
  | "unknown_option"
  /**
   * Developer: An option has a value that cannot be used. `subject`: its name and what would be
   * accepted.
   */
  | "invalid_option"
  /**
   * Developer: An option or order field that would carry credentials, a price or one of our own
   * fields. `subject`: its name.
   */
  | "forbidden_field"
  /**
   * Developer: An order field is neither text, number nor boolean, or is given twice. `subject`:
   * its name.
   */
  | "invalid_field"
  /** Developer: No element matches a container's selector. `subject`: the selector. */
  | "missing_container"
  /** Buyer: The order form has fields that the browser finds invalid. */
  | "form_invalid"
  /** Developer: The order function threw, rejected, or gave something that is not an object. */
  | "order_function_failed"
  /** Developer: The order function did not answer in time. */
  | "order_function_timeout"
  /** Buyer: The page's own function held the order back. */
  | "order_vetoed"
  /**
   * Buyer: An upsell page was opened without an order to add to, or a thank-you page without one.
   */
  | "first_order_missing"
  /** Buyer: The time for additions to the order is over. */
  | "upsell_over"
  /** Buyer: The product was added to the order before. */
  | "upsell_taken"
  /** Buyer: A review page was opened before everything was chosen. */
  | "nothing_to_review"
  /** Buyer: The browser keeps nothing, so the next page would not know what was chosen. */
  | "storage_blocked"
  /** Buyer: The order cannot be placed now. `subject`: what is missing, or the state. */
  | "not_ready"
  /** Developer: The checkout was disposed. */
  | "disposed"
  /** Developer: `on()` was called with a name that is no event. `subject`: the name. */
  | "unknown_event"
  /** Network: Amazon's script could not be fetched: blocked, refused or unreachable. */
  | "amazon_unreachable"
  /** Network: Amazon's script came, but its objects did not appear in time. */
  | "amazon_timeout"
  /** Developer: The page has Widgets.js of another region or environment. */
  | "amazon_mismatch"
  /** Developer: A call into Amazon's script threw. `subject`: the exception's text. */
  | "amazon_threw"
  /** Merchant: The button reported an error. `subject`: Amazon's code. */
  | "button_error"
  /** Merchant: The AddressBook reported an error. `subject`: Amazon's code. */
  | "address_book_error"
  /** Merchant: The Wallet reported an error. `subject`: Amazon's code. */
  | "wallet_error"
  /**
   * Merchant: Amazon does not offer the presentment currency: the Wallet shows the region's own
   * instead. `subject`: Amazon's code.
   */
  | "currency_refused"
  /** Developer: A widget's container has no height. `subject`: the option that names it. */
  | "no_height"
  /** Merchant: The Consent widget reported an error. `subject`: Amazon's code. */
  | "consent_error"
  /** Network: A widget was drawn, and nothing of it shows. `subject`: the option that names it. */
  | "widget_timeout"
  /** Buyer: The browser did not let Amazon's window open. */
  | "popup_blocked"
  /** Buyer: The buyer declined to share the data that the purchase needs. */
  | "sign_in_denied"
  /** Merchant: The sign-in ended with another error of the SDK. `subject`: its error value. */
  | "sign_in_failed"
  /** Merchant: What came back from the sign-in is not ours or not usable. */
  | "sign_in_refused"
  /** Merchant: The profile could not be read. */
  | "profile_failed"
  /** Network: The backend could not be reached, or its answer was lost on the way. */
  | "backend_unreachable"
  /** Network: The backend took longer than the limit. */
  | "backend_timeout"
  /**
   * Merchant: The backend answered with something that is not the JSON envelope. `subject`: the
   * HTTP status.
   */
  | "backend_unreadable"
  /** Merchant: The backend answered with a server error. `subject`: the HTTP status. */
  | "backend_failed"
  /** Buyer: The backend does not know itself what became of the order. */
  | "outcome_unknown"
  /** Merchant: The backend answered with a `result` that is not known. `subject`: the result. */
  | "unknown_result"
  /** Buyer: Amazon has closed the order reference meanwhile: after three hours, say. */
  | "order_stale"
  /** Buyer: The access token is not good any more. */
  | "token_refused"
  /** Merchant: The backend or the CRM refused the order's content. `subject`: its message. */
  | "order_refused"
  /** Merchant: The CRM did not accept the backend's credentials. */
  | "crm_credentials"
  /** Merchant: The CRM wants a step that this page does not take: a PayPal page, a script. */
  | "payment_unfinished"
  /**
   * Merchant: The CRM asked for a redirect to an address that is not https, or the browser refuses
   * the next page's.
   */
  | "redirect_refused"
  /** Buyer: The payment was declined. `subject`: Amazon's reason. */
  | "declined"
  /** Network: The `.wasm` file did not come, or the page's policy does not let it run. */
  | "wasm_unavailable"
  /**
   * Developer: The module has trapped, and this checkout has ended. `cause`: what the browser
   * says.
   */
  | "module_crashed"
  /** Network: The drop-in could not load `index.js`, which it needs. */
  | "module_unreachable";

/** What LanderPay throws, rejects with and reports. `isLanderPayError` tells it from all others. */
export interface LanderPayError extends Error {
  /** What `isLanderPayError` looks at. */
  name: "LanderPayError";
  /** What went wrong, for programs: it does not change from version to version. */
  code: LanderPayErrorCode;
  /** Who can do something about it. */
  audience: Audience;
  /** What it is about: an option's name, a selector, Amazon's own error code, an HTTP status. */
  subject?: string;
}

/** Who can do something about an error: show its `message` to a `"buyer"`, and log the others. */
export type Audience = "buyer" | "merchant" | "developer" | "network";

/** An event that says everything by its name. */
export type NoDetail = Record<string, never>;

/** Every event and its detail. */
export interface CheckoutEvents {
  /** Where the checkout stands, or what is missing, changed. Comes before the other events. */
  state: CheckoutSnapshot;
  /** The buyer is signed in. */
  "signed-in": NoDetail;
  /** The buyer's name and e-mail address came. */
  profile: Profile;
  /** An address is selected: by the buyer, or by Amazon when the AddressBook is drawn. */
  "address-selected": Pick<CheckoutSnapshot, "amazonOrderId">;
  /** A payment method is selected: by the buyer, or by Amazon when the Wallet is drawn. */
  "payment-selected": Pick<CheckoutSnapshot, "amazonOrderId">;
  /** The buyer agreed to recurring charges, or took it back. A hint: the backend checks it. */
  consent: { given: boolean };
  /** Nothing is missing any more: the order can be placed. */
  ready: { amazonOrderId: string };
  /** The order exists. */
  placed: PlacedOrder;
  /** The payment was declined. The buyer can choose again, or pay another way. */
  declined: Declined;
  /** The session ends within five minutes. */
  expiring: NoDetail;
  /** The session is over. What was chosen stays; the next sign-in goes on with it. */
  expired: NoDetail;
  /** The buyer signed out, here or in another tab. */
  "signed-out": NoDetail;
  /** Something went wrong. What `createCheckout` rejects with is not told: nobody can listen yet. */
  error: LanderPayError;
}

/** The name of an event. */
export type CheckoutEventName = keyof CheckoutEvents;

/** What a handler of `"*"` gets: to compare the name narrows the detail. */
export type AnyCheckoutEvent = {
  [Name in CheckoutEventName]: [name: Name, detail: CheckoutEvents[Name]];
}[CheckoutEventName];

/** A running checkout. Its methods can be taken out and handed on; they need no `this`. */
export interface Checkout {
  /** Where the checkout stands. */
  readonly state: CheckoutState;
  /** Where the checkout stands, what is missing, and the ids. */
  snapshot(): CheckoutSnapshot;
  /**
   * Calls `handler` with the name and the detail of every event; to compare the name narrows the detail.
   * What a handler throws is reported to the page and changes nothing here.
   * @returns a function that removes the handler
   * @throws {LanderPayError} `disposed`
   */
  on(event: "*", handler: (...event: AnyCheckoutEvent) => void): () => void;
  /** The same for a handler that does not tell the events apart. */
  on(
    event: "*",
    handler: (name: CheckoutEventName, detail: CheckoutEvents[CheckoutEventName]) => void,
  ): () => void;
  /**
   * Calls `handler` with the detail of each event of this name. What a handler throws is reported to the
   * page and changes nothing here.
   * @returns a function that removes the handler
   * @throws {LanderPayError} `unknown_event`; `disposed`
   */
  on<Name extends CheckoutEventName>(
    event: Name,
    handler: (detail: CheckoutEvents[Name]) => void,
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
