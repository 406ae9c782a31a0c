import { expect } from "@playwright/test";
import { Buyer, DROP_IN } from "./buyer.js";

/** The shop, as a test wants it to be. */
export class Shop {
  constructor(page, servers) {
    this.page = page;
    this.origin = servers.shop;
    this.simulator = servers.simulator;
  }

  /** The base address of the simulator in a scenario. */
  amazon(flags) {
    return this.simulator + (flags ? `/with/${flags}` : "");
  }

  /**
   * Opens a page in a scenario of the simulator.
   *
   * @param {string} [flags] such as `login=auto,account=emoji`
   * @param {object} [options]
   * @param {typeof DROP_IN} [options.parts] which page
   * @param {((html: string) => string)[]} [options.edits] what the merchant wrote differently
   * @param {Record<string, string>} [options.headers] what the merchant's server sends besides
   * @param {string} [options.at] a query, a hash or both
   * @returns {Promise<Buyer>} somebody who looks at it
   */
  async open(flags = "", options = {}) {
    const { parts = DROP_IN, at = "" } = options;
    await this.prepare(flags, options);
    // Amazon's script may hang, and would hold up the event "load".
    await this.page.goto(this.origin + parts.path + at, { waitUntil: "domcontentloaded" });
    return this.look(parts);
  }

  /** The same for a page to which the buyer comes later. */
  async prepare(flags = "", { parts = DROP_IN, edits = [], headers = {} } = {}) {
    await this.page.route(isAt(this.origin + parts.path), async (route) => {
      const response = await route.fetch(parts.source && { url: this.origin + parts.source });
      const html = (await response.text()).replaceAll(this.simulator, this.amazon(flags));
      const body = edits.reduce((text, edit) => edit(text), html);
      await route.fulfill({ response, body, headers: { ...response.headers(), ...headers } });
    });
  }

  /** Opens the drop-in's page with a buyer signed in (`login=auto`) and everything chosen. */
  async openReady(flags = "", options) {
    const buyer = await this.open(`login=auto${flags && `,${flags}`}`, options);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await this.snapshot();
    return { buyer, amazonOrderId };
  }

  /** Opens a page that the test writes itself. */
  async openOwn(html, { at = "", headers = {} } = {}) {
    const url = `${this.origin}/own-page.html`;
    await this.page.route(isAt(url), (route) =>
      route.fulfill({ contentType: "text/html; charset=utf-8", headers, body: html }),
    );
    await this.page.goto(url + at, { waitUntil: "domcontentloaded" });
  }

  /**
   * Has Amazon's page send the buyer back by a script. A redirect would pass by what routes make of
   * the shop's pages: the scenario, and the merchant's edits.
   *
   * @param {(address: string) => string} [edit] what comes back instead
   */
  async sendBack(edit = (address) => address) {
    await this.page.route("**/ap/oa?*", async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const { location } = response.headers();
      if (!location) return route.fulfill({ response });
      const headers = { "content-type": "text/html", "referrer-policy": "no-referrer" };
      const body = `<script>location.replace(${JSON.stringify(edit(location))})</script>`;
      return route.fulfill({ headers, body });
    });
  }

  /** Has the shop's answers to orders and upsells wait. @returns {Promise<() => void>} lets them through */
  async holdAnswer() {
    let answer;
    const answered = new Promise((resolve) => {
      answer = resolve;
    });
    await this.page.route("**/import-*", async (route) => {
      const response = await route.fetch();
      await answered;
      await route.fulfill({ response });
    });
    return answer;
  }

  /** Somebody who looks at the page that is open. */
  look(parts) {
    return new Buyer(this.page, parts);
  }

  /** The DOM events so far: `{ name, detail, state }`. */
  events() {
    return this.page.evaluate(() => window.seen);
  }

  /** Their names, without those left out. */
  async names(...leftOut) {
    const names = (await this.events()).map(({ name }) => name);
    return names.filter((name) => !leftOut.includes(name));
  }

  /** The details of all events of one name. */
  async details(wanted) {
    return (await this.events()).filter(({ name }) => name === wanted).map(({ detail }) => detail);
  }

  /** Waits for the n-th event of this name, and returns its detail. */
  async heard(name, count = 1) {
    await expect.poll(async () => (await this.details(name)).length).toBeGreaterThanOrEqual(count);
    return (await this.details(name))[count - 1];
  }

  /** Waits until the page's root element says so. */
  async expectState(state) {
    await expect(this.page.locator("html")).toHaveAttribute("data-landerpay-state", state);
  }

  /** The page's tab is looked at again. */
  comeIntoSight() {
    return this.page.evaluate(() =>
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true })),
    );
  }

  /** `LanderPay.checkout.snapshot()` */
  snapshot() {
    return this.page.evaluate(() => window.LanderPay.checkout.snapshot());
  }

  /** The access token that Amazon's script got. */
  token() {
    const ask = (resolve) =>
      window.amazon.Login.authorize({ scope: "profile", interactive: "never" }, resolve);
    return this.page
      .evaluate(`new Promise(${ask}).then((answer) => answer.access_token)`)
      .catch(() => undefined);
  }
}

