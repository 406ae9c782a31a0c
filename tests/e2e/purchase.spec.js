import { DROP_IN, NPM } from "./support/buyer.js";
import { expect, test } from "./support/test.js";

const SIGN_IN = "Sign in with your Amazon account to continue.";
const READY = "Everything is chosen. You can place your order now.";

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

/** What the CRM gets, apart from the buyer. */
const fields = (amazonOrderId, token, orderId) => ({
  paySource: "AMAZON",
  amazonOrderId,
  amazonAddressConsent: token,
  amazonBillerId: "7",
  campaignId: "12",
  product1_id: "345",
  product1_qty: "1",
  ipAddress: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
  loginId: "stand-in-api-user",
  password: "***",
  // The backend has opened this order before the payment.
  orderId,
});

const MARIA = { emailAddress: "buyer1@example.com", firstName: "Maria", lastName: "Bennett" };

async function buyOnDropIn(shop, crm, watch, signIn) {
  const buyer = await shop.open();
  await expect(buyer.status).toHaveText(SIGN_IN);
  await expect(buyer.button).toBeVisible();
  await expect(buyer.placeOrder).toBeDisabled();
  await expect(buyer.addressFrame).toHaveCount(0);

  await buyer[signIn](/Maria Bennett/);
  await expect(buyer.address(/Maple Street/)).toBeChecked();
  await expect(buyer.card(/Visa/)).toBeChecked();
  await expect(buyer.status).toHaveText(READY);
  await expect(buyer.button).toBeHidden();

  const { amazonOrderId } = await shop.snapshot();
  const token = await shop.token();
  await buyer.place();
  await expect(buyer.status).toHaveText(/^Thank you\. Your order has been placed\./);

  const [imported, ...more] = await crm.imports(amazonOrderId);
  expect(more).toEqual([]);
  expect(imported.outcome).toBe("accepted");
  expect(imported.total).toBe("64.90");
  expect(imported.fields).toEqual({ ...fields(amazonOrderId, token, imported.orderId), ...MARIA });
  await expect(buyer.orderId).toHaveText(imported.orderId);
  await expect(buyer.orderId).toBeVisible();
  await expect(buyer.status).toHaveText(new RegExp(`Your order number is ${imported.orderId}\\.`));
  expect(watch.orders).toHaveLength(1);
  return { buyer, imported };
}

