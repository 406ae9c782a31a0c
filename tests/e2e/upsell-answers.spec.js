import { comeToUpsell, FIRST, SECOND } from "./support/funnel.js";
import { consentOf, field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const UPSELL = "**/import-upsale";

const expectPage = (page, { path }) => expect(new URL(page.url()).pathname).toBe(path);

/** Comes to the upsell, with everything chosen there. */
async function comeToReadyUpsell(shop, page, ...edits) {
  const buyer = await comeToUpsell(shop, page, { edits: { [FIRST.path]: edits } });
  await expect(buyer.placeOrder).toBeEnabled();
  const orderId = await buyer.orderId.first().textContent();
  return { buyer, orderId };
}

/** Expects that the last two upsells are the same one, asked for twice. */
function expectSameAsked(watch) {
  const [first, second] = watch.orders.slice(-2);
  expect(second).toEqual(first);
}

const outcomes = async (crm, orderId) => (await crm.upsales(orderId)).map(({ outcome }) => outcome);

test.describe("an upsell whose answer", () => {
  test('is held: the page stays, and "No, thanks" is out of reach until the buyer knows', async ({
    shop,
    crm,
    page,
  }) => {
    const { buyer, orderId } = await comeToReadyUpsell(shop, page);
    const noThanks = page.getByRole("link", { name: /no,? thanks/i });
    await expect(noThanks).toBeVisible();
    const answer = await shop.holdAnswer();
    await buyer.place();
    await expect.poll(() => outcomes(crm, orderId)).toEqual(["accepted"]);
    await shop.expectState("placing");
    await expect(page.locator(".no-thanks")).toBeHidden();
    await expect(buyer.placeOrder).toBeDisabled();
    expect((await shop.snapshot()).unresolved).toBe(false);
    expectPage(page, FIRST);
    answer();
    await page.waitForURL(`**${SECOND.path}`);
  });

  test("is lost on the way: asked for again under the same key, and only then goes on", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, orderId } = await comeToReadyUpsell(shop, page);
    const answer = await shop.holdAnswer();
    let lost = 0;
    await page.route(UPSELL, async (route) => {
      if (lost > 0) return route.fallback();
      lost += 1;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await buyer.place();
    await expect.poll(() => watch.orders.length).toBe(3);
    await shop.expectState("placing");
    expectPage(page, FIRST);
    answer();
    await page.waitForURL(`**${SECOND.path}`);
    expectSameAsked(watch);
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
    // Chromium says so by itself.
    expect(watch.consoleErrors).toEqual([expect.stringMatching(/ERR_CONNECTION_RESET/)]);
  });

  test("cannot be read: stays of unknown fate until the next press has asked again", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, orderId } = await comeToReadyUpsell(shop, page);
    await page.route(UPSELL, async (route) => {
      await route.fetch();
      await route.fulfill({ contentType: "text/html", body: "<h1>Back soon</h1>" });
    });
    await buyer.place();
    await buyer.reads("backend_unreadable", /not placed twice/);
    expect(await shop.snapshot()).toMatchObject({ state: "ready", unresolved: true });
    expectPage(page, FIRST);
    await page.unroute(UPSELL);
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expect(watch.orders).toHaveLength(3);
    expectSameAsked(watch);
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
  });

  test("never comes: after 150 seconds the buyer may ask again, and is charged once", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { buyer, orderId } = await comeToReadyUpsell(shop, page);
    await page.route(UPSELL, (route) => route.fetch());
    await buyer.place();
    await expect.poll(() => outcomes(crm, orderId)).toEqual(["accepted"]);
    // The clock goes on between the two.
    await page.clock.fastForward(120_000);
    await shop.expectState("placing");
    await page.clock.fastForward(30_000);
    await buyer.reads("backend_timeout");
    expect((await shop.snapshot()).unresolved).toBe(true);
    expectPage(page, FIRST);
    await page.unroute(UPSELL);
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expectSameAsked(watch);
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
  });

  test("is lost behind the shop: asked again, it goes on as added, and is charged once", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, orderId } = await comeToReadyUpsell(shop, page, field("custom5", "lost"));
    await buyer.place();
    await buyer.reads("backend_failed");
    expect((await shop.snapshot()).unresolved).toBe(true);
    expectPage(page, FIRST);
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expect(watch.orders).toHaveLength(3);
    expectSameAsked(watch);
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
    // Chromium says so by itself.
    expect(watch.consoleErrors).toEqual([expect.stringContaining("504")]);
  });

  test("nobody knows, as the CRM cannot be asked: the page stays, however often the buyer asks", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const fault = field("custom5", "lost query-html");
    const { buyer, orderId } = await comeToReadyUpsell(shop, page, fault);
    await buyer.place();
    await buyer.reads("backend_failed");
    for (const asked of [2, 3]) {
      await buyer.place();
      await shop.heard("error", asked);
      await buyer.reads("backend_failed", /HTTP 504/);
      await expect(buyer.placeOrder).toHaveAccessibleName("Ask again");
      expect((await shop.snapshot()).unresolved).toBe(true);
      expectPage(page, FIRST);
      expectSameAsked(watch);
    }
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
    // Chromium says so by itself, once for each answer.
    expect(watch.consoleErrors).toEqual(Array(3).fill(expect.stringContaining("504")));
  });

  test("is lost with the page: loaded again, it goes on as added, and is charged once", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, orderId } = await comeToReadyUpsell(shop, page);
    await page.route(UPSELL, (route) => route.fetch());
    await buyer.place();
    await expect.poll(() => outcomes(crm, orderId)).toEqual(["accepted"]);
    await page.unroute(UPSELL);
    await page.reload();
    await page.waitForURL(`**${SECOND.path}`);
    const [, first, second] = watch.orders;
    expect(second.key).toBe(first.key);
    expect(await outcomes(crm, orderId)).toEqual(["accepted"]);
  });

  test("is a redirect to the bank: the browser goes there, and not to the next page", async ({
    shop,
    crm,
    page,
    context,
    watch,
  }) => {
    await context.route("https://bank.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>Bank</title>" }),
    );
    const address = "https://bank.example/3ds?id=2";
    const fault = field("custom5", `redirect:${address}`);
    const { buyer, orderId } = await comeToReadyUpsell(shop, page, fault);
    await buyer.place();
    await page.waitForURL(address);
    await expect(page).toHaveTitle("Bank");
    expect(await outcomes(crm, orderId)).toEqual(["unfinished"]);
    expect(watch.requests).not.toContain(`GET ${SECOND.path}`);
  });
});

