import { at } from "./support/buyer.js";
import { comeToUpsell, FIRST, LANDER, openFunnel, SECOND, THANKS } from "./support/funnel.js";
import { blockStorage, field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const FROM_MAIL = "?affId=77&c1=newsletter&c3=Blue&sessionId=s-1";

const isFrom = (page) => page.locator("html").getAttribute("data-landerpay-state");

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test("lander, two upsells, thank-you: one CRM order, three order references, each charged once", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const buyer = await comeToUpsell(shop, page, { search: FROM_MAIL });
  await buyer.place();
  await page.waitForURL(`**${SECOND.path}`);
  await buyer.place();
  await page.waitForURL(`**${THANKS.path}`);
  await shop.expectState("placed");

  const [order, first, second] = watch.orders;
  expect(watch.orders).toHaveLength(3);
  expect([order, first, second].map(({ url }) => new URL(url).pathname)).toEqual([
    "/amazon-pay/import-order",
    "/amazon-pay/import-upsale",
    "/amazon-pay/import-upsale",
  ]);
  expect(order.fields).toMatchObject({
    sessionId: "s-1",
    affId: "77",
    sourceValue1: "newsletter",
    sourceValue3: "Blue",
  });
  const orderId = await buyer.orderId.textContent();
  expect(orderId).toMatch(/^[A-Z0-9]{10}$/);
  const token = order.fields.amazonAddressConsent;
  for (const [{ fields, key }, productId] of [
    [first, "348"],
    [second, "349"],
  ]) {
    expect(fields).toEqual({
      amazonOrderId: expect.stringMatching(/^S01-/),
      amazonAddressConsent: token,
      campaignId: "12",
      orderId,
      productId,
      sessionId: "s-1",
    });
    expect(key).not.toBe(order.key);
  }
  const ids = watch.orders.map(({ fields }) => fields.amazonOrderId);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(await crm.outcomes(id)).toEqual(["accepted"]);
  const [imported] = await crm.imports(ids[2]);
  expect(imported.fields).toMatchObject({ orderId, productId: "349", sessionId: "s-1" });
  expect(imported.fields).not.toHaveProperty("paySource");
});

test("the thank-you page asks Amazon for nothing", async ({ shop, page }) => {
  await comeToUpsell(shop, page);
  await page.goto(shop.origin + THANKS.path);
  await shop.expectState("placed");
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.reload();
  await shop.expectState("placed");
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((url) => url.startsWith(shop.simulator))).toEqual([]);
});

test.describe("who signs out on the thank-you page", () => {
  /** Buys, signs out at the end, and reads what the browser keeps. */
  async function signOutAtTheEnd(shop, page) {
    const buyer = await comeToUpsell(shop, page);
    await page.goto(shop.origin + THANKS.path);
    await shop.expectState("placed");
    const read = () =>
      page.evaluate(() => ({ ...sessionStorage, cookie: decodeURIComponent(document.cookie) }));
    const { landerpay, cookie } = await read();
    expect(landerpay).toContain("Atza");
    expect(cookie).toContain("Atza");
    await buyer.signOut.click();
    await shop.heard("signed-out");
    return { buyer, kept: JSON.stringify(await read()) };
  }

  test("is signed out for good: no token is kept, and no page knows the order", async ({
    shop,
    page,
  }) => {
    const { buyer, kept } = await signOutAtTheEnd(shop, page);
    await expect(buyer.signOut).toBeHidden();
    expect(kept).not.toContain("Atza");
    await page.reload();
    await buyer.reads("first_order_missing");
    await expect(buyer.orderId).toBeEmpty();
  });

  test("leaves no order in the storage of the tab", async ({ shop, page }) => {
    const { kept } = await signOutAtTheEnd(shop, page);
    expect(kept).not.toContain("placed");
  });
});

