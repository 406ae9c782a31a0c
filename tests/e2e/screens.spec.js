// Pictures of every step, for people to look at: test-results/screens/*.png. They are compared with
// nothing; a test fails when the step is not reached.
import { mkdirSync } from "node:fs";
import { DROP_IN, NPM } from "./support/buyer.js";
import {
  CART,
  comeToUpsell,
  FIRST,
  LANDER,
  openFunnel,
  REVIEW,
  readOnly,
  SECOND,
  THANKS,
} from "./support/funnel.js";
import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const FOLDER = "test-results/screens";
const SIZES = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};
const PAGES = {
  "one-time": { parts: DROP_IN, failed: /HTTP 502/ },
  npm: { parts: NPM, failed: /on our side.*backend_failed/ },
};

/** Takes two pictures: first what the buyer has before the eyes, then the whole page. */
async function takePictures(page, name) {
  const path = (what) => `${FOLDER}/${name}${what}.png`;
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path("-view"), animations: "disabled" });
  // In a window as high as the page: a browser does not paint the frames that it does not show.
  const window = page.viewportSize();
  const { top, height } = await page.evaluate(() => ({
    top: scrollY,
    height: document.documentElement.scrollHeight,
  }));
  await page.setViewportSize({ ...window, height: Math.max(height, window.height) });
  await page.waitForTimeout(200);
  await page.screenshot({ path: path(""), animations: "disabled" });
  await page.setViewportSize(window);
  await page.evaluate((to) => scrollTo({ top: to, behavior: "instant" }), top);
}

test.beforeAll(() => mkdirSync(FOLDER, { recursive: true }));

