import { at } from "./support/buyer.js";
import { Module, widgetsAskedBy } from "./support/module.js";
import { option, otherWay, payAnotherWay } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const WIDGETS = "**/Widgets.js";
const SDK = "**/sdk/login1.js";
const WASM = "**/landerpay/landerpay.wasm";
const THANKS = /^Thank you\. Your order has been placed\./;
const TIMEOUT = "Amazon Pay did not start in time: try again.";
const UNREACHABLE =
  "Amazon Pay could not be loaded: an ad blocker, a policy or the network stopped it.";
const NO_WASM =
  "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.";
const DIGITAL = at("/digital.html");

/** The page's own jQuery, which Amazon's script brings another of. */
const jQuery = (html) =>
  html.replace(
    "<head>",
    `$&<script>window.jQuery = window.$ = { fn: { jquery: "3.7.1" } };</script>`,
  );

/** A tag of the page's own for Amazon's script. */
const ownTag = (shop, flags, attributes = "async") =>
  `<script ${attributes} src="${shop.amazon(flags)}/OffAmazonPayments/us/sandbox/js/Widgets.js"></script>`;

const inHead = (markup) => (html) => html.replace("<head>", `$&${markup}`);
const atEnd = (markup) => (html) => html.replace("</body>", `${markup}$&`);

const open = (shop, flags = "", { edits = [], ...more } = {}) =>
  shop.open(`login=auto${flags && `,${flags}`}`, { edits: [jQuery, otherWay, ...edits], ...more });

/** The page says so, once; nothing stands there that does not work, and whatever is the page's does. */
async function expectFailure(shop, page, buyer, code, words, count = 1) {
  await buyer.reads(code, words);
  await shop.expectState("unavailable");
  expect((await shop.details("error")).map((error) => error.code)).toEqual(Array(count).fill(code));
  await expect(buyer.button).toHaveCount(0);
  await expect(buyer.placeOrder).toBeDisabled();
  await payAnotherWay(page);
}

async function expectPurchase(shop, crm, page, buyer) {
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(await page.evaluate(() => window.jQuery.fn.jquery)).toBe("3.7.1");
}

const retry = (page) => page.evaluate(() => window.LanderPay.retry());

/** Waits until somebody waits for Amazon's script, so that the clock may run. */
const untilAwaited = (page) =>
  page.waitForFunction(() => [...document.scripts].some(({ landerpay }) => landerpay));

/** Holds what is asked for at this address. @returns {Promise<() => void>} lets it through */
async function hold(page, url) {
  let go;
  const held = new Promise((resolve) => {
    go = resolve;
  });
  await page.route(url, async (route) => {
    await held;
    await route.continue();
  });
  return go;
}

