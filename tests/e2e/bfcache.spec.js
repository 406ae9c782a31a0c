// Pages that the browser brings back as they were left, which Playwright has it not do by default.
import config from "../../playwright.config.js";
import { CART, FIRST, LANDER, REVIEW, THANKS } from "./support/funnel.js";
import { expect, test } from "./support/test.js";

const { launchOptions } = config.use;
test.use({
  launchOptions: { ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] },
});

// A whole purchase each, or two.
test.slow();

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    addEventListener("pageshow", ({ persisted }) => {
      // What the page has done by then it has done at once, before anybody can press.
      const note = () => {
        window.restoredAs = document.documentElement.dataset.landerpayState;
      };
      if (persisted) setTimeout(note);
    });
  });
});

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

/** Goes back, to a page that is not loaded again. Gives its state as soon as it is there. */
async function goBack(page, { path }, steps = 1) {
  await page.evaluate((steps) => history.go(-steps), steps);
  await page.waitForURL(`**${path}`, { waitUntil: "commit" });
  const state = await page.waitForFunction(() => window.restoredAs);
  return state.jsonValue();
}

/** Opens the first page of a purchase, and signs in there. */
async function begin(shop, page, parts) {
  await page.goto(shop.origin + parts.path);
  const buyer = shop.look(parts);
  await buyer.signIn();
  return buyer;
}

/** Buys by way of the review. */
async function buyReviewed(shop, page, buyer) {
  await buyer.place();
  await page.waitForURL(`**${REVIEW.path}`);
  await buyer.place();
  await page.waitForURL(`**${THANKS.path}`);
  await shop.expectState("placed");
}

test("the cart comes back after the order: it makes the next order reference, which can be bought", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const buyer = await begin(shop, page, CART);
  await buyReviewed(shop, page, buyer);
  const first = watch.orders[0].fields.amazonOrderId;
  expect(await goBack(page, CART, 2)).toBe("choosing");
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  expect(amazonOrderId).not.toBe(first);
  await buyReviewed(shop, page, buyer);
  expect(watch.orders.map(({ fields }) => fields.amazonOrderId)).toEqual([first, amazonOrderId]);
  for (const id of [first, amazonOrderId]) expect(await crm.outcomes(id)).toEqual(["accepted"]);
});

test("the cart of the last order but one comes back: it is not sold again either", async ({
  shop,
  page,
  watch,
}) => {
  const buyer = await begin(shop, page, CART);
  await buyReviewed(shop, page, buyer);
  await page.goto(shop.origin + CART.path);
  await buyReviewed(shop, page, buyer);
  expect(watch.orders).toHaveLength(2);
  expect(await goBack(page, CART, 5)).toBe("choosing");
});

test("the cart comes back before the order: it goes on with its order reference", async ({
  shop,
  page,
}) => {
  const buyer = await begin(shop, page, CART);
  await buyer.place();
  await page.waitForURL(`**${REVIEW.path}`);
  await shop.expectState("ready");
  const { amazonOrderId } = await shop.snapshot();
  expect(await goBack(page, CART)).toBe("ready");
  expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  await buyer.place();
  await page.waitForURL(`**${REVIEW.path}`);
  await shop.expectState("ready");
  expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
});

for (const [name, parts, next] of [
  ["lander", LANDER, FIRST],
  ["review", REVIEW, THANKS],
]) {
  test(`the ${name} comes back after its order: it stays placed, and places nothing more`, async ({
    shop,
    page,
    watch,
  }) => {
    const buyer = await begin(shop, page, parts === REVIEW ? CART : parts);
    if (parts === REVIEW) {
      await buyReviewed(shop, page, buyer);
    } else {
      await buyer.place();
      await page.waitForURL(`**${next.path}`);
      await shop.expectState("ready");
    }
    expect(await goBack(page, parts)).toBe("placed");
    await expect(buyer.placeOrder).toBeDisabled();
    const { amazonOrderId } = watch.orders[0].fields;
    const again = await page.evaluate(() => window.LanderPay.checkout.placeOrder());
    expect(again.amazonOrderId).toBe(amazonOrderId);
    await shop.expectState("placed");
    expect(watch.orders).toHaveLength(1);
  });
}

test("the lander comes back from the bank: nobody knows yet, and a press goes there again", async ({
  shop,
  crm,
  page,
  context,
  watch,
}) => {
  const BANK = "https://bank.example/3ds?id=1";
  await context.route(BANK, (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>Bank</title>" }),
  );
  const buyer = await begin(shop, page, LANDER);
  await shop.expectState("ready");
  const { amazonOrderId } = await shop.snapshot();
  await page.evaluate((fault) => {
    const form = document.querySelector('[data-landerpay="order"]');
    form.append(Object.assign(document.createElement("input"), { name: "custom5", value: fault }));
  }, `redirect:${BANK}`);
  await buyer.place();
  await page.waitForURL(BANK);
  expect(await goBack(page, LANDER)).toBe("ready");
  await buyer.reads("outcome_unknown");
  expect((await shop.snapshot()).unresolved).toBe(true);
  // Who has come back is not sent away again without being asked.
  await page.waitForTimeout(11_000);
  expect(watch.orders).toHaveLength(1);
  await buyer.place();
  await page.waitForURL(BANK);
  const [first, second] = watch.orders;
  expect(second.key).toBe(first.key);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["unfinished"]);
});
