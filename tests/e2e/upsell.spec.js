import { Buyer } from "./support/buyer.js";
import { comeToUpsell, FIRST, LANDER, SECOND } from "./support/funnel.js";
import { field, option, without } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const MINUTES = 60_000;

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

  /** Comes to the upsell, and opens it anew so many minutes after the order. */
  async function openLater(shop, page, minutes) {
    await page.clock.install();
    await comeToUpsell(shop, page);
    const { at } = await page.evaluate(() => JSON.parse(sessionStorage["landerpay-funnel"]).placed);
    await page.clock.setSystemTime(at + minutes * MINUTES);
    return shop.open("login=auto", { parts: FIRST });
  }

  test("119 minutes later still sells, to a buyer who signs in again", async ({
    shop,
    page,
    crm,
    watch,
  }) => {
    const buyer = await openLater(shop, page, 119);
    await shop.expectState("signed-out");
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const [order, upsell] = watch.orders.map(({ fields }) => fields);
    expect(upsell.amazonAddressConsent).not.toBe(order.amazonAddressConsent);
    expect(await crm.outcomes(upsell.amazonOrderId)).toEqual(["accepted"]);
  });

  test("two hours later is closed", async ({ shop, page, watch }) => {
    const buyer = await openLater(shop, page, 120);
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
    await page.clock.fastForward(5 * MINUTES);
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

  test("asked twice in one turn, with Enter in its form besides, posts once and answers both", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const typed = (html) =>
      html.replace(/<form [^>]*data-landerpay="order">/, '$&<input name="custom2" id="typed">');
    // On a page that goes on nobody is left to read the answers.
    const buyer = await comeToUpsell(shop, page, {
      edits: { [FIRST.path]: [typed, without("next")] },
    });
    await expect(buyer.placeOrder).toBeEnabled();
    const answer = await shop.holdAnswer();
    await page.evaluate(() => {
      const { placeOrder } = window.LanderPay.checkout;
      window.answers = Promise.all([placeOrder(), placeOrder()]);
    });
    await page.locator("#typed").press("Enter");
    answer();
    const [first, second] = await page.evaluate(() => window.answers);
    expect(second).toEqual(first);
    expect(watch.orders).toHaveLength(2);
    const { amazonOrderId } = watch.orders[1].fields;
    expect(first).toMatchObject({
      amazonOrderId,
      orderId: await buyer.orderId.first().innerText(),
    });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(new URL(page.url()).pathname).toBe(FIRST.path);
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

  test("of unknown fate asks again, and lets the buyer go on", async ({ shop, page, watch }) => {
    const fault = field("custom5", "lost");
    const buyer = await comeToUpsell(shop, page, { edits: { [FIRST.path]: [fault] } });
    await expect(buyer.placeOrder).toHaveAccessibleName(/^Add it/);
    await buyer.place();
    await buyer.reads("backend_failed");
    await expect(buyer.placeOrder).toHaveAccessibleName("Ask again");
    await expect(page.getByText(/we tell you whether/)).toBeVisible();
    await expect(page.getByText(/charges you/)).toBeHidden();
    await expect(page.getByRole("link", { name: /no,? thanks/i })).toHaveCount(0);
    await page.getByRole("link", { name: "Go on to the cups" }).click();
    await page.waitForURL(`**${SECOND.path}`);
    await shop.expectState("ready");
    expect(watch.orders).toHaveLength(2);
    // The browser's own word about the answer.
    expect(watch.consoleErrors.splice(0)).toEqual([expect.stringContaining("504")]);
  });

  test("whose payment is declined can be tried again", async ({ shop, page, crm, watch }) => {
    const fault = field("custom5", "once:decline:InvalidPaymentMethod");
    const buyer = await comeToUpsell(shop, page, { edits: { [FIRST.path]: [fault] } });
    await buyer.place();
    await shop.expectState("declined");
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const { amazonOrderId } = watch.orders[1].fields;
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
  });
});

test.describe("several upsells", () => {
  test("in two tabs of one page: the CRM adds it once, and both go on", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await comeToUpsell(shop, page);
    await expect(buyer.placeOrder).toBeEnabled();
    const orderId = await buyer.orderId.first().textContent();
    // A tab that a page opens begins with a copy of its storage.
    const [tab] = await Promise.all([
      page.waitForEvent("popup"),
      page.evaluate(() => {
        window.open(location.href);
      }),
    ]);
    const other = new Buyer(tab, FIRST);
    await expect(other.placeOrder).toBeEnabled();
    await Promise.all([buyer, other].map(({ placeOrder }) => placeOrder.dispatchEvent("click")));
    await Promise.all([page, tab].map((one) => one.waitForURL(`**${SECOND.path}`)));
    const [, first, second] = watch.orders;
    expect(watch.orders).toHaveLength(3);
    expect(second.key).not.toBe(first.key);
    expect(second.fields.amazonOrderId).not.toBe(first.fields.amazonOrderId);
    expect((await crm.upsales(orderId)).map(({ outcome }) => outcome)).toEqual(["accepted"]);
  });

  test.describe("of one template, apart by the query", () => {
    /** Adds the first one's product, and comes to the second one. */
    async function comeToSecond(shop, page) {
      const product = (html) =>
        html.replace(
          "</form>",
          `$&<script>
            const { searchParams } = new URL(location.href);
            document.querySelector('[name="productId"]').value = searchParams.get("p");
          </script>`,
        );
      const buyer = await comeToUpsell(shop, page, {
        edits: {
          [LANDER.path]: [option("next", `${FIRST.path}?p=348`)],
          [FIRST.path]: [product, option("next", `${FIRST.path}?p=349`)],
        },
      });
      await buyer.place();
      await page.waitForURL(`**${FIRST.path}?p=349`);
      return buyer;
    }

    test("the second one sells, loaded again as well", async ({ shop, crm, page }) => {
      const buyer = await comeToSecond(shop, page);
      await page.reload();
      await expect(buyer.placeOrder).toBeEnabled();
      const orderId = await buyer.orderId.first().textContent();
      await buyer.place();
      await buyer.reads("upsell_taken");
      const products = (await crm.upsales(orderId)).map(({ fields }) => fields.productId);
      expect(products).toEqual(["348", "349"]);
    });

    test("Back shows the first one as placed, and Forward the second one to sell", async ({
      shop,
      page,
    }) => {
      await comeToSecond(shop, page);
      await page.goBack();
      await shop.expectState("placed");
      await page.goForward();
      await shop.expectState("ready");
    });
  });
});
