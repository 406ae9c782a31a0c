import { DROP_IN } from "./support/buyer.js";
import { consentOf, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SUBSCRIPTION = { ...DROP_IN, path: "/subscription.html" };
const DIGITAL = { ...DROP_IN, path: "/digital.html" };

const bookOf = (page) => page.locator('[data-landerpay="address-book"] iframe');

/** What Amazon's side knows of an order reference or agreement. */
async function contract(shop, page, id) {
  const response = await page.request.get(`${shop.simulator}/contracts/${id}`);
  return response.json();
}

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test.describe("a subscription", () => {
  test("address, card and consent, and the agreement's id reaches the CRM", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open("login=auto", { parts: SUBSCRIPTION });
    await buyer.signInAtOnce();
    await expect(buyer.address(/Maple Street/)).toBeChecked();
    await expect(buyer.card(/Visa/)).toBeChecked();
    await expect(buyer.status).toHaveText("Please agree to the recurring payments.");
    await expect(buyer.placeOrder).toBeDisabled();
    expect((await shop.snapshot()).missing).toEqual(["consent"]);

    await consentOf(page).check();
    expect(await shop.heard("consent")).toEqual({ given: true });
    const { amazonOrderId } = await shop.snapshot();
    expect(amazonOrderId).toMatch(/^C/);
    expect(await contract(shop, page, amazonOrderId)).toMatchObject({
      agreementType: "BillingAgreement",
      consent: true,
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(watch.orders).toHaveLength(1);
    const [imported] = await crm.imports(amazonOrderId);
    expect(imported.outcome).toBe("accepted");
    expect(imported.fields).toMatchObject({ amazonOrderId, product1_id: "346" });
  });

  test("a consent that is taken back is missing again", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: SUBSCRIPTION });
    await buyer.signInAtOnce();
    await consentOf(page).check();
    await expect(buyer.placeOrder).toBeEnabled();
    await consentOf(page).uncheck();
    await expect(buyer.placeOrder).toBeDisabled();
    expect(await shop.details("consent")).toEqual([{ given: true }, { given: false }]);
  });

  test("just once instead: an order reference, no consent, the same sign-in; and back", async ({
    shop,
    crm,
    page,
  }) => {
    const buyer = await shop.open("login=auto", { parts: SUBSCRIPTION });
    await buyer.signInAtOnce();
    await consentOf(page).check();
    await expect(buyer.placeOrder).toBeEnabled();
    await page.getByLabel("Just once").check();
    await expect(page.locator('[data-landerpay="consent"] iframe')).toHaveCount(0);
    await expect(buyer.placeOrder).toBeEnabled();
    const once = (await shop.snapshot()).amazonOrderId;
    expect(once).toMatch(/^S/);
    await page.getByLabel("Every month").check();
    await expect(buyer.status).toHaveText("Please agree to the recurring payments.");
    await page.getByLabel("Just once").check();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    expect(amazonOrderId).not.toBe(once);
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(await shop.names("state")).not.toContain("signed-out");
  });

  test("just once, and a sign-in on Amazon's page: the choice is there again", async ({
    shop,
    crm,
    page,
  }) => {
    await shop.sendBack();
    const buyer = await shop.open("login=auto", {
      parts: SUBSCRIPTION,
      edits: [option("popup", "never")],
    });
    await page.getByLabel("Just once").check();
    await buyer.signInAtOnce();
    await expect(page.getByLabel("Just once")).toBeChecked();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    expect(amazonOrderId).toMatch(/^S/);
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("a session without the consent is not enough for a page that counts on it", async ({
    shop,
    page,
  }) => {
    await shop.openReady();
    const scope = "profile payments:widget payments:shipping_address payments:autopay_consent";
    const edits = [option("scope", scope)];
    const buyer = await shop.open("login=auto", { parts: SUBSCRIPTION, edits });
    await shop.expectState("signed-out");
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    // And the other way round it is.
    await shop.open("login=auto");
    await shop.expectState("ready");
    expect(await page.evaluate(() => window.seen.map(({ name }) => name))).toContain("signed-in");
  });

  test("agreed to at the sign-in: no box is drawn, and nothing is missing", async ({
    shop,
    page,
  }) => {
    const scope = "profile payments:widget payments:shipping_address payments:autopay_consent";
    const buyer = await shop.open("login=auto", {
      parts: SUBSCRIPTION,
      edits: [option("scope", scope)],
    });
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(page.locator('[data-landerpay="consent"] iframe')).toHaveCount(0);
    const { amazonOrderId } = await shop.snapshot();
    expect(await contract(shop, page, amazonOrderId)).toMatchObject({ consent: true });
  });

  test("a consent box that says twice that it is ready, without its status the first time", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("login=auto,consent-ready=twice", { parts: SUBSCRIPTION });
    await buyer.signInAtOnce();
    await consentOf(page).check();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await shop.details("consent")).toEqual([{ given: true }]);
    expect(await shop.details("error")).toEqual([]);
  });

  test("a box that is ticked already counts", async ({ shop }) => {
    const buyer = await shop.open("login=auto,consent=ticked", { parts: SUBSCRIPTION });
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
  });

  test("an error of the consent box is told, and retry() draws it anew", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto,consent-error=UnknownError", {
      parts: SUBSCRIPTION,
    });
    await buyer.signInAtOnce();
    expect(await shop.heard("error")).toMatchObject({
      code: "consent_error",
      audience: "merchant",
      subject: "UnknownError",
    });
    await expect(buyer.placeOrder).toBeDisabled();
    const frame = page.locator('[data-landerpay="consent"] iframe');
    const before = await frame.getAttribute("id");
    await expect(buyer.card(/Visa/)).toBeChecked();
    await page.evaluate(() => window.LanderPay.retry());
    await expect(frame).not.toHaveAttribute("id", before);
  });

  test("without a place for the consent the page is told", async ({ shop }) => {
    const buyer = await shop.open("", {
      parts: SUBSCRIPTION,
      edits: [(html) => html.replace(' data-landerpay="consent"', "")],
    });
    await buyer.reads("missing_option", "The option `consent.container` is missing: set it.");
  });
});

test.describe("digital goods", () => {
  test("the wallet alone makes the order, and no address is asked for", async ({
    shop,
    crm,
    page,
  }) => {
    const buyer = await shop.open("login=auto", { parts: DIGITAL });
    await expect(buyer.button).toBeVisible();
    await buyer.button.click();
    await expect(buyer.card(/Visa/)).toBeChecked();
    await expect(bookOf(page)).toHaveCount(0);
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    expect(await contract(shop, page, amazonOrderId)).toMatchObject({ address: null });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    const [imported] = await crm.imports(amazonOrderId);
    expect(imported.outcome).toBe("accepted");
    expect(imported.total).toBe("9.00");
  });
});