for (const [size, use] of Object.entries(SIZES)) {
  test.describe(size, () => {
    test.use(use);

    for (const [name, { parts, failed }] of Object.entries(PAGES)) {
      const shoot = (page, step) => takePictures(page, `${name}-${size}-${step}`);

      const toCheckout = (page) =>
        page.locator("#checkout").evaluate((part) => part.scrollIntoView({ behavior: "instant" }));

      test(`${name}: every step of the purchase`, async ({ shop, page }) => {
        // What comes between two steps is held until its picture is taken.
        let amazon;
        await page.route("**/Widgets.js", async (route) => {
          await new Promise((resolve) => {
            amazon = resolve;
          });
          await route.fallback();
        });
        let crm;
        await page.route("**/import-order", async (route) => {
          await new Promise((resolve) => {
            crm = resolve;
          });
          await route.fallback();
        });

        const buyer = await shop.open("addresses=none-chosen,cards=none-chosen", { parts });
        await expect(buyer.status).toHaveText("Amazon Pay is loading…");
        await toCheckout(page);
        await shoot(page, "1-loading");

        await expect.poll(() => amazon).toBeDefined();
        amazon();
        await expect(buyer.button).toBeVisible();
        await shoot(page, "2-signed-out");

        if (use.isMobile) {
          await page.unroute("**/Widgets.js");
          await shop.sendBack();
          await buyer.signInOnPage();
        } else {
          const popup = await buyer.openSignIn();
          await expect(buyer.status).toHaveText(/Amazon window/);
          await shoot(page, "3-signing-in");
          await shoot(popup, "3-window");
          const closed = popup.waitForEvent("close");
          await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
        }

        await expect(buyer.addresses).toHaveCount(2);
        await expect(buyer.status).toHaveText(/address/);
        await shoot(page, "4-choosing-address");
        await buyer.address(/Maple Street/).check();
        await expect(buyer.cards).toHaveCount(2);
        await expect(buyer.walletFrame).toBeVisible();
        await shoot(page, "5-choosing-payment");
        await buyer.card(/Visa/).check();
        await expect(buyer.placeOrder).toBeEnabled();
        await shoot(page, "6-ready");

        await buyer.place();
        await expect(buyer.status).toHaveText(/being placed|Placing/);
        await shoot(page, "7-placing");
        await expect.poll(() => crm).toBeDefined();
        crm();
        await expect(buyer.orderId).toBeVisible();
        await shoot(page, "8-placed");
      });

      test(`${name}: Amazon Pay is unavailable`, async ({ shop, page }) => {
        const buyer = await shop.open("widgets=404", { parts });
        await expect(buyer.status).toHaveText(/could not be loaded/);
        await toCheckout(page);
        await expect(buyer.button).toBeHidden();
        await shoot(page, "9-unavailable");
      });

      test(`${name}: an answer that is lost`, async ({ shop, page }) => {
        await page.route("**/import-order", (route) => route.fulfill({ status: 502, body: "no" }));
        const buyer = await shop.open("login=auto", { parts });
        await buyer.button.click();
        await buyer.place();
        await expect(buyer.status).toHaveText(failed);
        await shoot(page, "9-failed");
      });

      test(`${name}: declined`, async ({ shop, page }) => {
        const message = "Transaction Declined: InvalidPaymentMethod";
        await page.route("**/import-order", (route) =>
          route.fulfill({ json: { result: "ERROR", message } }),
        );
        const buyer = await shop.open("login=auto", { parts });
        await buyer.button.click();
        await buyer.place();
        await expect(buyer.status).toHaveText(/payment method was declined/);
        await expect(buyer.placeOrder).toBeEnabled();
        await expect(buyer.cards).toHaveCount(2);
        await shoot(page, "9-declined");
      });
    }

    // On a phone, Amazon's sign-in would come in place of the page.
    const window = option("popup", "always");
    const shoot = (page, step) => takePictures(page, `${step.replace(" ", `-${size}-`)}`);

    test("the funnel: every page on the way", async ({ shop, page }) => {
      const buyer = await openFunnel(shop, { edits: { [LANDER.path]: [window] } });
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
      await shoot(page, "funnel 1-ready");
      await buyer.place();
      await page.waitForURL(`**${FIRST.path}`);
      await expect(buyer.status).toHaveText(/^Everything is chosen/);
      await shoot(page, "upsell 1-ready");
      const answer = await shop.holdAnswer();
      await buyer.place();
      await expect(buyer.status).toHaveText(/being added/);
      await shoot(page, "upsell 2-placing");
      answer();
      await page.waitForURL(`**${SECOND.path}`);
      await expect(buyer.placeOrder).toBeEnabled();
      await page.goBack();
      await expect(buyer.status).toHaveText(/^Thank you/);
      await shoot(page, "upsell 3-placed");
      await page.goto(shop.origin + FIRST.path);
      await buyer.reads("upsell_taken");
      await shoot(page, "upsell 4-taken");
      await page.goto(shop.origin + THANKS.path);
      await expect(buyer.status).toHaveText(/^Thank you/);
      await shoot(page, "thank-you 1-placed");
    });

    test("the funnel: pages that are closed, and an upsell to sign in for", async ({
      shop,
      page,
    }) => {
      const buyer = await shop.open("", { parts: FIRST });
      await buyer.reads("first_order_missing");
      await shoot(page, "upsell 9-first-order-missing");
      await page.goto(shop.origin + THANKS.path);
      await buyer.reads("first_order_missing");
      await shoot(page, "thank-you 9-first-order-missing");

      await page.clock.install();
      await comeToUpsell(shop, page, { edits: { [LANDER.path]: [window] } });
      await page.evaluate(() => sessionStorage.removeItem("landerpay"));
      await page.reload();
      await expect(buyer.button).toBeVisible();
      await shoot(page, "upsell 5-signed-out");
      await page.clock.setSystemTime(Date.now() + 7_300_000);
      await page.reload();
      await buyer.reads("upsell_over");
      await shoot(page, "upsell 9-over");
    });

    test("the review: from the cart to a decline", async ({ shop, page }) => {
      const edits = [field("custom5", "decline:InvalidPaymentMethod")];
      await shop.prepare("login=auto", { parts: REVIEW, edits });
      const buyer = await shop.open("login=auto", { parts: CART, edits: [window] });
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      await shoot(page, "cart 1-ready");
      await buyer.place();
      await page.waitForURL(`**${REVIEW.path}`);
      await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
      await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
      await shoot(page, "review 1-ready");
      await buyer.place();
      await expect(buyer.status).toHaveText(/payment method was declined/);
      await shoot(page, "review 2-declined");
      await page.evaluate(() => window.LanderPay.checkout.signOut());
      await page.goto(shop.origin + CART.path);
      await buyer.signInAtOnce();
      await page.goto(shop.origin + REVIEW.path);
      await buyer.reads("nothing_to_review");
      await shoot(page, "review 9-nothing-to-review");
    });
  });
}
