// Whole purchases by Tab, Enter and Space alone; and where the focus is afterwards.
import { at, NPM } from "./support/buyer.js";
import { CART, FIRST, openFunnel, REVIEW, SECOND, THANKS } from "./support/funnel.js";
import { Keys } from "./support/keys.js";
import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SUBSCRIPTION = at("/subscription.html");
const ASKING = "addresses=none-chosen,cards=none-chosen";
// Where a press scrolls to is reached at once.
test.use({ contextOptions: { reducedMotion: "reduce" } });

/** Signs in in Amazon's window, to which the button was reached. */
async function signIn(page, keys) {
  const opens = page.waitForEvent("popup");
  await keys.press("Amazon Pay");
  const window = await opens;
  await expect(window.getByRole("heading", { name: "Sign in to pay" })).toBeVisible();
  const inWindow = new Keys(window);
  const closed = window.waitForEvent("close");
  const names = await inWindow.press("Sign in");
  await closed;
  expect(names).toEqual(["Maria Bennett", "Sign in"]);
}

/** Chooses the first address and the first card. */
async function choose(buyer, keys) {
  await expect(buyer.addresses).toHaveCount(2);
  await keys.press("Maria Bennett", "Space");
  await expect(buyer.address(/Maple Street/)).toBeChecked();
  await expect(buyer.status).toHaveText(/payment method/);
  await expect(buyer.walletFrame).toBeVisible();
  await keys.press(/^Visa/, "Space");
  await expect(buyer.card(/Visa/)).toBeChecked();
}

const placedAs = async (shop, crm) => {
  const { amazonOrderId } = await shop.snapshot();
  return crm.outcomes(amazonOrderId);
};

test("one purchase, from the top of the page to the thanks", async ({ shop, crm, page }) => {
  const buyer = await shop.open(ASKING);
  await expect(buyer.button).toBeVisible();
  const keys = new Keys(page);
  const toOrder = await keys.press("Order the Tea Sampler");
  expect(toOrder).toEqual(["Demo shop: nothing is charged", "Order the Tea Sampler"]);
  await signIn(page, keys);
  // The button is gone, and the next stops are what comes after it.
  await expect(buyer.status).toBeFocused();
  await expect(buyer.addressFrame).toBeVisible();
  expect(await keys.tab()).toBe("Sign out");
  await choose(buyer, keys);
  await expect(buyer.placeOrder).toBeEnabled();
  const answer = await shop.holdAnswer();
  await keys.press("Place order: $64.90");
  await shop.expectState("placing");
  await expect(buyer.placeOrder).toBeFocused();
  answer();
  await shop.expectState("placed");
  await expect(buyer.status).toBeFocused();
  expect(await placedAs(shop, crm)).toEqual(["accepted"]);
  expect(await keys.tab()).toBe("Order another one");
});

test("a subscription: the choice of how often, and the consent", async ({ shop, crm, page }) => {
  const buyer = await shop.open("", { parts: SUBSCRIPTION });
  await expect(buyer.button).toBeVisible();
  const keys = new Keys(page);
  await keys.tabTo("Every month, until I stop it");
  await signIn(page, keys);
  await expect(buyer.status).toHaveText(/agree/);
  await keys.press(/^Use my selected payment method/, "Space");
  await expect(buyer.placeOrder).toBeEnabled();
  await keys.press("Place order: $19.90", "Space");
  await shop.expectState("placed");
  await expect(buyer.status).toBeFocused();
  expect(await placedAs(shop, crm)).toEqual(["accepted"]);
});

test("digital goods, signed in on Amazon's page", async ({ shop, crm, page }) => {
  const parts = at("/digital.html");
  await shop.sendBack();
  const buyer = await shop.open("", { parts, edits: [option("popup", "never")] });
  await expect(buyer.button).toBeVisible();
  const keys = new Keys(page);
  await keys.press("Amazon Pay");
  await expect(page.getByRole("heading", { name: "Sign in to pay" })).toBeVisible();
  await new Keys(page).press("Sign in");
  await expect(buyer.placeOrder).toBeEnabled();
  await new Keys(page).press("Place order: $9.00");
  await shop.expectState("placed");
  await expect(buyer.status).toBeFocused();
  expect(await placedAs(shop, crm)).toEqual(["accepted"]);
});

test("a funnel: one upsell is taken, the other is not, and the sign-out", async ({
  shop,
  page,
  watch,
}) => {
  const buyer = await openFunnel(shop, { flags: "" });
  await expect(buyer.button).toBeVisible();
  let keys = new Keys(page);
  await signIn(page, keys);
  await expect(buyer.placeOrder).toBeEnabled();
  await keys.press("Place order: $64.90");
  await page.waitForURL(`**${FIRST.path}`);
  await expect(buyer.placeOrder).toBeEnabled();
  // A list is unfolded, chosen from, and folded again.
  keys = new Keys(page);
  await keys.press("Change");
  await expect(buyer.addresses).toHaveCount(2);
  await keys.tabTo("Maria Bennett");
  await page.keyboard.press("ArrowDown");
  await expect(buyer.address(/Harbor/)).toBeChecked();
  await page.keyboard.press("Enter");
  const toggle = buyer.addressFrame.contentFrame().getByRole("button", { name: "Change" });
  await expect(toggle).toBeFocused();
  await expect(buyer.placeOrder).toBeEnabled();
  expect(await keys.press("Add it to my order: $27.50")).toEqual([
    "Change",
    "Add it to my order: $27.50",
  ]);
  await page.waitForURL(`**${SECOND.path}`);
  await expect(buyer.placeOrder).toBeEnabled();
  await new Keys(page).press("No, thanks");
  await page.waitForURL(`**${THANKS.path}`);
  await expect(buyer.signOut).toBeVisible();
  expect(watch.orders.map(({ fields }) => fields.product1_id ?? fields.productId)).toEqual([
    "345",
    "348",
  ]);
  keys = new Keys(page);
  const stops = await keys.press("Sign out");
  expect(stops).toEqual(["Demo shop: nothing is charged", "Back to the demo", "Sign out"]);
  await shop.heard("signed-out");
  await expect(buyer.status).toBeFocused();
});

