/**
 * The simulator of Amazon Pay, for tests and for developers' machines. It is reached from this machine
 * only, keeps everything in memory, and moves no money.
 *
 * @example
 * import { startSimulator } from "landerpay/simulator";
 *
 * const amazon = await startSimulator({ scenario: { login: "auto" } });
 * // … the page has data-simulator with amazon.url, and is bought on …
 * console.log(amazon.contracts);
 * await amazon.close();
 */
export function startSimulator(options?: SimulatorOptions): Promise<Simulator>;

export interface SimulatorOptions {
  /** Default: any free one. */
  port?: number;
  /** Default: `"127.0.0.1"`, which nobody else can reach. */
  host?: string;
  /** What is set from the beginning. */
  scenario?: Scenario;
  /** Where the links of the list of scenarios lead. */
  pages?: Pages;
  /** Whether a panel for people stands on every page that loads Widgets.js. Default: `false`. */
  panel?: boolean;
}

/** The addresses of pages that show the scenarios. */
export interface Pages {
  /** A page with a one-time purchase. */
  checkout?: string;
  /** A page with recurring charges and a consent. */
  recurring?: string;
  /** A page whose wallet presents another currency. */
  presentment?: string;
}

/**
 * A running simulator. Start one for each test: each has its own buyers, orders and scenario, so tests
 * that run at once do not disturb each other. Its functions can be taken out and handed on.
 */
export interface Simulator {
  /** For `data-simulator`, or the package's option `simulator`. */
  readonly url: string;
  /** The same, as the origin that a policy or a route needs. */
  readonly origin: string;
  /** Every flag, as it counts for `url` now. */
  readonly scenario: Readonly<Record<string, string>>;
  /**
   * Adds to what is set, from the next request on: what is drawn already stays. `undefined` brings a
   * flag back to its default.
   * @throws {Error} for an unknown flag or value, with the valid ones
   */
  set(scenario: Scenario): void;
  /** As freshly started: nothing is set, nobody is signed in, and nothing has happened. */
  reset(): void;
  /** An address with a scenario of its own, which wins over what is set. */
  with(scenario: Scenario): string;
  /**
   * Points the drop-in tag of a page's HTML here: `data-environment` becomes `sandbox`, and
   * `data-simulator` this address, with the scenario in it if one is given.
   * @throws {Error} if there is no tag for `landerpay.js`
   */
  inject(html: string, scenario?: Scenario): string;
  /** Changes where the links of the list of scenarios lead. */
  setPages(pages: Pages): void;
  /** What has happened, oldest first. */
  readonly events: SimulatorEvent[];
  /** Order references and billing agreements, oldest first, with what was chosen. */
  readonly contracts: Contract[];
  readonly signIns: SignIn[];
  readonly signOuts: SignOut[];
  /**
   * The first event of this type, as soon as there is one.
   * @param options.timeout in milliseconds; default 10000. Then it rejects, with what has happened.
   */
  waitFor<Type extends SimulatorEvent["type"]>(
    type: Type,
    options?: { timeout?: number },
  ): Promise<Extract<SimulatorEvent, { type: Type }>>;
  /** Ends it, requests that a scenario leaves hanging included. */
  close(): Promise<void>;
}

export type SimulatorEvent = SignIn | SignInFailed | SignOut | ContractMade | Choice;

export interface SignIn {
  type: "sign-in";
  account: Account;
  by: "window" | "redirect";
}

export interface SignInFailed {
  type: "sign-in-failed";
  error: LoginError;
  by: "window" | "redirect";
}

export interface SignOut {
  type: "sign-out";
  /** `null` if nobody was signed in. */
  account: Account | null;
}

export interface ContractMade {
  type: "contract";
  id: string;
  agreementType: Contract["agreementType"];
  account: Account;
}

export interface Choice {
  type: "choice";
  /** The contract's. */
  id: string;
  kind: "address" | "payment" | "consent";
  choice: string | boolean;
}

export interface Contract {
  id: string;
  agreementType: "OrderReference" | "BillingAgreement";
  sandbox: boolean;
  account: Account;
  /** What the total has to be in. */
  currency: string;
  /** `null` until it is chosen. */
  address: string | null;
  /** `null` until it is chosen, and again after another address. */
  payment: string | null;
  /** `null` for an order reference. */
  consent: boolean | null;
}

export type Account =
  | "maria"
  | "one-word"
  | "five-word"
  | "no-email"
  | "rtl"
  | "emoji"
  | "long"
  | "markup"
  | "no-default";

export type LoginError =
  | "access_denied"
  | "invalid_grant"
  | "invalid_request"
  | "invalid_scope"
  | "server_error"
  | "temporarily_unavailable"
  | "unauthorized_client";

export type Loading = "ok" | "404" | "slow" | "hang";

/** What Amazon does differently. Every flag is described in docs/testing.md. */
export interface Scenario {
  /** How Widgets.js arrives. */
  widgets?: Loading;
  /** How the login script arrives that Widgets.js asks for. */
  sdk?: Loading;
  /** `"never"`: the session script does not arrive, widgets stay blank. */
  stabilizer?: "ok" | "never";
  /** `"auto"` signs in without a question; the errors are Amazon's answer. */
  login?: "ask" | "auto" | "denied" | LoginError;
  /** `"closes"`: the sign-in window closes itself, and nothing is heard. */
  popup?: "normal" | "closes";
  /** `"refused"`: the shop is not on the client's list. */
  origin?: "allowed" | "refused";
  /** The buyer who is preselected. */
  account?: Account;
  /** How the profile is answered. */
  profile?: "ok" | "401" | "500" | "slow" | "html" | "no-cors" | "hang";
  /** Whether the address book selects something by itself. */
  addresses?: "default" | "none-chosen";
  /** Amazon's error code, which the address book reports. */
  "address-error"?: string;
  /** Whether the wallet selects something by itself. */
  cards?: "default" | "none-chosen";
  /** How long a wallet waits for the address book, in milliseconds. */
  "wallet-wait"?: number | string;
  /** Amazon's error code, which the wallet reports. */
  "wallet-error"?: string;
  /** Whether another currency than the region's own may be presented. */
  currency?: "ok" | "unsupported";
  /** The box of a consent as it is drawn; `"400"`: a page of status 400 in its place. */
  consent?: "default" | "ticked" | "400";
  /** How often a consent's `onReady` is called. */
  "consent-ready"?: "once" | "twice";
  /** Amazon's error code, which the consent reports. */
  "consent-error"?: string;
  /** `"first"`: the first widgets make two orders. */
  visit?: "returning" | "first";
  /** How long a session lasts, in seconds. */
  expires?: number | string;
}
