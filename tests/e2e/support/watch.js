// What must be true of every page in every test, whatever the test is about.

const SECRET = /Atza(\||%7C|%257C)/i;

/** Listens to everything that a browser context does. */
export class Watch {
  /** Uncaught exceptions of all pages. A test that causes one takes it out. */
  exceptions = [];
  /** What stood in the console as an error. */
  consoleErrors = [];
  /** Orders and upsells that were posted: `{ url, key, contentType, fields }`. */
  orders = [];
  /** Everything else that the shop's server was asked for, as `GET /path`. */
  requests = [];
  /** Set by a test in which Amazon opens a page of the shop with the token in the query. */
  hasTokenInQuery = false;
  #leaks = [];
  #context;
  #servers;

  constructor(context, servers) {
    this.#context = context;
    this.#servers = servers;
    context.on("weberror", (thrown) => {
      const error = thrown.error();
      this.exceptions.push(`${error.name}: ${error.message}`);
    });
    context.on("console", (message) => {
      if (message.type() === "error") this.consoleErrors.push(message.text());
      this.#check("the console", message.text());
    });
    context.on("request", (request) => this.#onRequest(request));
  }

  #onRequest(request) {
    const url = request.url();
    const headers = request.headers();
    this.#check(`the referer of ${url.split("?")[0]}`, headers.referer);
    if (url.startsWith(this.#servers.simulator)) {
      const form = new URLSearchParams(request.method() === "POST" ? request.postData() : "");
      this.#check("what a widget tells of its page", form.get("referringURL"));
      return;
    }
    // What stands in a hash is not sent.
    const [address] = url.split("#");
    const isExpected =
      this.hasTokenInQuery && request.isNavigationRequest() && !request.frame().parentFrame();
    if (!isExpected) this.#check("an address of the shop", address);
    if (request.method() === "POST" && /\/import-(order|upsale)$/.test(url)) {
      this.orders.push(readOrder(request));
    } else {
      this.requests.push(`${request.method()} ${new URL(url).pathname}`);
      this.#check(`the body of ${url}`, request.postData());
    }
    for (const [name, value] of Object.entries(headers)) {
      // Amazon's own script keeps a copy in a cookie of the shop.
      if (name !== "cookie") this.#check(`the header ${name} of ${url}`, value);
    }
  }

  #check(where, text) {
    if (SECRET.test(text ?? "")) this.#leaks.push(`${where}: ${text.slice(0, 200)}`);
  }

  /** Every place where the access token was seen, and must not be. */
  async leaks() {
    for (const page of this.#context.pages()) {
      if (!page.url().startsWith(this.#servers.shop)) continue;
      this.#check("the address bar", page.url());
      const places = await page.evaluate(readPlaces);
      for (const [where, text] of Object.entries(places)) this.#check(where, text);
    }
    return this.#leaks;
  }
}

/** Runs in the page. */
function readPlaces() {
  const elements = [...document.querySelectorAll("*")];
  // Amazon's widgets look for it there.
  const isAmazons = /^amazon_Login_(state_cache|accessToken)=/;
  const cookies = document.cookie.split("; ").filter((pair) => !isAmazons.test(pair));
  const read = (name) => {
    try {
      return { ...window[name] };
    } catch {
      // Blocked.
      return {};
    }
  };
  // The session of this tab.
  const { landerpay, ...stored } = read("sessionStorage");
  return {
    "the page's text": document.documentElement.textContent,
    "a data attribute": JSON.stringify(elements.map(({ dataset }) => ({ ...dataset }))),
    // Amazon's script has the token in hidden fields of its own forms.
    "a field": JSON.stringify(
      [...document.querySelectorAll("[data-landerpay] > input")].map(({ value }) => value),
    ),
    localStorage: JSON.stringify(read("localStorage")),
    sessionStorage: JSON.stringify(stored),
    "a cookie": cookies.join(),
    "the history": JSON.stringify([history.state, navigation.entries().map(({ url }) => url)]),
    "the detail of an event": JSON.stringify(window.seen ?? []),
  };
}

function readOrder(request) {
  const headers = request.headers();
  const body = request.postData() ?? "";
  const contentType = headers["content-type"];
  const fields = contentType.includes("json")
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(body));
  return { url: request.url(), key: headers["idempotency-key"], contentType, fields };
}