test("a cart and its review", async ({ shop, crm, page }) => {
  for (const parts of [REVIEW, THANKS]) await shop.prepare("", { parts });
  const buyer = await shop.open("", { parts: CART });
  await expect(buyer.button).toBeVisible();
  const keys = new Keys(page);
  await signIn(page, keys);
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await keys.press("Review your order");
  await page.waitForURL(`**${REVIEW.path}`);
  await expect(buyer.placeOrder).toBeEnabled();
  const names = await new Keys(page).press("Place order: $84.90");
  expect(names).toEqual([
    "Demo shop: nothing is charged",
    "Back to the cart",
    "Sign out",
    "Change the delivery address",
    "Change the payment method",
    "Place order: $84.90",
  ]);
  await page.waitForURL(`**${THANKS.path}`);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("the package's page", async ({ shop, crm, page }) => {
  const buyer = await shop.open(ASKING, { parts: NPM });
  await expect(buyer.button).toBeVisible();
  const keys = new Keys(page);
  await signIn(page, keys);
  await choose(buyer, keys);
  await expect(buyer.placeOrder).toBeEnabled();
  const ordered = page.waitForResponse("**/import-order");
  await keys.press("Place order: $64.90");
  const { amazonOrderId } = (await ordered).request().postDataJSON();
  await expect(page.getByRole("region", { name: "Thank you for your order" })).toBeFocused();
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(await keys.tab()).toBe("Back to the cart");
});

test.describe("the focus", () => {
  test("is on the status after a sign-out, and the button is the next stop", async ({
    shop,
    page,
  }) => {
    const { buyer } = await shop.openReady();
    const keys = new Keys(page);
    await keys.press("Sign out");
    await shop.expectState("signed-out");
    await expect(buyer.button).toBeVisible();
    await expect(buyer.status).toBeFocused();
    expect(await keys.tab()).toBe("Amazon Pay");
  });

  test("stays where it is when the buyer closes Amazon's window", async ({ shop, page }) => {
    await shop.open();
    const keys = new Keys(page);
    const opens = page.waitForEvent("popup");
    await expect(page.getByRole("button", { name: "Amazon Pay" })).toBeVisible();
    await keys.press("Amazon Pay");
    const window = await opens;
    const closed = window.waitForEvent("close");
    await Promise.all([closed, new Keys(window).press("Cancel")]);
    await expect(page.getByRole("button", { name: "Amazon Pay" })).toBeFocused();
  });

  for (const reason of ["InvalidPaymentMethod", "AmazonRejected", "TransactionTimedOut"]) {
    test(`is not lost when the order is declined: ${reason}`, async ({ shop, page }) => {
      const edits = [field("custom5", `decline:${reason}`)];
      const { buyer } = await shop.openReady("", { edits });
      const keys = new Keys(page);
      await keys.press("Place order: $64.90");
      await shop.heard("declined");
      await expect(buyer.status).toHaveText(/declined|did not go through/);
      await expect(buyer.placeOrder.or(buyer.status).and(page.locator(":focus"))).toHaveCount(1);
    });
  }

  test("is on the field that is to be corrected", async ({ shop, page, watch }) => {
    const input = (html) =>
      html.replace(
        /<button[^>]*place-order/,
        '<label>Your VAT number <input name="custom1" required></label>$&',
      );
    const { buyer } = await shop.openReady("", { edits: [input] });
    await new Keys(page).press("Place order: $64.90");
    await buyer.reads("form_invalid", "Please correct the marked fields.");
    const invalid = page.getByRole("textbox", { name: "Your VAT number" });
    await expect(invalid).toBeFocused();
    expect(watch.orders).toEqual([]);
    // Enter in the form places the order, too.
    await page.keyboard.type("12");
    await page.keyboard.press("Enter");
    await shop.expectState("placed");
    await expect(buyer.status).toBeFocused();
  });

  test("is left where the buyer has put it meanwhile", async ({ shop, page }) => {
    const { buyer } = await shop.openReady();
    const answer = await shop.holdAnswer();
    const keys = new Keys(page);
    await keys.press("Place order: $64.90");
    await shop.expectState("placing");
    await page.getByRole("link", { name: "Demo shop" }).focus();
    answer();
    await shop.expectState("placed");
    await expect(page.getByRole("link", { name: "Demo shop" })).toBeFocused();
    await expect(buyer.status).not.toBeFocused();
  });
});
