// The packed package in the projects of its users: each bundler's page, and the examples with React and Vue.
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { CONSUMERS } from "../../scripts/consumers.mjs";
import { NPM } from "./support/buyer.js";
import { expect, test } from "./support/test.js";

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

/** Runs before the page: counts the checkouts, each of which listens once to this, until it ends. */
function countCheckouts() {
  const { addEventListener } = EventTarget.prototype;
  const ends = [];
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (type === "online" && options?.signal) ends.push(options.signal);
    return addEventListener.call(this ?? window, type, listener, options);
  };
  window.countCheckouts = () => ({
    begun: ends.length,
    alive: ends.filter(({ aborted }) => !aborted).length,
  });
}

const counted = (page) => page.evaluate(() => window.countCheckouts());

/**
 * Opens a page that was built for these users, at the address for which it was. The module comes when
 * `letWasm` says so, or not at all.
 */
async function open(shop, page, folder, { at = folder, letWasm = async () => true } = {}) {
  const asked = [];
  await page.addInitScript(countCheckouts);
  await page.route(`${shop.origin}/${at}/**`, async (route) => {
    const { pathname } = new URL(route.request().url());
    const file = pathname.slice(at.length + 2) || "index.html";
    const path = join(CONSUMERS, folder, file);
    asked.push(file);
    if (extname(file) === ".wasm" && !(await letWasm())) return route.abort();
    if (extname(file) !== ".html") return route.fulfill({ path });
    const html = readFileSync(path, "utf8").replaceAll("%SIMULATOR%", shop.amazon("login=auto"));
    return route.fulfill({ contentType: "text/html; charset=utf-8", body: html });
  });
  await page.goto(`${shop.origin}/${at}/`);
  return { buyer: shop.look(NPM), asked };
}

/** Buys, and looks at what has come of it. */
async function buy(buyer, crm, watch) {
  await buyer.signInAtOnce();
  await buyer.place();
  await expect(buyer.orderId).toHaveText(/^[A-Z0-9]{10}$/);
  const [{ fields }] = watch.orders;
  expect(fields).toMatchObject({ campaignId: 12, product1_id: 345, firstName: "Maria" });
  expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  expect(watch.orders).toHaveLength(1);
}

for (const bundler of ["vite", "webpack", "esbuild", "plain"]) {
  const how = bundler === "plain" ? "without a bundler" : `built with ${bundler}`;
  test(`a page ${how} finds the module, and sells`, async ({ shop, crm, page, watch }) => {
    const { buyer, asked } = await open(shop, page, bundler);
    await expect(buyer.button).toBeVisible();
    expect(asked.filter((file) => file.endsWith(".wasm"))).toHaveLength(1);
    await buy(buyer, crm, watch);
  });
}

test("the example with React, as it is built for buyers, sells", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const { buyer } = await open(shop, page, "react");
  await buy(buyer, crm, watch);
});

// React's development build mounts each component, unmounts it, and mounts it again.
for (const [framework, folder, at, times] of [
  ["React in its StrictMode", "react-strict", "react", 2],
  ["Vue", "vue", "vue", 1],
]) {
  test.describe(`the example with ${framework}`, () => {
    test("sells", async ({ shop, crm, page, watch }) => {
      const { buyer } = await open(shop, page, folder, { at });
      await expect(buyer.status).toHaveText("Sign in with your Amazon account to continue.");
      await expect(buyer.button).toHaveCount(1);
      expect(await counted(page)).toEqual({ begun: times, alive: 1 });
      await buy(buyer, crm, watch);
      await expect(buyer.placeOrder).toBeHidden();
    });

    test("sells after its checkout was closed and opened, and leaves nothing behind", async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const { buyer } = await open(shop, page, folder, { at });
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      await page.getByRole("button", { name: "Close the checkout" }).click();
      await expect(buyer.status).toHaveCount(0);
      expect(await counted(page)).toEqual({ begun: times, alive: 0 });
      await page.getByRole("button", { name: "Check out" }).click();
      // The buyer is signed in already.
      await expect(buyer.addresses.first()).toBeVisible();
      await expect(buyer.addressFrame).toHaveCount(1);
      expect(await counted(page)).toEqual({ begun: 2 * times, alive: 1 });
      await buyer.place();
      await expect(buyer.orderId).toHaveText(/^[A-Z0-9]{10}$/);
      const [{ fields }] = watch.orders;
      expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
      expect(watch.orders).toHaveLength(1);
    });

    test("ends a checkout that comes when nobody waits for it any more", async ({ shop, page }) => {
      let arrive;
      const arrived = new Promise((resolve) => {
        arrive = () => resolve(true);
      });
      const asked = [];
      page.on("request", (request) => asked.push(request.url()));
      await open(shop, page, folder, { at, letWasm: () => arrived });
      await page.getByRole("button", { name: "Close the checkout" }).click();
      await expect(page.locator("#status")).toHaveCount(0);
      expect(await counted(page)).toEqual({ begun: 0, alive: 0 });
      arrive();
      await expect.poll(() => counted(page)).toEqual({ begun: times, alive: 0 });
      await page.getByRole("button", { name: "Check out" }).click();
      const buyer = shop.look(NPM);
      await expect(buyer.button).toHaveCount(1);
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      expect(asked.filter((url) => url.includes("/Widgets.js"))).toHaveLength(1);
    });

    test("tries again after a failure", async ({ shop, page, watch }) => {
      let isDown = true;
      const { buyer } = await open(shop, page, folder, { at, letWasm: async () => !isDown });
      await expect(page.getByRole("alert")).toContainText("(wasm_unavailable)");
      isDown = false;
      await page.getByRole("button", { name: "Try again" }).click();
      await expect(buyer.button).toBeVisible();
      await expect(page.getByRole("alert")).toHaveCount(0);
      watch.consoleErrors.length = 0;
    });
  });
}
