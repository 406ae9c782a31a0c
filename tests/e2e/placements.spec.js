// Where Amazon's own guide wants its buttons: a product page, the cart, a log-in page, the home page; and
// the dialog that says what Amazon Pay is.
import { at } from "./support/buyer.js";
import { CART } from "./support/funnel.js";
import { option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const PRODUCT = at("/product.html");
const LOG_IN = at("/log-in.html");
const HOME = at("/");

const SIGNED_IN = "You are signed in with your Amazon account.";
const PHONE = { width: 360, height: 640 };

const nameOf = (page) => page.locator('[data-landerpay="buyer"]');

/** Presses the button where Amazon answers by itself. */
async function logIn(shop, page) {
  await page.locator('[data-landerpay="button"] img').click();
  await shop.expectState("signed-in");
}

test.describe("the product page", () => {
  test("sells its product at once, as the buyer wants it packed", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open("", { parts: PRODUCT });
    await expect(page.getByRole("button", { name: "Place order" })).toBeHidden();
    await page.getByLabel("Pack it as a gift").check();
    await buyer.signIn(/Maria Bennett/);
    await expect(nameOf(page)).toHaveText("Maria Bennett");
    await expect(buyer.button).toBeHidden();
    await expect(page.getByRole("link", { name: "Add to cart" })).toBeHidden();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    const token = await shop.token();
    await buyer.place();
    await expect(page.getByRole("heading", { name: "Thank you for your order" })).toBeVisible();

    const [imported, ...more] = await crm.imports(amazonOrderId);
    expect(more).toEqual([]);
    expect(imported).toMatchObject({ outcome: "accepted", total: "20.00" });
    expect(imported.fields).toEqual({
      paySource: "AMAZON",
      amazonOrderId,
      amazonAddressConsent: token,
      amazonBillerId: "7",
      campaignId: "12",
      product1_id: "349",
      product1_qty: "1",
      custom1: "Gift box",
      // The backend has opened this order before the payment.
      orderId: imported.orderId,
      emailAddress: "buyer1@example.com",
      firstName: "Maria",
      lastName: "Bennett",
      ipAddress: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      loginId: "stand-in-api-user",
      password: "***",
    });
    await expect(buyer.orderId).toHaveText(imported.orderId);
    expect(watch.orders).toHaveLength(1);
    expect(watch.consoleErrors).toEqual([]);
  });

  test("leads into the cart, too", async ({ shop, page }) => {
    await shop.open("", { parts: PRODUCT });
    await page.getByRole("link", { name: "Add to cart" }).click();
    await expect(page).toHaveURL(shop.origin + CART.path);
    await expect(page.getByRole("listitem").filter({ hasText: "Set of four cups" })).toBeVisible();
  });

  test("has the button again once the buyer has signed out", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: PRODUCT });
    await buyer.signInAtOnce();
    await expect(nameOf(page)).toBeVisible();
    await buyer.signOut.click();
    await expect(buyer.button).toBeVisible();
    await expect(nameOf(page)).toBeHidden();
    await expect(buyer.addressFrame).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Add to cart" })).toBeVisible();
  });
});

test.describe("the log-in page", () => {
  test("signs in and makes no order; the product page knows the buyer", async ({
    shop,
    crm,
    page,
  }) => {
    await shop.prepare("", { parts: PRODUCT });
    const buyer = await shop.open("", { parts: LOG_IN });
    await expect(page.getByRole("button", { name: "Login with Amazon" })).toBeVisible();
    await expect(buyer.status).toHaveText("Sign in with your Amazon account to continue.");
    const popup = await buyer.openSignIn();
    await popup.getByRole("radio", { name: /Maria Bennett/ }).check();
    await popup.getByRole("button", { name: "Sign in" }).click();
    await shop.expectState("signed-in");
    await expect(buyer.status).toHaveText(SIGNED_IN);
    await expect(buyer.button).toBeHidden();
    await expect(page.getByRole("heading", { name: "Hello, Maria Bennett" })).toBeVisible();
    expect(await shop.heard("profile")).toMatchObject({ email: "buyer1@example.com" });
    await expect(page.locator("[data-landerpay] iframe")).toHaveCount(0);
    expect(await shop.snapshot()).toEqual({
      state: "signed-in",
      missing: [],
      canPlace: false,
      unresolved: false,
    });

    const opened = [];
    page.on("popup", (window) => opened.push(window.url()));
    await page.getByRole("link", { name: "Look at the cups" }).click();
    const there = shop.look(PRODUCT);
    await expect(nameOf(page)).toHaveText("Maria Bennett");
    await there.place();
    await expect(there.orderId).toBeVisible();
    const { amazonOrderId } = await shop.snapshot();
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(opened).toEqual([]);
  });

  test("takes its buyer back from Amazon's page", async ({ shop, page }) => {
    await shop.sendBack();
    const edits = [option("popup", "never")];
    await shop.open("login=auto", { parts: LOG_IN, edits });
    await logIn(shop, page);
    await expect(page).toHaveURL(shop.origin + LOG_IN.path);
    await expect(nameOf(page)).toHaveText("Maria Bennett");
  });

  test("goes on to data-next once the profile is there", async ({ shop, page }) => {
    await page.addInitScript(() =>
      document.addEventListener("landerpay:profile", ({ detail }) => {
        sessionStorage.account ??= detail.email;
      }),
    );
    await shop.prepare("login=auto", { parts: CART });
    const edits = [option("next", CART.path)];
    await shop.open("login=auto", { parts: LOG_IN, edits });
    await page.locator('[data-landerpay="button"] img').click();
    await page.waitForURL(`**${CART.path}`);
    expect(await page.evaluate(() => sessionStorage.account)).toBe("buyer1@example.com");
    await expect(nameOf(page)).toHaveText("Maria Bennett");
    await expect(shop.look(CART).placeOrder).toBeEnabled();
  });

  test("does not go on to itself", async ({ shop, page }) => {
    const edits = [option("next", LOG_IN.path)];
    await shop.open("login=auto", { parts: LOG_IN, edits });
    await page.evaluate(() => {
      window.isTheSame = true;
    });
    await logIn(shop, page);
    await expect(nameOf(page)).toHaveText("Maria Bennett");
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => window.isTheSame)).toBe(true);
  });

  test("keeps what was chosen beside the cart for the review", async ({ shop, page }) => {
    await shop.prepare("login=auto", { parts: at("/review.html") });
    const buyer = await shop.open("login=auto", { parts: CART });
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL("**/review.html");
    await shop.heard("ready");
    const { amazonOrderId } = await shop.snapshot();
    await shop.open("login=auto", { parts: LOG_IN });
    await shop.expectState("signed-in");
    expect(await shop.snapshot()).not.toHaveProperty("amazonOrderId");
    await page.goto(`${shop.origin}/review.html`);
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });

  test("offers the button again after the sign-out", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: LOG_IN });
    await logIn(shop, page);
    await buyer.signOut.click();
    await shop.expectState("signed-out");
    await expect(buyer.button).toBeVisible();
    await expect(nameOf(page)).toBeHidden();
    await page.reload();
    await shop.expectState("signed-out");
  });

  test("without a profile still greets", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto,profile=401", { parts: LOG_IN });
    await logIn(shop, page);
    await expect(page.getByRole("heading", { name: "Hello", exact: true })).toBeVisible();
    await buyer.reads("profile_failed");
    await expect(buyer.signOut).toBeVisible();
  });
});

