import { Module } from "./support/module.js";
import { expect, test } from "./support/test.js";

// Where the page is left for real, nobody is there to read the answer.
const NEXT = "/own-page.html#next";

/** What `placeOrder()` answers, or why it does not. */
const place = (page) =>
  page.evaluate(() =>
    window.checkouts[1].placeOrder().catch(({ code, subject }) => ({ code, subject })),
  );

/** Opens a page of its own on which a buyer has just bought. */
async function buyFirst(shop, page) {
  const module = new Module(shop, page);
  await module.openReady();
  const { orderId, amazonOrderId } = await place(page);
  expect(orderId).toMatch(/^[A-Z0-9]{10}$/);
  return { module, orderId, amazonOrderId };
}

/** Opens the next page, with functions that are named as options are and written down when called. */
async function openNext(module, page) {
  await module.open("login=auto");
  await page.evaluate(() => {
    window.called = [];
    window.functions = {
      order: async () => {
        window.called.push(["order"]);
        return { campaignId: 12, productId: 348 };
      },
      beforeOrder: async (fields) => {
        window.called.push(["beforeOrder", fields]);
        return { productQty: 2 };
      },
    };
  });
}

const called = (page) => page.evaluate(() => window.called);

/** No empty option stands for one that is left out. */
const without = (...names) => Object.fromEntries(names.map((name) => [name, undefined]));

test.describe("the package on an upsell page", () => {
  test("asks its functions when the buyer adds it, and posts what they say", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { module, orderId, amazonOrderId: first } = await buyFirst(shop, page);
    await openNext(module, page);
    expect(await module.create(1, { page: "upsell" })).toBe("loading");
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(await called(page)).toEqual([]);
    const answer = await place(page);
    const [order, upsell] = watch.orders;
    const { amazonOrderId } = upsell.fields;
    expect(amazonOrderId).not.toBe(first);
    expect(answer).toMatchObject({ amazonOrderId, orderId });
    const fields = { campaignId: 12, productId: 348, orderId };
    expect(await called(page)).toEqual([["order"], ["beforeOrder", fields]]);
    expect(upsell.url).toMatch(/\/import-upsale$/);
    expect(upsell.fields).toEqual({
      amazonOrderId,
      amazonAddressConsent: order.fields.amazonAddressConsent,
      ...fields,
      productQty: 2,
    });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(await page.evaluate(() => window.checkouts[1].state)).toBe("placed");
  });

  test("is told of the missing order by its own fields at once, by its function when asked", async ({
    shop,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1, { page: "upsell", order: { campaignId: 12, productId: 348 } });
    await expect.poll(() => module.heard(1)).toContain("error first_order_missing");
    await expect(module.look(1).button).toHaveCount(0);

    await openNext(module, page);
    await module.create(1, { page: "upsell" });
    await module.look(1).signInAtOnce();
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(await module.heard(1)).not.toContain("error first_order_missing");
    expect(await place(page)).toEqual({ code: "first_order_missing" });
    expect(await module.heard(1)).toContain("error first_order_missing");
    expect(await called(page)).toEqual([["order"]]);
    expect(await page.evaluate(() => window.checkouts[1].state)).toBe("ready");
    expect(watch.orders).toEqual([]);
  });

  test("takes the order from its function", async ({ shop, crm, page, watch }) => {
    const { module, orderId } = await buyFirst(shop, page);
    await page.evaluate(() => sessionStorage.removeItem("landerpay-funnel"));
    await openNext(module, page);
    await page.evaluate((orderId) => {
      window.functions.order = () => ({ productId: 348, orderId });
    }, orderId);
    await module.create(1, { page: "upsell" });
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(await place(page)).toMatchObject({ orderId });
    expect(watch.orders[1].fields.orderId).toBe(orderId);
    expect((await crm.upsales(orderId)).map(({ outcome }) => outcome)).toEqual(["accepted"]);
  });

  test("whose function answers too late sends nothing for it, and asks nobody about it", async ({
    shop,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { module } = await buyFirst(shop, page);
    await openNext(module, page);
    await page.evaluate(() => {
      window.answers = [];
      window.functions.order = () => new Promise((resolve) => window.answers.push(resolve));
    });
    await module.create(1, { page: "upsell" });
    const buyer = module.look(1);
    const asked = () => page.evaluate(() => window.answers.length);
    const answer = (n, productId) =>
      page.evaluate(([n, productId]) => window.answers[n]({ productId }), [n, productId]);
    for (const times of [1, 2]) {
      await buyer.place();
      await expect.poll(asked).toBe(times);
      await page.clock.fastForward(10_000);
      await buyer.reads("order_function_timeout");
      await expect(buyer.placeOrder).toBeEnabled();
      // The first one comes while nothing is asked, the second one while the next press is.
      if (times === 1) await answer(0, 346);
    }
    await buyer.place();
    await expect.poll(asked).toBe(3);
    await answer(1, 347);
    expect(await called(page)).toEqual([]);
    await answer(2, 348);
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(watch.orders.map(({ fields }) => fields.productId)).toEqual([undefined, 348]);
    expect((await called(page)).map(([name, { productId }]) => [name, productId])).toEqual([
      ["beforeOrder", 348],
    ]);
  });
});

test("the package on a thank-you page needs neither button nor backend, and shows the order", async ({
  shop,
  page,
}) => {
  const { module, orderId, amazonOrderId } = await buyFirst(shop, page);
  await module.open("");
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const none = without("button", "addressBook", "wallet", "placeOrder", "order", "backend");
  await module.create(1, { page: "thank-you", ...none });
  await expect.poll(() => page.evaluate(() => window.checkouts[1].state)).toBe("placed");
  await expect(module.look(1).orderId).toHaveText(orderId);
  await expect(module.look(1).status).toHaveText(
    `Thank you. Your order has been placed. Your order number is ${orderId}.`,
  );
  expect(await page.evaluate(() => window.checkouts[1].snapshot())).toEqual({
    state: "placed",
    missing: [],
    canPlace: false,
    unresolved: false,
    amazonOrderId,
    orderId,
  });
  expect(await module.heard(1)).toEqual(["state placed"]);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter((url) => url.startsWith(shop.simulator))).toEqual([]);
});

test.describe("the package on a page that only chooses", () => {
  test("goes on, placeOrder() tells the choice's id, and the review places it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1, { page: "choose", next: NEXT, ...without("backend", "order") });
    await module.look(1).signInAtOnce();
    await expect(module.look(1).placeOrder).toBeEnabled();
    const { amazonOrderId } = await page.evaluate(() => window.checkouts[1].snapshot());
    expect(await place(page)).toEqual({ amazonOrderId });
    await page.waitForURL(`**${NEXT}`);
    expect(watch.orders).toEqual([]);

    await page.goto("about:blank");
    await module.open("login=auto");
    const reviews = { addressReview: "#book-1", walletReview: "#wallet-1" };
    await module.create(1, { page: "review", ...reviews, ...without("addressBook", "wallet") });
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(await place(page)).toMatchObject({ amazonOrderId });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("tells what is still missing, and stays", async ({ shop, page }) => {
    const module = new Module(shop, page);
    await module.open("login=auto,cards=none-chosen");
    await module.create(1, { page: "choose", next: NEXT, ...without("backend", "order") });
    await module.look(1).signInAtOnce();
    await expect(module.look(1).cards.first()).toBeVisible();
    expect(await place(page)).toEqual({ code: "not_ready", subject: "payment" });
    expect(page.url()).not.toContain(NEXT);
  });
});