test.describe("Amazon's script", () => {
  test("arrives after 10 seconds: the purchase works", async ({ shop, crm, page }) => {
    await page.clock.install();
    const go = await hold(page, WIDGETS);
    const buyer = await open(shop);
    await untilAwaited(page);
    await page.clock.fastForward(10_000);
    go();
    await expect(buyer.button).toBeVisible();
    await page.clock.resume();
    await expectPurchase(shop, crm, page, buyer);
    expect(await shop.details("error")).toEqual([]);
  });

  for (const [when, isRetriedFirst] of [
    ["before it is tried again", false],
    ["after it is tried again", true],
  ]) {
    test(`arrives after 16 seconds, ${when}: it runs once, and the purchase works`, async ({
      shop,
      crm,
      page,
    }) => {
      await page.clock.install();
      const asked = widgetsAskedBy(page);
      const go = await hold(page, WIDGETS);
      const buyer = await open(shop);
      await untilAwaited(page);
      await page.clock.fastForward(15_500);
      await expectFailure(shop, page, buyer, "amazon_timeout", TIMEOUT);
      if (isRetriedFirst) await retry(page);
      go();
      if (!isRetriedFirst) {
        await page.waitForFunction(() => window.OffAmazonPayments && window.amazon?.Login);
        await retry(page);
      }
      await expect(buyer.button).toBeVisible();
      await page.clock.resume();
      await expectPurchase(shop, crm, page, buyer);
      expect(asked).toHaveLength(1);
    });
  }

  for (const [what, block] of [
    ["an ad blocker", (page) => page.route(WIDGETS, (route) => route.abort("blockedbyclient"))],
    ["a 404", (page) => page.route(WIDGETS, (route) => route.fulfill({ status: 404 }))],
    ["a lost network", (page) => page.route(WIDGETS, (r) => r.abort("internetdisconnected"))],
  ]) {
    test(`is stopped by ${what}: the page says so at once, and retry() mends it`, async ({
      shop,
      crm,
      page,
    }) => {
      await block(page);
      const buyer = await open(shop);
      await expectFailure(shop, page, buyer, "amazon_unreachable", UNREACHABLE);
      await page.unroute(WIDGETS);
      await retry(page);
      await expectPurchase(shop, crm, page, buyer);
    });
  }

  test("is stopped by a policy: the page says so at once", async ({ shop, page }) => {
    const policy = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; object-src 'none'";
    const buyer = await open(shop, "", { headers: { "content-security-policy": policy } });
    await expectFailure(shop, page, buyer, "amazon_unreachable", UNREACHABLE);
    await retry(page);
    await expectFailure(shop, page, buyer, "amazon_unreachable", UNREACHABLE, 2);
  });

  for (const attributes of ["async", "defer", ""]) {
    test(`has a tag of the page's own before ours (${attributes || "neither"}): it runs once`, async ({
      shop,
      crm,
      page,
    }) => {
      const asked = widgetsAskedBy(page);
      const tag = ownTag(shop, "login=auto", attributes);
      const buyer = await open(shop, "", { edits: [inHead(tag)] });
      await expectPurchase(shop, crm, page, buyer);
      expect(asked).toHaveLength(1);
    });
  }

  for (const attributes of ["async", "defer"]) {
    test(`has a tag of the page's own behind ours (${attributes}): the purchase works`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const asked = widgetsAskedBy(page);
      const tag = ownTag(shop, "login=auto", attributes);
      const buyer = await shop.open("login=auto", { edits: [jQuery, atEnd(tag)] });
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      const { amazonOrderId } = await shop.snapshot();
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      expect(watch.orders).toHaveLength(1);
      // It is there by the time that ours looks for one.
      expect(asked).toHaveLength(1);
      expect(await page.evaluate(() => window.jQuery.fn.jquery)).toBe("3.7.1");
    });
  }

  test("has a tag of the page's own that comes once ours has asked: it runs twice, and the purchase works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    let go;
    const held = new Promise((resolve) => {
      go = resolve;
    });
    // The browser may ask once for both tags.
    await page.route(WIDGETS, async (route) => {
      const response = await route.fetch();
      await held;
      const body = `window.runs = (window.runs ?? 0) + 1; ${await response.text()}`;
      await route.fulfill({ response, body });
    });
    const buyer = await open(shop);
    await untilAwaited(page);
    await page.evaluate(
      (tag) => {
        document.body.append(document.createRange().createContextualFragment(tag));
      },
      ownTag(shop, "login=auto"),
    );
    go();
    await page.waitForFunction(() => window.runs === 2);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(watch.orders).toHaveLength(1);
    // Amazon's own, which LanderPay cannot keep off a tag that is not its.
    expect(await page.evaluate(() => window.jQuery.fn.jquery)).toBe("1.4.2");
  });

  test("has a dead tag of the page's own: after 15 seconds the page says so, and retry() mends it", async ({
    shop,
    crm,
    page,
  }) => {
    await page.clock.install();
    await page.route(WIDGETS, (route) => route.abort(), { times: 1 });
    // The page's own fails before ours is there.
    const goOurs = await hold(page, "**/landerpay/landerpay.js");
    const failed = page.waitForEvent("requestfailed");
    const buyer = await open(shop, "", { edits: [inHead(ownTag(shop, "login=auto"))] });
    await failed;
    goOurs();
    await untilAwaited(page);
    await page.waitForLoadState("load");
    await page.clock.fastForward(15_500);
    await expectFailure(shop, page, buyer, "amazon_timeout", TIMEOUT);
    await page.clock.resume();
    await retry(page);
    await expectPurchase(shop, crm, page, buyer);
  });

  for (const [what, url, body] of [
    ["amazon has no Login", SDK, "window.amazon = {};"],
    ["OffAmazonPayments has no Button", WIDGETS, "window.OffAmazonPayments = {};"],
    ["it is something else", WIDGETS, "window.somethingElse = true;"],
    ["it throws", WIDGETS, "throw new Error('Amazon Pay is retired.');"],
  ]) {
    test(`${what}: after 15 seconds the page says so, and again after retry()`, async ({
      shop,
      page,
      watch,
    }) => {
      await page.clock.install();
      await page.route(url, (route) => route.fulfill({ contentType: "text/javascript", body }));
      const buyer = await open(shop);
      await untilAwaited(page);
      await page.waitForLoadState("load");
      await page.clock.fastForward(10_000);
      await shop.expectState("loading");
      await page.clock.fastForward(6_000);
      await expectFailure(shop, page, buyer, "amazon_timeout", TIMEOUT);
      await retry(page);
      await untilAwaited(page);
      await page.clock.fastForward(15_500);
      await shop.heard("error", 2);
      await expectFailure(shop, page, buyer, "amazon_timeout", TIMEOUT, 2);
      watch.exceptions = watch.exceptions.filter((text) => !/retired/.test(text));
    });
  }

  test("is something else where the package asks for it: retry() asks anew", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    await page.route(WIDGETS, (route) => route.fulfill({ body: "window.somethingElse = true;" }), {
      times: 1,
    });
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1);
    await page.waitForFunction(() => window.somethingElse);
    await page.clock.fastForward(15_500);
    await module.look(1).reads("amazon_timeout", TIMEOUT);
    await module.call(1, "retry");
    await expect(module.look(1).button).toBeVisible();
  });

  test("the session stabilizer never comes: a digital purchase says so after 20 seconds", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const buyer = await open(shop, "stabilizer=never", { parts: DIGITAL });
    await buyer.button.click();
    await expect(buyer.walletFrame).toHaveCount(1);
    await page.clock.fastForward(15_000);
    expect(await shop.details("error")).toEqual([]);
    await page.clock.fastForward(6_000);
    await buyer.reads("widget_timeout", /^A part of Amazon Pay did not appear in time/);
    await expect(buyer.placeOrder).toBeDisabled();
    await payAnotherWay(page);
    const frame = await buyer.walletFrame.getAttribute("id");
    await retry(page);
    await expect(buyer.walletFrame).not.toHaveId(frame);
  });

  test("the session stabilizer never comes: beside the address book the page stays usable", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const buyer = await open(shop, "stabilizer=never");
    await buyer.signInAtOnce();
    await page.clock.fastForward(20_500);
    await buyer.reads("widget_timeout");
    await payAnotherWay(page);
  });
});