test.describe("the home page", () => {
  test("has a small button, then the buyer's name, then the button again", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("login=auto", { parts: HOME });
    await expect(buyer.button).toHaveAttribute("src", /\/gold\/small\/LwA\.png$/);
    await logIn(shop, page);
    await expect(buyer.button).toBeHidden();
    await expect(page.getByText("Signed in as Maria Bennett")).toBeVisible();
    await buyer.signOut.click();
    await expect(buyer.button).toBeVisible();
    await expect(page.getByText("Signed in as")).toBeHidden();
  });

  test("says what is wrong, and nothing else", async ({ shop, page }) => {
    await page.addInitScript(() => {
      window.open = () => null;
    });
    const buyer = await shop.open("", { parts: HOME });
    await expect(buyer.status).toHaveText("Sign in with your Amazon account to continue.");
    expect((await buyer.status.boundingBox()).width).toBeLessThanOrEqual(1);
    await buyer.button.click();
    await buyer.reads("popup_blocked");
    expect((await buyer.status.boundingBox()).width).toBeGreaterThan(200);
  });
});

test.describe("What is this?", () => {
  for (const parts of [PRODUCT, CART]) {
    test(`on ${parts.path}: opened by a key, closed by Escape, and the focus comes back`, async ({
      shop,
      page,
    }) => {
      await shop.open("", { parts });
      const opener = page.getByRole("button", { name: "What is this?" });
      const dialog = page.getByRole("dialog", { name: "What is Amazon Pay?" });
      await expect(dialog).toBeHidden();
      await opener.press("Enter");
      await expect(dialog).toBeVisible();
      await expect(dialog).toContainText("Larkmoor");
      await expect(dialog.getByRole("heading")).toBeFocused();
      const close = dialog.getByRole("button", { name: "Close" });
      await page.keyboard.press("Tab");
      await expect(close).toBeFocused();
      for (const key of ["Tab", "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab"]) {
        await page.keyboard.press(key);
        const isBehind = await page.evaluate(() => {
          const { activeElement: focused, body } = document;
          return focused !== body && !focused.closest("dialog");
        });
        expect(isBehind, key).toBe(false);
      }
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();

      await opener.click();
      await close.click();
      await expect(dialog).toBeHidden();
      await expect(opener).toBeFocused();
    });
  }

  test("fits on a phone", async ({ shop, page }) => {
    await page.setViewportSize(PHONE);
    await shop.open("", { parts: PRODUCT });
    await page.getByRole("button", { name: "What is this?" }).click();
    const dialog = page.getByRole("dialog");
    const { x, y, width, height } = await dialog.boundingBox();
    expect(x).toBeGreaterThan(0);
    expect(y).toBeGreaterThan(0);
    expect(x + width).toBeLessThan(PHONE.width);
    expect(y + height).toBeLessThan(PHONE.height);
    expect(await dialog.evaluate((it) => it.scrollWidth <= it.clientWidth)).toBe(true);
    const close = await dialog.getByRole("button", { name: "Close" }).boundingBox();
    expect(close.y + close.height).toBeLessThan(y + height);
    expect(close.height).toBeGreaterThanOrEqual(44);
  });
});
