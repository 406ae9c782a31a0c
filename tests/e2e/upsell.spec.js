import { comeToUpsell, FIRST, SECOND } from "./support/funnel.js";
import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const HOURS = 3_600_000;

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test.describe("an upsell page", () => {
  test("without a first order says so, and asks for no sign-in", async ({ shop, watch }) => {
    const buyer = await shop.open("login=auto", { parts: FIRST });
    await buyer.reads("first_order_missing", /please order first/);
    await shop.expectState("unavailable");
    await expect(buyer.button).toHaveCount(0);
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toEqual([]);
  });

  test("takes the order from its own form", async ({ shop, crm, page, watch }) => {
    const { buyer: first } = await shop.openReady();
    await first.place();
    await expect(first.status).toHaveText(/^Thank you/);
    const orderId = await first.orderId.textContent();
    await page.evaluate(() => sessionStorage.removeItem("landerpay-funnel"));
    const buyer = await shop.open("login=auto", {
      parts: FIRST,
      edits: [field("orderId", orderId)],
    });
    await shop.prepare("login=auto", { parts: SECOND });
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const { fields } = watch.orders[1];
    expect(fields.orderId).toBe(orderId);
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  });

  test("shows the first order's number from the start", async ({ shop, page }) => {
    const buyer = await comeToUpsell(shop, page);
    await expect(buyer.orderId.first()).toHaveText(/^[A-Z0-9]{10}$/);
    await expect(buyer.orderId.first()).toBeVisible();
  });

  test("takes no order from an address: the buyer would pay for somebody else's", async ({
    shop,
    watch,
  }) => {
    const buyer = await shop.open("login=auto", { parts: FIRST, at: "?orderId=ATTACKERS1" });
    await buyer.reads("first_order_missing");
    expect(watch.orders).toEqual([]);
  });

  test("of another seller knows of no order", async ({ shop, page }) => {
    await comeToUpsell(shop, page);
    const edits = [option("seller-id", "A2OTHER1234X")];
    const buyer = await shop.open("login=auto", { parts: FIRST, edits });
    await buyer.reads("first_order_missing");
  });

  test("knows of no order once the buyer has signed out in another tab", async ({
    shop,
    page,
    context,
  }) => {
    await comeToUpsell(shop, page);
    const other = await context.newPage();
    await other.goto(`${shop.origin}/index.html`);
    await other.evaluate(() => localStorage.setItem("landerpay-sign-out", "lp-1-2-3-4"));
    await other.close();
    await page.goto(shop.origin + SECOND.path);
    await shop.look(SECOND).reads("first_order_missing");
  });

  test("two hours later is closed", async ({ shop, page, watch }) => {
    await page.clock.install();
    await comeToUpsell(shop, page);
    await page.clock.setSystemTime(Date.now() + 2 * HOURS);
    const buyer = await shop.open("login=auto", { parts: FIRST });
    await buyer.reads("upsell_over", /has ended/);
    await expect(buyer.button).toHaveCount(0);
    expect(watch.orders).toHaveLength(1);
  });

  test("that was opened in time is closed two hours later all the same", async ({
    shop,
    page,
    watch,
  }) => {
    await page.clock.install();
    const buyer = await comeToUpsell(shop, page, {
      edits: { [FIRST.path]: [option("upsell-minutes", "5")] },
    });
    await expect(buyer.placeOrder).toBeEnabled();
    await page.clock.fastForward(5 * 60_000);
    await buyer.place();
    await buyer.reads("upsell_over", /has ended/);
    expect(watch.orders).toHaveLength(1);
  });

  test("without a session shows the button, and goes on", async ({ shop, page, crm, watch }) => {
    const buyer = await comeToUpsell(shop, page);
    await page.evaluate(() => sessionStorage.removeItem("landerpay"));
    await page.reload();
    await shop.expectState("signed-out");
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expect(await crm.outcomes(watch.orders[1].fields.amazonOrderId)).toEqual(["accepted"]);
  });

  test("pressed twice charges once", async ({ shop, page, watch }) => {
    const buyer = await comeToUpsell(shop, page);
    await expect(buyer.placeOrder).toBeEnabled();
    await buyer.placeOrder.evaluate((button) => {
      button.click();
      button.click();
    });
    await page.waitForURL(`**${SECOND.path}`);
    expect(watch.orders).toHaveLength(2);
  });

  for (const [how, again] of [
    ["the back button", (page) => page.goBack()],
    ["a reload", (page) => page.goBack().then(() => page.reload())],
  ]) {
    test(`after ${how} shows what was placed, and charges nothing`, async ({
      shop,
      page,
      watch,
    }) => {
      const buyer = await comeToUpsell(shop, page);
      await buyer.place();
      await page.waitForURL(`**${SECOND.path}`);
      await again(page);
      await page.waitForURL(`**${FIRST.path}`);
      await shop.expectState("placed");
      await expect(buyer.status).toHaveText(/^Thank you.* Your order number is [A-Z0-9]{10}\.$/);
      await expect(buyer.placeOrder).toBeDisabled();
      await page.evaluate(() => window.LanderPay.checkout.placeOrder());
      expect(await shop.names()).not.toContain("placed");
      expect(watch.orders).toHaveLength(2);
    });
  }

  test("for a product that was added before takes it no second time", async ({
    shop,
    page,
    watch,
  }) => {
    const buyer = await comeToUpsell(shop, page);
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    await page.goto(shop.origin + FIRST.path);
    await buyer.reads("upsell_taken", /part of your order already/);
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toHaveLength(2);
  });

  test("whose payment is declined can be tried again", async ({ shop, page, crm, watch }) => {
    const fault = field("custom5", "decline-once:InvalidPaymentMethod");
    const buyer = await comeToUpsell(shop, page, { edits: { [FIRST.path]: [fault] } });
    await buyer.place();
    await shop.expectState("declined");
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const { amazonOrderId } = watch.orders[1].fields;
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
  });
});