test.describe("an upsell that", () => {
  const productId = (id) => (html) => html.replace(/(name="productId" value=)"\d+"/, `$1"${id}"`);

  test("is charged again and again: the buyer agrees to it, and its agreement is posted", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const consent = (html) =>
      html.replace(
        "<form",
        '<div data-landerpay="consent" style="width: 320px; height: 150px"></div>$&',
      );
    const buyer = await comeToUpsell(shop, page, {
      edits: { [FIRST.path]: [option("agreement", "recurring"), consent, productId(346)] },
    });
    await expect(buyer.status).toHaveText("Please agree to the recurring payments.");
    await expect(buyer.placeOrder).toBeDisabled();
    await consentOf(page).check();
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const [order, { url, fields }] = watch.orders;
    expect(order.fields.amazonOrderId).toMatch(/^S01-/);
    expect(url).toMatch(/\/import-upsale$/);
    expect(fields).toMatchObject({
      amazonOrderId: expect.stringMatching(/^C01-/),
      productId: "346",
    });
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  });

  test("is digital: no address is chosen for it", async ({ shop, crm, page, watch }) => {
    const digital = [option("goods", "digital"), productId(347)];
    const { buyer } = await comeToReadyUpsell(shop, page, ...digital);
    await expect(buyer.addressFrame).toHaveCount(0);
    const { amazonOrderId } = await shop.snapshot();
    const contract = await page.request.get(`${shop.simulator}/contracts/${amazonOrderId}`);
    expect(await contract.json()).toMatchObject({ address: null });
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    expect(watch.orders[1].fields).toMatchObject({ amazonOrderId, productId: "347" });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("is posted as a form brings the same fields", async ({ shop, crm, page, watch }) => {
    const form = [option("backend-format", "form"), field("custom1", "a&amp;b=c+d %7C")];
    const { buyer, orderId } = await comeToReadyUpsell(shop, page, ...form);
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await page.waitForURL(`**${SECOND.path}`);
    const [order, upsell] = watch.orders;
    expect(upsell.contentType).toMatch(/^application\/x-www-form-urlencoded/);
    expect(upsell.fields).toEqual({
      amazonOrderId,
      amazonAddressConsent: order.fields.amazonAddressConsent,
      orderId,
      campaignId: "12",
      productId: "348",
      custom1: "a&b=c+d %7C",
    });
    expect(await crm.imports(amazonOrderId)).toMatchObject([
      { kind: "upsale", outcome: "accepted", fields: upsell.fields },
    ]);
  });
});