/** Matches an address whatever its query is. */
const isAt = (wanted) => (url) => url.origin + url.pathname === wanted;

/** An edit: adds a hidden field to the order form. */
export const field = (name, value) => (html) =>
  html.replace(
    /<form[^>]* data-landerpay="order"[^>]*>/,
    `$&<input type="hidden" name="${name}" value="${value}">`,
  );

/** An edit: gives the drop-in's tag this attribute, in place of the one that is there. */
export const option = (name, value) => (html) =>
  without(name)(html).replace('src="/landerpay/landerpay.js"', `$& data-${name}="${value}"`);

/** An edit: takes an attribute off the drop-in's tag. */
export const without = (name) => (html) => html.replace(new RegExp(`\\s+data-${name}="[^"]*"`), "");

/** An edit: another way to pay, which is the page's own. */
export const otherWay = (html) =>
  html.replace(
    "<main",
    `<form id="other" onsubmit="event.preventDefault(); this.dataset.sent = 1">
      <button>Pay by card</button></form>$&`,
  );

/** The buyer's consent to recurring payments, in Amazon's widget. */
export const consentOf = (page) =>
  page.frameLocator('[data-landerpay="consent"] iframe').getByRole("checkbox");

/** Takes it. */
export async function payAnotherWay(page) {
  await page.getByRole("button", { name: "Pay by card" }).click();
  await expect(page.locator("#other")).toHaveAttribute("data-sent", "1");
}

/** Has the pages from now on find no storage of these names, as browsers do that block it. */
export const blockStorage = (page, ...names) =>
  page.addInitScript((blocked) => {
    for (const name of blocked) {
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
    }
  }, names);

/** The headers of every request for a profile from now on, from any page of this tab. */
export function profileRequests(page) {
  const seen = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith("/user/profile")) seen.push(request.headers());
  });
  return seen;
}

/**
 * Writes down what the pages from now on call of `amazon.Login`.
 *
 * @returns {Promise<() => Promise<[string, ...unknown[]][]>>} reads the calls of the page that is open
 */
export async function callsOf(page, names) {
  const wrap = (wanted) => {
    window.calls = [];
    for (const name of wanted) {
      const call = window.amazon.Login[name];
      window.amazon.Login[name] = (...given) => {
        window.calls.push([name, ...given]);
        return call(...given);
      };
    }
  };
  await page.route("**/sdk/login1.js", async (route) => {
    const response = await route.fetch();
    const body = `${await response.text()};(${wrap})(${JSON.stringify(names)});`;
    await route.fulfill({ response, body });
  });
  return () => page.evaluate(() => window.calls);
}
