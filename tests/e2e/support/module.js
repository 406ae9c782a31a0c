import { expect } from "@playwright/test";

/** A client and a seller that the simulator knows. */
export const CLIENT = {
  clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
  sellerId: "A2EXAMPLE1234X",
};

/** What a place for a checkout is called, to options and to people who look at it. */
export const placeOf = (n) => ({
  button: `#button-${n}`,
  addressBook: `#book-${n}`,
  wallet: `#wallet-${n}`,
  placeOrder: `#place-${n}`,
  status: `#status-${n}`,
  orderId: `#order-${n}`,
});

const place = (n) => `<section id="checkout-${n}">
<div id="button-${n}"></div>
<div id="book-${n}" style="height: 240px"></div><div id="wallet-${n}" style="height: 240px"></div>
<button id="place-${n}">Place order ${n}</button>
<p id="status-${n}" role="status"></p><output id="order-${n}"></output>
</section>`;

/** Runs in the page. */
function prepare(common) {
  window.checkouts = {};
  window.heard = {};
  // What is no data: the page's functions.
  window.functions = {};
  window.append = (html) => document.body.insertAdjacentHTML("beforeend", html);
  window.create = async (n, file, options) => {
    const { createCheckout } = await import(file);
    try {
      const checkout = await createCheckout({ ...common, ...options, ...window.functions });
      window.heard[n] = [];
      checkout.on("*", (name, detail) => {
        const { state, code } = detail;
        window.heard[n].push([name, code ?? state].filter(Boolean).join(" "));
      });
      window.checkouts[n] = checkout;
      return checkout.state;
    } catch ({ code, subject, audience }) {
      return { code, subject, audience };
    }
  };
}

/** The package as a page of the merchant's own uses it: with places for checkouts by number. */
export class Module {
  constructor(shop, page) {
    this.shop = shop;
    this.page = page;
  }

  /** Opens a page with nothing in it yet. */
  async open(flags, options) {
    await this.shop.openOwn(
      '<!doctype html><html lang="en"><title>Module</title><body><h1>A page of its own</h1>',
    );
    await this.prepare(flags, options);
  }

  /** Opens a page on whose first checkout a buyer is signed in and everything is chosen. */
  async openReady() {
    await this.open("login=auto");
    await this.create(1);
    await this.look(1).signInAtOnce();
    await expect(this.look(1).placeOrder).toBeEnabled();
  }

  /** Makes the page that is open ready for `create`. */
  async prepare(flags = "", options = {}) {
    const common = {
      ...CLIENT,
      environment: "sandbox",
      region: "us",
      backend: "/amazon-pay",
      simulator: this.shop.amazon(flags),
      ...options,
    };
    await this.page.evaluate(prepare, common);
  }

  /** Puts the containers of the n-th checkout on the page. */
  async addPlace(n) {
    await this.page.evaluate((html) => window.append(html), place(n));
  }

  async removePlace(n) {
    await this.page.evaluate((n) => document.querySelector(`#checkout-${n}`).remove(), n);
  }

  /**
   * Creates the n-th checkout in its place.
   *
   * @returns {Promise<string | { code: string, subject?: string }>} its state, or why there is none
   */
  async create(n, options = {}, file = "/landerpay/index.js") {
    await this.addPlace(n);
    return this.createAgain(n, options, file);
  }

  /** The same where the containers are there already. */
  createAgain(n, options = {}, file = "/landerpay/index.js") {
    const order = { campaignId: 12, product1_id: 344 + n };
    const all = { ...placeOf(n), order, ...options };
    return this.page.evaluate(
      ([n, file, options]) => window.create(n, file, options),
      [n, file, all],
    );
  }

  /** Calls a method of the n-th checkout. */
  call(n, method) {
    return this.page.evaluate(([n, method]) => window.checkouts[n][method](), [n, method]);
  }

  /** What the n-th checkout has told, as `name`, `state ready` or `error some_code`. */
  heard(n) {
    return this.page.evaluate((n) => window.heard[n], n);
  }

  /** Somebody who looks at the n-th checkout. */
  look(n) {
    return this.shop.look(placeOf(n));
  }
}

/** The addresses of every Widgets.js that the page asks for, from now on. */
export function widgetsAskedBy(page) {
  const asked = [];
  page.on("request", (request) => {
    if (request.url().includes("Widgets.js")) asked.push(request.url());
  });
  return asked;
}

/**
 * Runs before the page: notes what Amazon's button was given in `window.drawn`, and how often each
 * was pressed. Amazon's script draws its default for whatever it does not understand.
 */
export function watchButtons() {
  let real;
  window.drawn = [];
  Object.defineProperty(window, "OffAmazonPayments", {
    configurable: true,
    get: () => real,
    set(value) {
      real = value;
      const { Button } = value;
      value.Button = (container, sellerId, options) => {
        const { authorization, onError, ...looks } = options;
        const one = { sellerId, looks, presses: 0 };
        window.drawn.push(one);
        Button(container, sellerId, {
          ...options,
          authorization() {
            one.presses += 1;
            authorization();
          },
        });
      };
    },
  });
}
