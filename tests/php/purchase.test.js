// A whole purchase in a browser: the shop's pages, and landerpay.php on another origin behind them.
// Nothing is intercepted: a browser whose requests Playwright routes asks no preflights.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startServers } from "../../scripts/servers.mjs";
import { Crm } from "../e2e/support/crm.js";
import { Host, serve } from "./support.js";

let servers;
let host;
let shop;
let browser;
before(async () => {
  servers = await startServers();
  host = new Host(servers);
  shop = await serve(relay);
  host.set({ LANDERPAY_ALLOWED_ORIGINS: shop.url });
  await host.start();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
after(async () => {
  await browser?.close();
  await shop?.close();
  await host?.stop();
  await servers?.stop();
});

/** The shop's own pages and files, with another backend. */
async function relay(request, response) {
  const original = await fetch(servers.shop + request.url);
  const type = original.headers.get("content-type");
  let body = Buffer.from(await original.arrayBuffer());
  if (type.startsWith("text/html")) {
    body = body
      .toString()
      .replaceAll(servers.simulator, `${servers.simulator}/with/login=auto`)
      .replaceAll('data-backend="/amazon-pay"', `data-backend="${host.url}"`);
  }
  response.writeHead(original.status, { "content-type": type }).end(body);
}

test("an order and an upsale, after the preflights of another origin", async () => {
  const context = await browser.newContext({ permissions: ["local-network-access"] });
  const page = await context.newPage();
  await page.goto(`${shop.url}/funnel.html`);
  await page.locator('[data-landerpay="button"] img').click();
  await page.locator('[data-landerpay="place-order"]:enabled').click();
  await page.waitForURL("**/upsell-1.html");
  await page.locator('[data-landerpay="place-order"]:enabled').click();
  await page.waitForURL("**/upsell-2.html");

  const asked = host.log.match(/\[\d+\]: (OPTIONS|POST) \S+/g);
  const { pathname } = new URL(host.url);
  assert.deepEqual(
    asked,
    ["import-order", "import-upsale"].flatMap((action) => [
      `[204]: OPTIONS ${pathname}/${action}`,
      `[200]: POST ${pathname}/${action}`,
    ]),
  );
  const ledger = await (await fetch(`${servers.crm}/stand-in/orders`)).json();
  assert.deepEqual(
    ledger.map(({ kind, outcome }) => [kind, outcome]),
    [
      ["order", "accepted"],
      ["upsale", "accepted"],
    ],
  );
  const [first, second] = ledger;
  assert.equal(second.fields.orderId, first.orderId);
  assert.equal((await new Crm(servers.crm).upsales(first.orderId)).length, 1);
});