test.describe("an order without a number", () => {
  const withoutNumber = (page) =>
    page.route("**/import-order", (route) =>
      route.fulfill({ json: { result: "SUCCESS", message: {} } }),
    );

  /** Buys on a lander with this next page. */
  async function comeTo(shop, page, next) {
    const buyer = await openFunnel(shop, { edits: { [LANDER.path]: [option("next", next.path)] } });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${next.path}`);
    return buyer;
  }

  test("is shown all the same, and takes no upsell", async ({ shop, page, watch }) => {
    await withoutNumber(page);
    const buyer = await comeTo(shop, page, FIRST);
    await buyer.reads("first_order_missing", /Your confirmation has it/);
    await page.goto(shop.origin + THANKS.path);
    await shop.expectState("placed");
    await expect(buyer.status).toHaveText("Thank you. Your order has been placed.");
    expect(watch.orders).toHaveLength(1);
  });

  test.describe("in a browser that keeps nothing", () => {
    test.beforeEach(({ page }) => blockStorage(page, "sessionStorage"));

    test("is shown where it was placed: the next page would not know it", async ({
      shop,
      page,
      watch,
    }) => {
      const buyer = await openFunnel(shop);
      await buyer.signInAtOnce();
      await buyer.place();
      await shop.expectState("placed");
      await expect(buyer.status).toHaveText(/^Thank you/);
      expect(new URL(page.url()).pathname).toBe(LANDER.path);
      expect(watch.orders).toHaveLength(1);
    });

    for (const parts of [FIRST, THANKS]) {
      test(`${parts.path} asks nobody to buy it again`, async ({ shop }) => {
        const buyer = await shop.open("login=auto", { parts });
        await buyer.reads(
          "first_order_missing",
          "We cannot find your order in this window. Your confirmation has it; without one, please " +
            "order first.",
        );
        await expect(buyer.button).toHaveCount(0);
      });
    }
  });
});

test("no, thanks: the buyer goes on, and nothing is charged", async ({ shop, page, watch }) => {
  await comeToUpsell(shop, page);
  await page.getByRole("link", { name: /no,? thanks/i }).click();
  await page.waitForURL(`**${SECOND.path}`);
  await page.getByRole("link", { name: /no,? thanks/i }).click();
  await page.waitForURL(`**${THANKS.path}`);
  await shop.expectState("placed");
  expect(watch.orders).toHaveLength(1);
});

test.describe("what the landing page's address says", () => {
  test("is there after the sign-in on Amazon's page", async ({ shop, page, watch }) => {
    await shop.sendBack();
    const edits = { [LANDER.path]: [option("popup", "never")] };
    const search = `${FROM_MAIL}&orderId=PARTIAL1`;
    const buyer = await openFunnel(shop, { search, edits });
    await buyer.signInAtOnce();
    expect(new URL(page.url()).search).toBe(search);
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    expect(watch.orders[0].fields).toMatchObject({
      affId: "77",
      sourceValue1: "newsletter",
      sessionId: "s-1",
      orderId: "PARTIAL1",
    });
  });

  test("is there on a later page of the tab", async ({ shop, page, watch }) => {
    await shop.open("", { parts: at("/one-time.html"), at: FROM_MAIL });
    await expect.poll(() => isFrom(page)).toBe("signed-out");
    const buyer = await openFunnel(shop, { search: "?c2=other" });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    // Whoever sent the buyer last: nothing of the older source is left.
    expect(watch.orders[0].fields).toMatchObject({ sessionId: "s-1", sourceValue2: "other" });
    expect(watch.orders[0].fields).not.toHaveProperty("affId");
    expect(watch.orders[0].fields).not.toHaveProperty("sourceValue1");
  });

  test("gives way to what the page's own form says", async ({ shop, page, watch }) => {
    const edits = { [LANDER.path]: [field("affId", "5")] };
    const buyer = await openFunnel(shop, { search: FROM_MAIL, edits });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    expect(watch.orders[0].fields.affId).toBe("5");
  });

  test("has the partial order to which the CRM adds", async ({ shop, page, watch }) => {
    const buyer = await openFunnel(shop, { search: "?orderId=PARTIAL1" });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    expect(watch.orders[0].fields.orderId).toBe("PARTIAL1");
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expect(watch.orders[1].fields.orderId).not.toBe("PARTIAL1");
  });

  test("is cut to what the CRM takes", async ({ shop, page, watch }) => {
    const buyer = await openFunnel(shop, { search: `?c1=${"%C3%A9".repeat(300)}` });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    expect(watch.orders[0].fields.sourceValue1).toBe("é".repeat(200));
  });
});

test.describe("a lander whose order was placed", () => {
  test("shows it after a reload, and sells again when opened anew", async ({
    shop,
    page,
    watch,
  }) => {
    const { buyer } = await shop.openReady();
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    const said = await buyer.status.textContent();
    await page.reload();
    await shop.expectState("placed");
    await expect(buyer.status).toHaveText(said);
    expect(watch.orders).toHaveLength(1);
    await page.goto(page.url());
    await expect(buyer.placeOrder).toBeEnabled();
    // The second purchase is not the first one.
    await page.reload();
    await buyer.place();
    await expect.poll(() => watch.orders.length).toBe(2);
    expect(watch.orders[1].fields).not.toHaveProperty("orderId");
  });

  test("is known to the funnel however soon the page lets go of the checkout", async ({
    shop,
    page,
  }) => {
    const { buyer } = await shop.openReady();
    const placed = page.evaluate(() => {
      const { checkout } = window.LanderPay;
      const promise = checkout.placeOrder();
      checkout.on("state", ({ state }) => state === "placed" && checkout.dispose());
      return promise;
    });
    expect((await placed).orderId).toMatch(/^[A-Z0-9]{10}$/);
    await shop.open("login=auto", { parts: FIRST });
    await expect(buyer.placeOrder).toBeEnabled();
  });

  test("used up the partial order of its address", async ({ shop, page, watch }) => {
    const at = "?orderId=PARTIAL1";
    const { buyer } = await shop.openReady("", { at });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    await page.goto(page.url());
    await buyer.place();
    await expect.poll(() => watch.orders.length).toBe(2);
    expect(watch.orders[0].fields.orderId).toBe("PARTIAL1");
    expect(watch.orders[1].fields).not.toHaveProperty("orderId");
  });

  test("knows of it no more once the buyer has signed out", async ({ shop, page }) => {
    const buyer = await comeToUpsell(shop, page);
    await shop.expectState("ready");
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await shop.expectState("signed-out");
    await page.reload();
    await buyer.reads("first_order_missing");
  });
});
