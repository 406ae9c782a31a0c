// What Amazon's widgets report, code by code: what becomes of the checkout, and what stays usable.
import { at } from "./support/buyer.js";
import { CART, REVIEW, readOnly } from "./support/funnel.js";
import { consentOf, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const THANKS = /^Thank you\. Your order has been placed\. Your order number is \w+\.$/;

/** Has the simulator answer some widgets of an open page in another scenario. */
const answerIn = (shop, page, flags, isMeant) =>
  page.route("**/gp/widgets/widgets", (route) => {
    const form = new URLSearchParams(route.request().postData());
    if (!isMeant(form)) return route.fallback();
    const url = route
      .request()
      .url()
      .replace(/\/with\/[^/]*/, "");
    return route.continue({ url: url.replace(shop.simulator, shop.amazon(flags)) });
  });

const isWallet = (form) => form.get("action") === "spaWalletWidget";
const isAddressBook = (form) => form.get("action") === "spaAddressWidget";

test.describe("Amazon Pay cannot be used: nothing of it stays, the rest of the page does", () => {
  for (const [flag, code] of [
    ["address-error=InvalidSellerId", "address_book_error"],
    ["address-error=InvalidAccountStatus", "address_book_error"],
    ["wallet-error=InvalidSellerId", "wallet_error"],
    ["wallet-error=InvalidAccountStatus", "wallet_error"],
  ]) {
    test(flag, async ({ shop, page, watch }) => {
      const other = '<a href="#card" id="card">Pay by card</a>';
      const buyer = await shop.open(`login=auto,${flag}`, {
        edits: [(html) => html.replace("</main>", `${other}</main>`)],
      });
      await buyer.button.click();
      await buyer.reads(code);
      const [, subject] = flag.split("=");
      expect(await shop.heard("error")).toMatchObject({ code, audience: "merchant", subject });
      await shop.expectState("unavailable");
      await expect(buyer.placeOrder).toBeDisabled();
      await expect(buyer.button).toBeHidden();
      await expect(buyer.addressFrame).toHaveCount(0);
      await expect(buyer.walletFrame).toHaveCount(0);
      await page.locator("#card").click();
      expect(new URL(page.url()).hash).toBe("#card");
      expect(watch.orders).toEqual([]);
    });
  }

  test("the button reports it before anybody signs in", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [option("seller-id", "INVALID SELLER")] });
    await shop.expectState("unavailable");
    await expect(buyer.button).toBeHidden();
    await expect(buyer.placeOrder).toBeDisabled();
  });

  test("retry() after it goes on with the buyer", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto,wallet-error=InvalidAccountStatus");
    await buyer.button.click();
    await shop.expectState("unavailable");
    await page.evaluate(() => {
      window.LanderPay.retry();
    });
    await expect(buyer.addressFrame).toBeVisible();
    await shop.heard("error", 2);
    await shop.expectState("unavailable");
  });
});