test.describe("our .wasm file", () => {
  /** Holds it, and opens the page. The browser asks for it before its time begins to run. */
  async function openHeld(shop, page) {
    await page.clock.install();
    await page.addInitScript(() => {
      const { timeout } = AbortSignal;
      AbortSignal.timeout = (limit) => {
        window.isLimited = true;
        return timeout.call(AbortSignal, limit);
      };
    });
    const go = await hold(page, WASM);
    const buyer = await open(shop);
    await page.waitForFunction(() => window.isLimited);
    return { go, buyer };
  }

  test("is slow: nothing is said to have failed, and the purchase works", async ({
    shop,
    crm,
    page,
  }) => {
    const { go, buyer } = await openHeld(shop, page);
    await payAnotherWay(page);
    await page.clock.fastForward(20_000);
    await shop.expectState("loading");
    expect(await shop.details("error")).toEqual([]);
    go();
    await expectPurchase(shop, crm, page, buyer);
  });

  test("never comes: after 30 seconds the page says so, and retry() mends it", async ({
    shop,
    crm,
    page,
  }) => {
    const { go, buyer } = await openHeld(shop, page);
    await page.clock.fastForward(25_000);
    await shop.expectState("loading");
    expect(await shop.details("error")).toEqual([]);
    await page.clock.fastForward(6_000);
    await expectFailure(shop, page, buyer, "wasm_unavailable", NO_WASM);
    go();
    await page.unroute(WASM);
    await retry(page);
    await expectPurchase(shop, crm, page, buyer);
  });

  for (const contentType of ["application/octet-stream", "text/plain", ""]) {
    test(`has the type "${contentType}": the purchase works`, async ({ shop, crm, page }) => {
      await page.route(WASM, async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), "content-type": contentType };
        await route.fulfill({ response, headers });
      });
      const buyer = await open(shop);
      await expectPurchase(shop, crm, page, buyer);
    });
  }

  const half = async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    const { "content-length": length, ...headers } = response.headers();
    await route.fulfill({ status: 200, headers, body: body.subarray(0, body.length / 2) });
  };
  const html = (contentType) => (route) =>
    route.fulfill({ contentType, body: "<!doctype html><title>Shop</title>" });
  for (const [what, answer] of [
    ["is missing", (route) => route.fulfill({ status: 404, body: "Not found" })],
    ["fails on the server", (route) => route.fulfill({ status: 500, body: "" })],
    ["is stopped", (route) => route.abort("blockedbyclient")],
    ["is truncated", half],
    ["is the shop's start page", html("text/html")],
    ["is the shop's start page by the right type", html("application/wasm")],
    ["is empty", (route) => route.fulfill({ contentType: "application/wasm", body: "" })],
  ]) {
    test(`${what}: the page says so at once, and retry() mends it`, async ({ shop, crm, page }) => {
      await page.route(WASM, answer);
      const buyer = await open(shop);
      await expectFailure(shop, page, buyer, "wasm_unavailable", NO_WASM);
      expect(await shop.heard("error")).toMatchObject({ audience: "network" });
      await page.unroute(WASM);
      await retry(page);
      await expectPurchase(shop, crm, page, buyer);
    });
  }

  test("may not run by the page's policy: the page says so at once", async ({ shop, page }) => {
    const policy = `script-src 'self' 'unsafe-inline' ${shop.simulator}; object-src 'none'`;
    const buyer = await open(shop, "", { headers: { "content-security-policy": policy } });
    await expectFailure(shop, page, buyer, "wasm_unavailable", NO_WASM);
  });

  for (const [what, remove] of [
    ["no WebAssembly at all", () => Reflect.deleteProperty(window, "WebAssembly")],
    [
      "a WebAssembly that knows no streams",
      () => Reflect.deleteProperty(WebAssembly, "instantiateStreaming"),
    ],
  ]) {
    test(`comes to a browser with ${what}: the page says so at once`, async ({ shop, page }) => {
      await page.addInitScript(remove);
      const buyer = await open(shop);
      await expectFailure(shop, page, buyer, "wasm_unavailable", NO_WASM);
    });
  }

  test("live, the buyer reads a sentence without the developer's words", async ({ shop, page }) => {
    await page.route(WASM, (route) => route.fulfill({ status: 404, body: "Not found" }));
    const edits = [option("environment", "live")];
    const buyer = await open(shop, "", { edits });
    const words = "Amazon Pay is not available right now. (wasm_unavailable)";
    await expectFailure(shop, page, buyer, "wasm_unavailable", words);
  });
});

test.describe("the network", () => {
  test("our script is stopped: the page says so at once, and retry() mends it", async ({
    shop,
    crm,
    page,
  }) => {
    await page.route("**/landerpay/index.js*", (route) => route.abort("blockedbyclient"));
    const buyer = await open(shop);
    const words = "LanderPay could not be loaded: try again.";
    await expectFailure(shop, page, buyer, "module_unreachable", words);
    await page.unroute("**/landerpay/index.js*");
    await retry(page);
    await expectPurchase(shop, crm, page, buyer);
  });

  test("is lost as soon as the page is there: each try says so, and once it is back retry() mends it", async ({
    shop,
    crm,
    page,
    context,
  }) => {
    await page.route("**/landerpay/landerpay.js", async (route) => {
      const response = await route.fetch();
      await context.setOffline(true);
      await route.fulfill({ response });
    });
    const buyer = await open(shop);
    await buyer.reads("module_unreachable", "LanderPay could not be loaded: try again.");
    await shop.expectState("unavailable");
    await retry(page).catch(() => {});
    await shop.heard("error", 2);
    await payAnotherWay(page);
    await context.setOffline(false);
    await retry(page);
    await expectPurchase(shop, crm, page, buyer);
  });
});
