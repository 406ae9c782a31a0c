import { at } from "./support/buyer.js";
import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const LANDER = at("/funnel.html");
const FIRST = at("/upsell-1.html");
const SECOND = at("/upsell-2.html");
const THANKS = at("/thank-you.html");

const FROM_MAIL = "?affId=77&c1=newsletter&c3=Blue&sessionId=s-1";
const HOURS = 3_600_000;

/** Opens the lander in a scenario, with the rest of the funnel in the same one. */
async function openFunnel(shop, { flags = "login=auto", search = "", edits = {} } = {}) {
  for (const parts of [FIRST, SECOND, THANKS]) {
    await shop.prepare(flags, { parts, edits: edits[parts.path] });
  }
  return shop.open(flags, { parts: LANDER, at: search, edits: edits[LANDER.path] });
}

/** Buys on the lander, and comes to the first upsell. */
async function comeToUpsell(shop, page, options) {
  const buyer = await openFunnel(shop, options);
  await buyer.signInAtOnce();
  await buyer.place();
  await page.waitForURL(`**${FIRST.path}`);
  return buyer;
}

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
    const buyer = await openFunnel(shop, { search: FROM_MAIL, edits });
    await buyer.signInAtOnce();
    expect(new URL(page.url()).search).toBe(FROM_MAIL);
    await buyer.place();
    await page.waitForURL(`**${FIRST.path}`);
    expect(watch.orders[0].fields).toMatchObject({ affId: "77", sourceValue1: "newsletter" });
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
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await shop.expectState("signed-out");
    await page.reload();
    await buyer.reads("first_order_missing");
  });
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
});
