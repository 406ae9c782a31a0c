import { expect, test } from "./support/test.js";

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test.describe("before the order is sent", () => {
  const hook = (source) => (html) =>
    html.replace("</body>", `<script>LanderPay.beforeOrder = ${source}</script></body>`);

  async function place(shop, source) {
    const { buyer } = await shop.openReady("", {
      at: "?c1=mail",
      edits: [hook(source), (html) => html.replace("<script\n      async", "<script")],
    });
    await buyer.place();
    return buyer;
  }

  test("the page sees all fields but the token, and adds, changes and takes away", async ({
    shop,
    page,
    watch,
  }) => {
    const source = `async (fields) => {
      window.given = { ...fields };
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { custom1: "added", product1_qty: 2, sourceValue1: null };
    }`;
    const buyer = await place(shop, source);
    await expect(buyer.status).toHaveText(/^Thank you/);
    const [{ fields }] = watch.orders;
    expect(fields).toMatchObject({ custom1: "added", product1_qty: 2, product1_id: "345" });
    expect(fields).not.toHaveProperty("sourceValue1");
    const given = await page.evaluate(() => window.given);
    expect(given).toEqual({
      campaignId: "12",
      product1_id: "345",
      product1_qty: "1",
      sourceValue1: "mail",
    });
  });

  test("the page lets it go by saying nothing", async ({ shop, watch }) => {
    const buyer = await place(shop, "() => {}");
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(watch.orders[0].fields).toMatchObject({ product1_id: "345", sourceValue1: "mail" });
  });

  test("the page holds it back", async ({ shop, watch }) => {
    const buyer = await place(shop, "async () => false");
    await buyer.reads("order_vetoed", /please check your details/);
    await expect(buyer.placeOrder).toBeEnabled();
    expect(watch.orders).toEqual([]);
  });

  for (const [what, source, code] of [
    ["a price", "() => ({ product1_price: 1 })", "forbidden_field"],
    ["the token's field", '() => ({ amazonAddressConsent: "x" })', "forbidden_field"],
    ["a text", '() => "free"', "order_function_failed"],
    ["a form's data", "() => new FormData()", "order_function_failed"],
    ["no number at all", "() => ({ product1_qty: 0 / 0 })", "invalid_field"],
  ]) {
    test(`the page gives ${what}: ${code}, and nothing is sent`, async ({ shop, watch }) => {
      const buyer = await place(shop, source);
      await buyer.reads(code);
      expect(watch.orders).toEqual([]);
    });
  }

  test("the page throws: order_function_failed, and what it threw is reported", async ({
    shop,
    watch,
  }) => {
    const buyer = await place(shop, '() => { throw new Error("the page\'s own") }');
    await buyer.reads("order_function_failed");
    expect(watch.orders).toEqual([]);
    expect(watch.exceptions.splice(0)).toEqual(["Error: the page's own"]);
  });

  test("the page never answers: order_function_timeout after ten seconds", async ({
    shop,
    page,
    watch,
  }) => {
    await page.clock.install();
    const buyer = await place(shop, "() => new Promise(() => {})");
    await shop.expectState("placing");
    await page.clock.fastForward(10_000);
    await buyer.reads("order_function_timeout");
    expect(watch.orders).toEqual([]);
  });

  for (const [when, isAsked] of [
    ["before the next press", false],
    ["while the next press is asked about", true],
  ]) {
    test(`the page answers too late, ${when}: that is not sent, and the next answer is`, async ({
      shop,
      page,
      watch,
    }) => {
      await page.clock.install();
      const source = `() => new Promise((resolve) => {
        (window.answers ??= []).push(resolve);
      })`;
      const asked = () => page.evaluate(() => window.answers?.length);
      const buyer = await place(shop, source);
      await expect.poll(asked).toBe(1);
      await page.clock.fastForward(10_000);
      await buyer.reads("order_function_timeout");
      if (isAsked) {
        await buyer.place();
        await expect.poll(asked).toBe(2);
      }
      await page.evaluate(() => window.answers[0]({ custom1: "too late" }));
      await shop.expectState(isAsked ? "placing" : "ready");
      if (!isAsked) {
        await buyer.place();
        await expect.poll(asked).toBe(2);
      }
      await page.evaluate(() => window.answers[1]({ custom2: "in time" }));
      await expect(buyer.status).toHaveText(/^Thank you/);
      expect(watch.orders).toHaveLength(1);
      expect(watch.orders[0].fields).toMatchObject({ custom2: "in time" });
      expect(watch.orders[0].fields).not.toHaveProperty("custom1");
    });
  }
});
