import { CART, LANDER, REVIEW, readOnly, THANKS } from "./support/funnel.js";
import { blockStorage, field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const REVIEWS = ["address-review", "wallet-review"];

/** Opens the cart in a scenario, with the pages after it in the same one. */
async function openCart(shop, { flags = "login=auto", edits = {} } = {}) {
  for (const parts of [REVIEW, THANKS]) {
    await shop.prepare(flags, { parts, edits: edits[parts.path] });
  }
  return shop.open(flags, { parts: CART, edits: edits[CART.path] });
}

/** Chooses in the cart, and comes to the review. */
async function comeToReview(shop, page, options) {
  const buyer = await openCart(shop, options);
  await buyer.signInAtOnce();
  await buyer.place();
  await page.waitForURL(`**${REVIEW.path}`);
  return buyer;
}

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test.describe("the review on a page of its own", () => {
  test("shows what was chosen, to be read only, and places it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await openCart(shop);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(buyer.status).toHaveText("Everything is chosen. You can go on to the next step.");
    const { amazonOrderId } = await shop.snapshot();
    await buyer.address(/Harbor/).check();
    await buyer.place();
    await page.waitForURL(`**${REVIEW.path}`);
    expect(watch.orders).toEqual([]);

    await expect(readOnly(page, "address").getByText(/Harbor/)).toBeVisible();
    // Amazon's Wallet waits 5 s for an AddressBook that was there first.
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible({ timeout: 4000 });
    await expect(readOnly(page, "address").getByRole("radio")).toHaveCount(0);
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    await shop.expectState("placed");
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0].fields).toMatchObject({ amazonOrderId, firstName: "Maria" });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("folds out where the page wants that: the same choice, in 135 pixels", async ({
    shop,
    page,
    crm,
  }) => {
    const designs = REVIEWS.map((name) => option(`${name}-design`, "smartphoneCollapsible"));
    const low = (html) =>
      html.replace("</head>", "<style>.widget.review { height: auto }</style>$&");
    const buyer = await comeToReview(shop, page, { edits: { [REVIEW.path]: [...designs, low] } });
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
    for (const name of REVIEWS) {
      const frame = page.locator(`[data-landerpay="${name}"] iframe`);
      expect((await frame.boundingBox()).height).toBe(135);
    }
    expect(await shop.details("error")).toEqual([]);
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("goes back to the same order for a change, and shows the change", async ({ shop, page }) => {
    const buyer = await comeToReview(shop, page);
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    const { amazonOrderId } = await shop.snapshot();
    await page
      .getByRole("link", { name: /change/i })
      .first()
      .click();
    await page.waitForURL(`**${CART.path}`);
    await buyer.address(/Harbor/).check();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
    await buyer.place();
    await page.waitForURL(`**${REVIEW.path}`);
    await expect(readOnly(page, "address").getByText(/Harbor/)).toBeVisible();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });

  test("opened before anything is chosen sends the buyer back", async ({ shop, page, watch }) => {
    const buyer = await shop.open("login=auto", { parts: REVIEW });
    await shop.expectState("signed-out");
    await buyer.button.click();
    await buyer.reads("nothing_to_review", /go back to the page before/);
    await expect(buyer.placeOrder).toBeDisabled();
    await expect(page.locator("[data-landerpay$=review] iframe")).toHaveCount(0);
    expect(watch.orders).toEqual([]);
  });

  test("opened by a signed-in buyer who has not gone on from the cart sends back too", async ({
    shop,
  }) => {
    const buyer = await openCart(shop);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    await shop.page.goto(shop.origin + REVIEW.path);
    await buyer.reads("nothing_to_review");
  });

  test("whose session ends goes on with the same order after another sign-in", async ({
    shop,
    page,
    crm,
  }) => {
    await page.clock.install();
    const buyer = await comeToReview(shop, page);
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await page.clock.fastForward(3_310_000);
    await shop.expectState("expired");
    await page
      .getByRole("link", { name: /change/i })
      .first()
      .click({ trial: true });
    await buyer.button.click();
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("whose session ends, with the sign-in on Amazon's page: the same", async ({
    shop,
    page,
    crm,
  }) => {
    await page.clock.install();
    await shop.sendBack();
    const never = [option("popup", "never")];
    const buyer = await comeToReview(shop, page, { edits: { [REVIEW.path]: never } });
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await page.clock.fastForward(3_310_000);
    await shop.expectState("expired");
    await buyer.button.click();
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("after a decline the buyer changes the card in the cart, on the same order", async ({
    shop,
    page,
    crm,
  }) => {
    const fault = field("custom5", "once:decline:InvalidPaymentMethod");
    const buyer = await comeToReview(shop, page, { edits: { [REVIEW.path]: [fault] } });
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await shop.expectState("declined");
    await expect(buyer.placeOrder).toBeDisabled();
    await page
      .getByRole("link", { name: /change/i })
      .last()
      .click();
    await page.waitForURL(`**${CART.path}`);
    await buyer.place();
    await page.waitForURL(`**${REVIEW.path}`);
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
  });

  test("whose session ended is still there after the new one and a reload", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const buyer = await comeToReview(shop, page);
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await page.clock.fastForward(3_310_000);
    await shop.expectState("expired");
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    await page.reload();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });

  test("has neither another currency nor another agreement", async ({ shop, page }) => {
    const buyer = await comeToReview(shop, page);
    await expect(buyer.placeOrder).toBeEnabled();
    const code = await page.evaluate(() => {
      try {
        window.LanderPay.checkout.setAgreement("recurring");
      } catch (error) {
        return error.code;
      }
    });
    expect(code).toBe("invalid_option");
    await expect(buyer.placeOrder).toBeEnabled();
  });

  test("after Amazon closed the order, the cart makes a new one", async ({ shop, page, crm }) => {
    const fault = field("custom5", "decline:AmazonRejected");
    const buyer = await comeToReview(shop, page, { edits: { [REVIEW.path]: [fault] } });
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await shop.expectState("declined");
    await page.reload();
    await buyer.reads("nothing_to_review");
    await page.goto(shop.origin + CART.path);
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).not.toBe(amazonOrderId);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined"]);
  });

  test("whose order was placed is not placed again from the cart", async ({
    shop,
    page,
    watch,
  }) => {
    const buyer = await comeToReview(shop, page);
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    await page.goto(shop.origin + CART.path);
    await buyer.place();
    await page.waitForURL(`**${REVIEW.path}`);
    await expect(buyer.placeOrder).toBeEnabled();
    await page.reload();
    await buyer.place();
    await page.waitForURL(`**${THANKS.path}`);
    const [first, second] = watch.orders.map(({ fields }) => fields.amazonOrderId);
    expect(second).not.toBe(first);
    expect(watch.orders).toHaveLength(2);
  });

  test("does not go on to a page that would know nothing", async ({ shop, page }) => {
    await blockStorage(page, "sessionStorage");
    const buyer = await openCart(shop);
    await buyer.signInAtOnce();
    await buyer.place();
    await buyer.reads("storage_blocked", /allow this shop to store data/);
    expect(new URL(page.url()).pathname).toBe(CART.path);
  });
});

test.describe("the review beside the choice", () => {
  test("is drawn with the choice, and anew with each change", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: LANDER });
    await buyer.signInAtOnce();
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
    await buyer.address(/Harbor/).check();
    await expect(readOnly(page, "address").getByText(/Harbor/)).toBeVisible();
    await buyer.card(/Mastercard/).check();
    await expect(readOnly(page, "wallet").getByText(/Mastercard/)).toBeVisible();
    await expect(page.locator("[data-landerpay$=review] iframe")).toHaveCount(2);
  });

  test("goes with the rest when the buyer signs out", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: LANDER });
    await buyer.signInAtOnce();
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await expect(page.locator("[data-landerpay] iframe")).toHaveCount(0);
  });
});
