// What a screen reader is given to say: the status line, and the button that places the order.
import { NPM } from "./support/buyer.js";
import { field } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SIGN_IN = "Sign in with your Amazon account to continue.";
const SIGNING_IN =
  "Please continue in the Amazon window. If there is none, press the button again.";
const ADDRESS = "Please choose a delivery address.";
const PAYMENT = "Please choose a payment method.";
const READY = "Everything is chosen. You can place your order now.";
const PLACING = "Your order is being placed. This can take up to two minutes.";

/**
 * Runs before the page: writes down what its live regions are given to say. Those that are no live
 * region from the start do not count, and neither does what stands in them then.
 */
function listen() {
  if (window.top !== window) return;
  window.announced = [];
  document.addEventListener("DOMContentLoaded", () => {
    for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
      const hear = () => region.checkVisibility() && window.announced.push(region.textContent);
      new MutationObserver(hear).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
  });
}

const announced = (page) => page.evaluate(() => window.announced);

test.beforeEach(({ page }) => page.addInitScript(listen));

test("a purchase is told step by step, and nothing twice", async ({ shop, page }) => {
  const buyer = await shop.open("addresses=none-chosen,cards=none-chosen");
  await expect(buyer.button).toBeVisible();
  await buyer.signIn();
  await expect(buyer.status).toHaveText(ADDRESS);
  await buyer.address(/Maple Street/).check();
  await expect(buyer.status).toHaveText(PAYMENT);
  // Another one of the same is no news.
  await buyer.address(/Harbor/).check();
  await expect(buyer.cards).toHaveCount(2);
  await buyer.card(/Visa/).check();
  await expect(buyer.status).toHaveText(READY);
  await buyer.card(/Mastercard/).check();
  await buyer.place();
  await shop.expectState("placed");
  const thanks = `Thank you. Your order has been placed. Your order number is ${await buyer.orderId.textContent()}.`;
  expect(await announced(page)).toEqual([
    SIGN_IN,
    SIGNING_IN,
    ADDRESS,
    PAYMENT,
    READY,
    PLACING,
    thanks,
  ]);
});

test("a decline is told once, and the next purchase anew", async ({ shop, page }) => {
  const edits = [field("custom5", "once:decline:InvalidPaymentMethod")];
  const { buyer } = await shop.openReady("", { edits });
  await buyer.place();
  await expect(buyer.status).toHaveText(/payment method was declined/);
  await expect(buyer.placeOrder).toBeEnabled();
  const all = await announced(page);
  expect(all.filter((text) => text.includes("declined"))).toHaveLength(1);
  expect(all).toEqual(all.filter((text, place) => text !== all[place - 1]));
});

test("the button says what it is about to do, that it cannot, and that it does", async ({
  shop,
  page,
}) => {
  const buyer = await shop.open("login=auto,cards=none-chosen");
  await expect(buyer.button).toBeVisible();
  const button = page.locator("form").getByRole("button");
  await expect(button).toHaveAccessibleName("Place order: $64.90");
  await expect(button).toBeDisabled();
  await expect(button).toHaveAttribute("aria-busy", "false");
  await buyer.signInAtOnce();
  await expect(buyer.status).toHaveText(PAYMENT);
  await expect(button).toBeDisabled();
  await buyer.card(/Visa/).check();
  await expect(button).toBeEnabled();
  const answer = await shop.holdAnswer();
  await buyer.place();
  await shop.expectState("placing");
  await expect(button).toHaveAccessibleName("Placing your order…");
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(
    page.getByRole("button", { name: "Placing your order…", disabled: true }),
  ).toHaveCount(1);
  answer();
  await shop.expectState("placed");
});

test("the package's page tells its purchase, too", async ({ shop, page }) => {
  const buyer = await shop.open("", { parts: NPM });
  await expect(buyer.button).toBeVisible();
  await buyer.signIn();
  await expect(buyer.placeOrder).toBeEnabled();
  await buyer.place();
  await expect(buyer.orderId).toBeVisible();
  const all = await announced(page);
  expect(all).toEqual(all.filter((text, place) => text !== all[place - 1]));
});
