// One buyer, one order, and more than one tab.
import { CART, REVIEW, THANKS } from "./support/funnel.js";
import { Shop } from "./support/shop.js";
import { expect, test } from "./support/test.js";

// Each waits for what two whole purchases wait for.
test.setTimeout(90_000);

/** Comes to the review of a cart, and opens it in another tab, which has all that this one has kept. */
async function openTwoReviews({ shop, page, context, servers }) {
  await page.goto(shop.origin + CART.path);
  await shop.look(CART).signIn();
  await shop.look(CART).place();
  await page.waitForURL(`**${REVIEW.path}`);
  await shop.expectState("ready");
  const [otherPage] = await Promise.all([
    context.waitForEvent("page"),
    page.evaluate(() => {
      window.open(location.href);
    }),
  ]);
  const other = new Shop(otherPage, servers);
  await other.expectState("ready");
  const { amazonOrderId } = await shop.snapshot();
  expect((await other.snapshot()).amazonOrderId).toBe(amazonOrderId);
  return { other, otherPage, amazonOrderId };
}

/** Both tabs have come to the next page, and show the number of the one order. */
async function expectPlacedInBoth(crm, amazonOrderId, tabs) {
  const imports = await crm.imports(amazonOrderId);
  expect(imports.map(({ outcome }) => outcome)).toEqual(["accepted"]);
  for (const tab of tabs) {
    await tab.expectState("placed");
    await expect(tab.look(THANKS).orderId).toHaveText(imports[0].orderId);
  }
}

test("the same order pressed in both at once: it exists once, and both say so", async ({
  shop,
  crm,
  page,
  context,
  servers,
}) => {
  const { other, otherPage, amazonOrderId } = await openTwoReviews({
    shop,
    page,
    context,
    servers,
  });
  const press = (tab) => tab.evaluate(() => window.LanderPay.checkout.placeOrder().catch(() => {}));
  await Promise.all([press(page), press(otherPage)].map((pressed) => pressed.catch(() => {})));
  for (const tab of [page, otherPage]) {
    await tab.waitForURL(`**${THANKS.path}`, { timeout: 25_000 });
  }
  await expectPlacedInBoth(crm, amazonOrderId, [shop, other]);
});

test("the same order pressed in one after the other: it exists once", async ({
  shop,
  crm,
  page,
  context,
  servers,
}) => {
  const { other, otherPage, amazonOrderId } = await openTwoReviews({
    shop,
    page,
    context,
    servers,
  });
  await shop.look(REVIEW).place();
  await page.waitForURL(`**${THANKS.path}`);
  await other.look(REVIEW).place();
  await otherPage.waitForURL(`**${THANKS.path}`, { timeout: 25_000 });
  await expectPlacedInBoth(crm, amazonOrderId, [shop, other]);
});
