import { at } from "./support/buyer.js";
import { field } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const UPSELL = at("/upsell-1.html");
const THANKS = /^Thank you/;

/** Has the first answer to a post never arrive. @returns {Promise<void>} when the shop has taken it */
function loseFirst(page, path) {
  return new Promise((taken) => {
    const take = async (route) => {
      await route.fetch();
      // The page is left before this one could be answered.
      taken();
    };
    page.route(`**/${path}`, take, { times: 1 });
  });
}

test("an order on its way: the same one is asked about, and exists once", async ({
  shop,
  page,
  crm,
  watch,
}) => {
  const taken = loseFirst(page, "import-order");
  const { buyer, amazonOrderId } = await shop.openReady();
  await buyer.place();
  await taken;
  await page.reload();
  await expect(buyer.status).toHaveText(THANKS);
  const [first, second] = watch.orders;
  expect(watch.orders).toHaveLength(2);
  expect(second.key).toBe(first.key);
  expect(second.fields).toEqual(first.fields);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  const kept = await page.evaluate(() => Object.keys({ ...sessionStorage }));
  expect(kept.sort()).toEqual(["landerpay", "landerpay-funnel"]);
});

test("an order that never left: it goes now, once", async ({ shop, page, crm, watch }) => {
  const { buyer, amazonOrderId } = await shop.openReady();
  const asked = page.waitForRequest("**/import-order");
  await page.route("**/import-order", () => {}, { times: 1 });
  await buyer.place();
  await asked;
  await page.reload();
  await expect(buyer.status).toHaveText(THANKS);
  expect(watch.orders[1].key).toBe(watch.orders[0].key);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("what was kept is damaged: a purchase works", async ({ shop, page, crm, watch }) => {
  const first = await shop.openReady();
  await first.buyer.place();
  await expect(first.buyer.status).toHaveText(THANKS);
  const known = await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage["landerpay-funnel"]);
    const placed = { ...kept.placed, products: "x" };
    const damaged = { ...kept, ids: 5, placed, sent: { "/one-time.html": {} } };
    sessionStorage["landerpay-funnel"] = JSON.stringify(damaged);

    return [kept.ids, kept.placed?.products, kept.sent].map(Boolean);
  });
  expect(known).toEqual([true, true, true]);
  const buyer = await shop.open("login=auto");
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(watch.orders).toHaveLength(2);
  expect(watch.orders[1].fields.amazonOrderId).toBe(amazonOrderId);
  expect(amazonOrderId).not.toBe(first.amazonOrderId);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("back from the bank: a press goes there again, and the page opened anew sells anew", async ({
  shop,
  page,
  context,
  crm,
  watch,
}) => {
  const BANK = "https://bank.example/3ds?id=1";
  await context.route(BANK, (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>Bank</title>" }),
  );
  const { buyer, amazonOrderId } = await shop.openReady("", {
    edits: [field("custom5", `redirect:${BANK}`)],
  });
  for (const sends of [1, 2]) {
    await buyer.place();
    await page.waitForURL(BANK);
    expect(watch.orders).toHaveLength(sends);
    await page.goBack({ waitUntil: "domcontentloaded" });
    await buyer.reads("outcome_unknown");
  }
  const [first, second] = watch.orders;
  expect(second.key).toBe(first.key);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["unfinished"]);

  await shop.open("login=auto");
  await expect(buyer.placeOrder).toBeEnabled();
  await expect(buyer.status).not.toHaveAttribute("data-code", "outcome_unknown");
  const next = (await shop.snapshot()).amazonOrderId;
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(watch.orders).toHaveLength(3);
  expect(watch.orders[2].key).not.toBe(first.key);
  expect(await crm.outcomes(next)).toEqual(["accepted"]);
});

test("the back button and forward again: the same", async ({ shop, page, crm }) => {
  await page.goto(`${shop.origin}/index.html`);
  const taken = loseFirst(page, "import-order");
  const { buyer, amazonOrderId } = await shop.openReady();
  await buyer.place();
  await taken;
  await page.goBack();
  await page.goForward();
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("an order of unknown fate is asked about by itself", async ({ shop, page, crm }) => {
  let isDown = true;
  await page.route("**/import-order", async (route) => {
    if (!isDown) return route.continue();
    await route.fetch();
    return route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" });
  });
  const { buyer, amazonOrderId } = await shop.openReady();
  await buyer.place();
  await buyer.reads("backend_failed");
  isDown = false;
  await page.reload();
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("an order whose session is over needs another sign-in, and no other order", async ({
  shop,
  page,
  crm,
  watch,
}) => {
  const taken = loseFirst(page, "import-order");
  const { buyer, amazonOrderId } = await shop.openReady();
  await buyer.place();
  await taken;
  await page.evaluate(() => sessionStorage.removeItem("landerpay"));
  await page.reload();
  await shop.expectState("signed-out");
  await expect(buyer.placeOrder).toBeDisabled();
  await buyer.button.click();
  await expect(buyer.status).toHaveText(THANKS);
  expect(watch.orders[1].key).toBe(watch.orders[0].key);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("a declined order is not asked about", async ({ shop, page, watch }) => {
  const { buyer } = await shop.openReady("", {
    edits: [field("custom5", "decline:InvalidPaymentMethod")],
  });
  await buyer.place();
  await shop.expectState("declined");
  await page.reload();
  await expect(buyer.placeOrder).toBeEnabled();
  expect(watch.orders).toHaveLength(1);
});

test("an upsell on its way: the same one is asked about, and exists once", async ({
  shop,
  page,
  crm,
  watch,
}) => {
  const { buyer } = await shop.openReady();
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  const taken = loseFirst(page, "import-upsale");
  const upsell = await shop.open("login=auto", { parts: UPSELL });
  await upsell.place();
  await taken;
  await page.reload();
  await page.waitForURL("**/upsell-2.html");
  const [, first, second] = watch.orders;
  expect(second.key).toBe(first.key);
  expect(await crm.outcomes(first.fields.amazonOrderId)).toEqual(["accepted"]);
});

test("whoever signed out in the meantime leaves nothing for the next buyer", async ({
  shop,
  page,
  watch,
}) => {
  const taken = loseFirst(page, "import-order");
  const { buyer } = await shop.openReady();
  await buyer.place();
  await taken;
  await page.evaluate(() => window.LanderPay.checkout.signOut());
  await page.reload();
  await shop.expectState("signed-out");
  expect(watch.orders).toHaveLength(1);
});
