/**
 * What every browser test needs: a simulator, a shop on another origin, and one browser.
 */
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { startSimulator } from "../../www/simulator/server.js";

export const CLIENT_ID = "amzn1.application-oa2-client.test";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const CONTAINERS = `
<div id="pay"></div>
<div id="book" style="width: 400px; height: 300px"></div>
<div id="wallet" style="width: 400px; height: 300px"></div>
<div id="consent" style="width: 400px; height: 140px"></div>`;

/** Handlers that write down when they run; the page under test may add to them. */
const HANDLERS = `
window.log = [];
window.onAmazonLoginReady = () => {
  log.push("login");
  amazon.Login.setClientId("${CLIENT_ID}");
};
window.onAmazonPaymentsReady = () => log.push("payments");
window.AmazonPaymentReady = () => log.push("alias");`;

export async function startWorld() {
  const simulator = await startSimulator();
  const pages = new Map();
  const shop = createServer((request, response) => {
    const html = pages.get(request.url.split("?")[0]);
    response.writeHead(html ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(html);
  });
  await new Promise((resolve) => shop.listen(0, resolve));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  });

  function baseOf(flags) {
    return simulator.origin + (flags ? `/with/${flags}` : "");
  }

  /**
   * Opens a shop page in a context of its own.
   * @param {string} flags the scenario
   * @param {{ script?: string, before?: string, body?: string, region?: string }} [parts]
   */
  async function open(flags, { script = "", before = "", body = CONTAINERS, region } = {}) {
    const base = baseOf(flags);
    const src = `${base}/OffAmazonPayments/${region ?? "us/sandbox"}/js/Widgets.js`;
    const path = `/page-${pages.size}`;
    pages.set(
      path,
      `<!doctype html><html lang="en"><title>Shop</title><body>
      <script>${HANDLERS}${script}</script>${before}
      <script async id="widgets" src="${src}"></script>${body}`,
    );
    const context = await browser.newContext();
    const page = await context.newPage();
    page.failures = [];
    page.on("pageerror", (error) => page.failures.push(`${error.name}: ${error.message}`));
    page.base = base;
    await page.goto(`http://localhost:${shop.address().port}${path}`, { waitUntil: "commit" });
    return page;
  }

  /** Opens a shop page and signs the scenario's buyer in. */
  async function openSignedIn(flags = "", parts = {}) {
    const page = await open(`login=auto${flags && `,${flags}`}`, parts);
    await page.waitForFunction(() => window.log?.includes("alias"));
    await signIn(page);
    return page;
  }

  async function close() {
    await browser.close();
    await simulator.close();
    shop.close();
  }

  return { simulator, browser, open, openSignedIn, baseOf, close };
}

/** @returns {Promise<object>} the answer as the page sees it */
export function signIn(page, options = {}, sandbox = true) {
  return page.evaluate(
    ([given, mode]) =>
      new Promise((resolve) => {
        amazon.Login.setSandboxMode(mode);
        amazon.Login.authorize({ scope: "profile postal_code payments:widget", ...given }, resolve);
      }),
    [options, sandbox],
  );
}

/** Asks for the cached token until there is none, and returns the error. */
export async function untilExpired(page) {
  let answer;
  do answer = await signIn(page, { interactive: "never" });
  while (!answer.error);
  return answer.error;
}

/** Creates widgets that write their events into `log`, as `[widget, event, detail]`. */
export async function draw(page, widgets) {
  await page.evaluate((list) => {
    for (const { kind, at, name = at, listen = [], ...options } of list) {
      const detail = (object) =>
        (object.getAmazonOrderReferenceId ?? object.getAmazonBillingAgreementId)?.() ??
        object.getConsentStatus?.() ??
        null;
      for (const event of listen) {
        options[event] = (given) => log.push([name, event, detail(given)]);
      }
      options.onError ??= (error) =>
        log.push([name, "onError", error.getErrorCode(), error.getErrorMessage()]);
      const design = { designMode: "responsive" };
      window[name] = new OffAmazonPayments.Widgets[kind]({ sellerId: "S", design, ...options });
      window[name].bind(at);
    }
  }, widgets);
}

/** Waits until `log` holds that many entries of this widget and event, and returns them. */
export async function heard(page, name, event, count = 1) {
  const select = ([who, what, least]) => {
    const found = log.filter((entry) => entry[0] === who && entry[1] === what);
    return found.length >= least && found;
  };
  return (await page.waitForFunction(select, [name, event, count])).jsonValue();
}

export const BOOK = { kind: "AddressBook", at: "book" };
export const WALLET = { kind: "Wallet", at: "wallet" };
export const CONSENT = { kind: "Consent", at: "consent" };

/** What the widgets of the page have told, without its ready handlers. */
export const events = (page) =>
  page.evaluate(() => log.slice(3).map(([name, event]) => `${name} ${event}`));

/** The widget's frame, for looking inside. */
export const inside = (page, at) => page.frameLocator(`#${at} iframe`);

/** The forms that reach the server, as objects. */
export function recordForms(page) {
  const forms = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/gp/widgets/widgets")) return;
    forms.push(Object.fromEntries(new URLSearchParams(request.postData())));
  });
  return forms;
}

/** Waits until the page has drawn one more, sound widget: proof that all before it had its time. */
export async function settle(page) {
  await page.evaluate(() => {
    const box = document.createElement("div");
    box.id = "last";
    document.body.append(box);
  });
  await draw(page, [{ kind: "AddressBook", at: "last", listen: ["onAddressSelect"] }]);
  await heard(page, "last", "onAddressSelect");
}

/** What is set on an order reference or a billing agreement, as a CRM would ask for it. */
export async function contractOf(page, id) {
  return (await fetch(`${page.base}/contracts/${id}`)).json();
}
