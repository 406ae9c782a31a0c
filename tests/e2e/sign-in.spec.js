import { expect, test } from "./support/test.js";

const SIGN_IN = "Sign in with your Amazon account to continue.";
const SIGNING_IN =
  "Please continue in the Amazon window. If there is none, press the button again.";

test("the buyer presses Cancel in Amazon's window: a word about it, and the button works again", async ({
  shop,
  page,
}) => {
  const buyer = await shop.open();
  const popup = await buyer.openSignIn();
  await expect(buyer.status).toHaveText(SIGNING_IN);
  await shop.expectState("signing-in");
  const closed = popup.waitForEvent("close");
  await Promise.all([closed, popup.getByRole("button", { name: "Cancel" }).click()]);

  await buyer.reads(
    "sign_in_denied",
    "The sign-in was declined: sign in again to pay with Amazon.",
  );
  await shop.expectState("signed-out");
  expect(await shop.heard("error")).toEqual({
    name: "LanderPayError",
    message: "The sign-in was declined: sign in again to pay with Amazon.",
    code: "sign_in_denied",
    audience: "buyer",
  });
  await buyer.signIn();
  await expect(buyer.placeOrder).toBeEnabled();
  expect(await page.evaluate(() => window.LanderPay.checkout.state)).toBe("ready");
});

test("Amazon answers at once that the buyer declined", async ({ shop }) => {
  const buyer = await shop.open("login=denied");
  await buyer.openSignIn();
  await buyer.reads("sign_in_denied");
  await expect(buyer.button).toBeVisible();
  await buyer.openSignIn();
  await shop.heard("error", 2);
  expect((await shop.details("error")).map(({ code }) => code)).toEqual([
    "sign_in_denied",
    "sign_in_denied",
  ]);
});

test("the buyer closes Amazon's window: nothing is lost, the next press opens it again", async ({
  shop,
}) => {
  const buyer = await shop.open();
  const popup = await buyer.openSignIn();
  await popup.close();
  await expect(buyer.button).toBeVisible();
  await buyer.signIn(/Anjali/);
  await expect(buyer.placeOrder).toBeEnabled();
  expect(await shop.details("error")).toEqual([]);
});

test("a window that goes away by itself is silence, however often", async ({ shop, page }) => {
  const buyer = await shop.open("popup=closes");
  for (let times = 0; times < 2; times += 1) {
    const popup = await buyer.openSignIn();
    if (!popup.isClosed()) await popup.waitForEvent("close");
  }
  await expect(buyer.status).toHaveText(SIGNING_IN);
  await expect(buyer.button).toBeVisible();
  expect(await shop.details("error")).toEqual([]);
  expect(await page.evaluate(() => window.LanderPay.checkout.state)).toBe("signing-in");
});

for (const code of [
  "invalid_grant",
  "invalid_request",
  "invalid_scope",
  "server_error",
  "temporarily_unavailable",
  "unauthorized_client",
]) {
  test(`Amazon's script answers ${code}: the buyer may try again`, async ({ shop }) => {
    const buyer = await shop.open(`login=${code}`);
    await expect(buyer.status).toHaveText(SIGN_IN);
    await buyer.openSignIn();
    await buyer.reads("sign_in_failed", `The sign-in failed with \`${code}\`: try again.`);
    expect(await shop.heard("error")).toEqual({
      name: "LanderPayError",
      message: `The sign-in failed with \`${code}\`: try again.`,
      code: "sign_in_failed",
      audience: "merchant",
      subject: code,
    });
    await shop.expectState("signed-out");
    await expect(buyer.button).toBeVisible();
    await expect(buyer.placeOrder).toBeDisabled();
  });
}

test("a session that is over sends the buyer back to the button", async ({ shop, crm, page }) => {
  const { buyer } = await shop.openReady();
  await page.evaluate((origin) => {
    const data = "apay-OffAmazonPayments_mec_BuyerSessionExpired=over;widgetId=";
    const [frame] = document.querySelectorAll('[data-landerpay="wallet"] iframe');
    const widget = frame.id.replace(/IFrame$/, "");
    window.dispatchEvent(new MessageEvent("message", { data: data + widget, origin }));
  }, shop.simulator);
  await shop.expectState("expired");
  await buyer.reads("wallet_error", "Amazon's wallet reported BuyerSessionExpired.");
  await expect(buyer.placeOrder).toBeDisabled();
  await expect(buyer.button).toBeVisible();
  expect(await shop.names("state", "profile")).toContain("expired");
  await buyer.button.click();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await expect(buyer.orderId).toBeVisible();
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});
