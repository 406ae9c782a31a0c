// A whole purchase in a browser: the shop's pages, and landerpay.php on another origin behind them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startServers } from "../../scripts/servers.mjs";
import { Crm } from "../e2e/support/crm.js";
import { Host } from "./support.js";

let servers;
let host;
let browser;
before(async () => {
  servers = await startServers();
  host = new Host(servers);
  await host.start();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
after(async () => {
  await browser?.close();
  await host?.stop();
  await servers?.stop();
});

test("an order and an upsale, after the preflights of another origin", async () => {
  const context = await browser.newContext({ permissions: ["local-network-access"] });
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === new URL(host.url).origin) asked.push(`${request.method()} ${pathname}`);
  });
  await page.route(`${servers.shop}/*.html*`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text())
      .replaceAll(servers.simulator, `${servers.simulator}/with/login=auto`)
      .replaceAll('data-backend="/amazon-pay"', `data-backend="${host.url}"`);
    await route.fulfill({ response, body });
  });

  await page.goto(`${servers.shop}/funnel.html`);
  await page.locator('[data-landerpay="button"] img').click();
  await page.locator('[data-landerpay="place-order"]:enabled').click();
  await page.waitForURL("**/upsell-1.html");
  await page.locator('[data-landerpay="place-order"]:enabled').click();
  await page.waitForURL("**/upsell-2.html");

  const post = (action) => `POST ${new URL(host.url).pathname}/${action}`;
  assert.deepEqual(asked, [post("import-order"), post("import-upsale")]);
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