test.describe("the error is told, and everything else goes on", () => {
  for (const subject of [
    "InvalidParameterValue",
    "MissingParameter",
    "ReleaseEnvironmentMismatch",
    "UnknownError",
    "ServiceUnavailable",
    "SomethingOfNextYear",
  ]) {
    test(`${subject} of the wallet: the address book lives, and the next wallet is bought with`, async ({
      shop,
      crm,
      page,
    }) => {
      const buyer = await shop.open(`login=auto,wallet-error=${subject}`);
      await buyer.signInAtOnce();
      await buyer.reads("wallet_error");
      const code = "wallet_error";
      expect(await shop.heard("error")).toMatchObject({ code, audience: "merchant", subject });
      await expect(buyer.placeOrder).toBeDisabled();
      await shop.expectState("choosing");
      await expect(buyer.addresses.first()).toBeVisible();
      await answerIn(shop, page, "", isWallet);
      await page.evaluate(() => window.LanderPay.checkout.retry());
      await expect(buyer.placeOrder).toBeEnabled();
      const { amazonOrderId } = await shop.snapshot();
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    });
  }

  test("an error of the address book before there is an order: retry() makes one", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("login=auto,address-error=UnknownError");
    await buyer.signInAtOnce();
    await buyer.reads("address_book_error");
    await shop.expectState("choosing");
    await answerIn(shop, page, "", isAddressBook);
    await page.evaluate(() => window.LanderPay.checkout.retry());
    await expect(buyer.placeOrder).toBeEnabled();
  });

  test("ITP is no error: the purchase works", async ({ shop, crm }) => {
    const { buyer, amazonOrderId } = await shop.openReady("address-error=ITP,wallet-error=ITP");
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await shop.details("error")).toEqual([]);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("the order reference is of no more use", () => {
  for (const subject of ["StaleOrderReference", "InvalidOrderReferenceId"]) {
    test(`${subject}: a new one is made, and bought`, async ({ shop, crm, page, watch }) => {
      const { buyer, amazonOrderId } = await shop.openReady();
      await answerIn(
        shop,
        page,
        `login=auto,wallet-error=${subject}`,
        (form) => isWallet(form) && form.get("contractId") === amazonOrderId,
      );
      // Another address has Amazon's script draw the wallet again.
      await buyer.address(/Harbor Road/).check();
      await expect.poll(async () => (await shop.snapshot()).amazonOrderId).not.toBe(amazonOrderId);
      // The buyer may read of the next one already.
      expect(await shop.details("error")).toMatchObject([{ code: "wallet_error", subject }]);
      await expect(buyer.placeOrder).toBeEnabled();
      const next = (await shop.snapshot()).amazonOrderId;
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(watch.orders).toHaveLength(1);
      expect(await crm.outcomes(next)).toEqual(["accepted"]);
    });
  }

  test("an order reference that never works is given up", async ({ shop, page }) => {
    let drawn = 0;
    page.on("request", (request) => {
      if (isAddressBook(new URLSearchParams(request.postData()))) drawn += 1;
    });
    const buyer = await shop.open("login=auto,address-error=StaleOrderReference");
    await buyer.button.click();
    await shop.expectState("unavailable");
    expect(drawn).toBe(3);
    await expect(buyer.addressFrame).toHaveCount(0);
  });

  test("the CRM says so: a new one is made, and bought", async ({ shop, crm, page, watch }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    const answer = (route) => {
      const message = "Amazon: OrderReferenceNotModifiable";
      return route.fulfill({ json: { result: "ERROR", message } });
    };
    await page.route("**/import-order", answer, { times: 1 });
    await buyer.place();
    // What Amazon has preselected may be there at once.
    expect((await shop.heard("error")).code).toBe("order_stale");
    await expect(buyer.placeOrder).toBeEnabled();
    const next = (await shop.snapshot()).amazonOrderId;
    expect(next).not.toBe(amazonOrderId);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(new Set(watch.orders.map(({ key }) => key)).size).toBe(2);
    expect(await crm.outcomes(next)).toEqual(["accepted"]);
  });
});

test.describe("the session is over", () => {
  test("BuyerSessionExpired: another sign-in goes on with the same order", async ({
    shop,
    crm,
    page,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await answerIn(shop, page, "login=auto,wallet-error=BuyerSessionExpired", isWallet);
    await buyer.address(/Harbor Road/).check();
    await shop.expectState("expired");
    await page.unroute("**/gp/widgets/widgets");
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("BuyerNotAssociated: another sign-in makes another order", async ({ shop, crm, page }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await answerIn(shop, page, "login=auto,wallet-error=BuyerNotAssociated", isWallet);
    await buyer.address(/Harbor Road/).check();
    await shop.expectState("expired");
    await page.unroute("**/gp/widgets/widgets");
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    const next = (await shop.snapshot()).amazonOrderId;
    expect(next).not.toBe(amazonOrderId);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(next)).toEqual(["accepted"]);
  });

  test("the shop refuses the token when the order is placed: the same", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    const answer = (route) => {
      const json = { result: "ERROR", message: "The token is not good.", code: "token_refused" };
      return route.fulfill({ status: 401, json });
    };
    await page.route("**/import-order", answer, { times: 1 });
    await buyer.place();
    await buyer.reads("token_refused", /please sign in again/);
    await shop.expectState("expired");
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const [first, second] = watch.orders.map(({ fields }) => fields);
    expect(second.amazonOrderId).toBe(first.amazonOrderId);
    expect(second.amazonAddressConsent).not.toBe(first.amazonAddressConsent);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("what can no longer be changed is shown only", () => {
  test("PaymentMethodNotModifiable", async ({ shop, page }) => {
    const { buyer } = await shop.openReady();
    await answerIn(
      shop,
      page,
      "login=auto,wallet-error=PaymentMethodNotModifiable",
      (form) => isWallet(form) && form.get("displayMode") !== "Read",
    );
    const shown = page.waitForRequest(
      (request) => new URLSearchParams(request.postData()).get("displayMode") === "Read",
    );
    await buyer.address(/Harbor Road/).check();
    expect(isWallet(new URLSearchParams((await shown).postData()))).toBe(true);
    const readOnlyWallet = buyer.walletFrame.contentFrame();
    await expect(readOnlyWallet.getByText("No payment method has been chosen yet.")).toBeVisible();
    await expect(buyer.cards).toHaveCount(0);
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await shop.details("error")).toEqual([]);
  });

  test("AddressNotModifiable, when a declined order is gone on with after another sign-in", async ({
    shop,
    page,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await answerIn(shop, page, "login=auto,wallet-error=BuyerSessionExpired", isWallet);
    await buyer.address(/Harbor Road/).check();
    await shop.expectState("expired");
    await page.unroute("**/gp/widgets/widgets");
    await answerIn(shop, page, "login=auto,address-error=AddressNotModifiable", isAddressBook);
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(buyer.addresses).toHaveCount(0);
    await expect(buyer.addressFrame.contentFrame().getByText(/Harbor Road/)).toBeVisible();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });
});

test.describe("a widget of which nothing comes", () => {
  /** Has Amazon's script never submit the forms of one widget. */
  const swallow = (page, action, path = "/") =>
    page.addInitScript(
      ([action, path]) => {
        const { submit } = HTMLFormElement.prototype;
        HTMLFormElement.prototype.submit = function () {
          const isMeant = this.elements.action?.value === action;
          if (!isMeant || !location.pathname.startsWith(path) || window.isMended) submit.call(this);
        };
      },
      [action, path],
    );

  for (const [name, action, parts, words] of [
    ["wallet", "spaWalletWidget", undefined, "Please choose a payment method."],
    ["consent", "consentWidget", at("/subscription.html"), /^Please agree to the recurring/],
  ]) {
    test(`the ${name}: after 20 seconds the page says so, and retry() draws it anew`, async ({
      shop,
      page,
    }) => {
      await swallow(page, action);
      await page.clock.install();
      const buyer = await shop.open("login=auto", { parts });
      await buyer.signInAtOnce();
      await expect(buyer.address(/Maple Street/)).toBeChecked();
      await page.clock.fastForward(15_000);
      await expect(buyer.status).toHaveText(words);
      expect(await shop.details("error")).toEqual([]);
      await page.clock.fastForward(6_000);
      await buyer.reads("widget_timeout");
      expect(await shop.heard("error")).toMatchObject({
        code: "widget_timeout",
        audience: "network",
        subject: name,
      });
      await page.evaluate(() => {
        window.isMended = true;
        window.LanderPay.retry();
      });
      if (name === "consent") {
        await consentOf(page).check();
      }
      await expect(buyer.placeOrder).toBeEnabled();
      await page.clock.fastForward(25_000);
      expect(await shop.details("error")).toHaveLength(1);
    });
  }

  test("what is to be reviewed: the same", async ({ shop, page }) => {
    await swallow(page, "spaWalletWidget", REVIEW.path);
    await page.clock.install();
    await page.goto(shop.origin + CART.path);
    await shop.look(CART).signIn();
    await shop.look(CART).place();
    await page.waitForURL(`**${REVIEW.path}`);
    await shop.expectState("ready");
    await page.clock.runFor(2_000);
    await expect(readOnly(page, "address").getByText(/Maple/)).toBeVisible();
    await page.clock.runFor(20_000);
    expect(await shop.heard("error")).toMatchObject({
      code: "widget_timeout",
      subject: "walletReview",
    });
    await page.evaluate(() => {
      window.isMended = true;
      window.LanderPay.retry();
    });
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
    await page.clock.runFor(25_000);
    expect(await shop.details("error")).toHaveLength(1);
  });

  test("a buyer who takes more time than that is not disturbed", async ({ shop, page }) => {
    await page.clock.install();
    const buyer = await shop.open("login=auto,addresses=none-chosen,cards=none-chosen");
    await buyer.signInAtOnce();
    await expect(buyer.addresses.first()).toBeVisible();
    // The wallet waits 5 seconds for an address.
    await page.clock.runFor(6_000);
    await expect(buyer.cards.first()).toBeVisible();
    await page.clock.fastForward(60_000);
    expect(await shop.details("error")).toEqual([]);
  });
});