test.describe("the one-time page", () => {
  test("sign in, see address and card, place the order, read the number that the CRM has", async ({
    shop,
    crm,
    watch,
    page,
  }) => {
    const bodies = [];
    page.on("response", async (response) => {
      if (response.url().startsWith(shop.origin))
        bodies.push(await response.text().catch(() => ""));
    });
    await buyOnDropIn(shop, crm, watch, "signIn");
    const [order] = watch.orders;
    expect(Object.keys(order.fields).sort()).toEqual(
      [
        "amazonAddressConsent",
        "amazonOrderId",
        "campaignId",
        "emailAddress",
        "firstName",
        "lastName",
        "paySource",
        "product1_id",
        "product1_qty",
      ].sort(),
    );
    expect(order.key).toMatch(/^[!-~]{16,128}$/);
    expect(bodies.length).toBeGreaterThan(3);
    expect(bodies.filter((body) => /stand-in-(api-user|password)/.test(body))).toEqual([]);
    // The next page of the funnel needs the session and the order, and nothing else.
    const stored = await page.evaluate(() => Object.keys({ ...sessionStorage, ...localStorage }));
    expect(stored.sort()).toEqual(["landerpay", "landerpay-funnel", "landerpay-placed"]);
  });

  test("nothing can be placed until address and card are chosen by hand, in that order", async ({
    shop,
    crm,
    page,
  }) => {
    const buyer = await shop.open("addresses=none-chosen,cards=none-chosen");
    await buyer.signIn(/Maria Bennett/);
    await expect(buyer.status).toHaveText("Please choose a delivery address.");
    await expect(buyer.addresses).toHaveCount(2);
    await expect(buyer.placeOrder).toBeDisabled();

    await buyer.address(/Maple Street/).check();
    await expect(buyer.status).toHaveText("Please choose a payment method.");
    await expect(buyer.cards).toHaveCount(2);
    await expect(buyer.placeOrder).toBeDisabled();

    await buyer.card(/Mastercard/).check();
    await expect(buyer.placeOrder).toBeEnabled();

    // Another address: the payment is void until the wallet, drawn anew, has spoken.
    let showWallet;
    const shown = new Promise((resolve) => {
      showWallet = resolve;
    });
    await page.route("**/gp/widgets/widgets", async (route) => {
      await shown;
      await route.fallback();
    });
    await buyer.address(/Harbor Road/).check();
    await expect(buyer.status).toHaveText("Please choose a payment method.");
    await expect(buyer.placeOrder).toBeDisabled();
    showWallet();
    await expect(buyer.card(/Mastercard/)).not.toBeChecked();
    await expect(buyer.placeOrder).toBeDisabled();
    await buyer.card(/Visa/).check();
    await expect(buyer.placeOrder).toBeEnabled();

    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("a buyer without default address and card chooses both", async ({ shop, crm }) => {
    const buyer = await shop.open("account=no-default");
    await buyer.signIn();
    await buyer.address(/Harbor Road/).check();
    await buyer.card(/Visa/).check();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("the one-time page on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the whole purchase", async ({ shop, crm, watch, page }) => {
    await buyOnDropIn(shop, crm, watch, "signInOnPage");
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});

test("the page that Vite built from the packed package: the whole purchase", async ({
  shop,
  crm,
  watch,
}) => {
  const buyer = await shop.open("", { parts: NPM });
  await expect(buyer.status).toHaveText("Sign in with your Amazon account.");
  await expect(buyer.placeOrder).toBeDisabled();
  await buyer.signIn(/Maria Bennett/);
  await expect(buyer.address(/Maple Street/)).toBeChecked();
  await expect(buyer.card(/Visa/)).toBeChecked();
  const token = await shop.token();
  await buyer.place();
  await expect(buyer.status).toHaveText("Your order has been placed.");
  await expect(buyer.orderId).toBeVisible();

  const [order] = watch.orders;
  const { amazonOrderId } = order.fields;
  expect(order.fields).toMatchObject({ campaignId: 12, product1_id: 345, product1_qty: 1 });
  const [imported, ...more] = await crm.imports(amazonOrderId);
  expect(more).toEqual([]);
  expect(imported.outcome).toBe("accepted");
  expect(imported.fields).toEqual({ ...fields(amazonOrderId, token, imported.orderId), ...MARIA });
  await expect(buyer.orderId).toHaveText(imported.orderId);
});

test.describe("buyers", () => {
  const LONG = "Steinhausen".repeat(17).slice(0, 50);

  for (const [account, firstName, lastName] of [
    ["one-word", "Anjali", " "],
    ["five-word", "Ana", "Lucía de la Vega"],
    ["rtl", "ليلى", "حسن"],
    ["emoji", "Zoë", "🦊 Lindqvist"],
    ["long", "Wolfeschlegel", LONG],
    ["markup", "<img", 'src=x onerror=alert(1)> O\'Neil & "Sons"'],
  ]) {
    test(`${account}: the CRM gets "${firstName}" and "${lastName}"`, async ({
      shop,
      crm,
      page,
    }) => {
      const dialogs = [];
      page.on("dialog", (dialog) => dialogs.push(dialog.message()) && dialog.dismiss());
      const buyer = await shop.open(`account=${account}`, { parts: DROP_IN });
      await buyer.signIn();
      await expect(buyer.placeOrder).toBeEnabled();
      const { amazonOrderId } = await shop.snapshot();
      await buyer.place();
      await expect(buyer.orderId).toBeVisible();
      const [imported] = await crm.imports(amazonOrderId);
      expect(imported.fields).toMatchObject({ firstName, lastName });
      await expect(buyer.orderId).toHaveText(imported.orderId);
      expect(dialogs).toEqual([]);
    });
  }
});

test("a buyer without an e-mail address reads why the order was not taken", async ({
  shop,
  crm,
  watch,
}) => {
  const buyer = await shop.open("account=no-email");
  await buyer.signIn();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await buyer.reads("order_refused", /emailAddress/);
  await expect(buyer.status).toBeVisible();
  await expect(buyer.placeOrder).toBeEnabled();
  expect(await crm.outcomes(amazonOrderId)).toEqual([]);
  // Chromium writes every 4xx into the console.
  expect(watch.consoleErrors.splice(0)).toEqual([expect.stringContaining("422")]);
});
