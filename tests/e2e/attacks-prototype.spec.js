// A page on which another script has let somebody write to `Object.prototype`.
import { Module } from "./support/module.js";
import { option, without } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const THANKS = /^Thank you\. Your order has been placed\./;
const EVIL = "https://evil.example";
const TOKEN = `Atza|Foreign${"0".repeat(340)}`;
const SITE = "sandbox us amzn1.application-oa2-client.0a1b2c3d4e5f ";
const SESSION = { token: TOKEN, site: SITE, ends: 8e15, signOut: "" };

/** What such a page may have: everything that we ask any object for. */
const POLLUTION = {
  access_token: TOKEN,
  address: "?forged",
  addressReview: { container: ".hero" },
  agreement: "recurring",
  amazonBillerId: "666",
  amazonOrderId: "S01-6666666-6666666",
  backend: { url: `${EVIL}/pay`, format: "form" },
  beforeOrder: "evil",
  button: { color: "DarkGray", container: ".hero" },
  clientId: "amzn1.application-oa2-client.666",
  container: ".hero",
  cookie: "always",
  credentials: "include",
  email: "evil@evil.example",
  ends: 8e15,
  environment: "live",
  goods: "digital",
  headers: { evil: "evil" },
  integrity: "sha256-evil",
  landerpay: JSON.stringify(SESSION),
  "landerpay-funnel": '{"owner":"evil","affId":"666"}',
  message: { orderId: "FORGED" },
  name: "Evil Buyer",
  next: `${EVIL}/next`,
  nonce: "lp-evil",
  order: { product1_id: "666" },
  orderId: "FORGED",
  page: "thank-you",
  placed: { orderId: "FORGED", amazonOrderId: "S01-6666666-6666666" },
  popup: "never",
  region: "uk",
  result: "SUCCESS",
  returnUrl: "/evil",
  sellerId: "EVIL",
  sent: { key: "evil", content: {} },
  simulator: EVIL,
  status: "button",
  // biome-ignore lint/suspicious/noThenProperty: a page that is polluted so.
  then: "evil",
  toJSON: "evil",
  token: TOKEN,
  url: `"]${EVIL}`,
  wallet: { container: ".hero", design: "smartphoneCollapsible" },
};

/** An edit: runs before everything else on the page. */
const first = (run, given) => (html) =>
  html.replace(
    "<head>",
    `<head><script>(${run})(${JSON.stringify(given)}); document.currentScript.remove()</script>`,
  );
const pollute = (values) => Object.assign(Object.prototype, values);
const polluted = first(pollute, POLLUTION);

/** Nothing is fetched from there. */
function watchEvil(page) {
  const asked = [];
  page.on("request", (request) => {
    if (request.url().includes("evil")) asked.push(request.url());
  });
  return asked;
}

const FIELDS = {
  paySource: "AMAZON",
  emailAddress: "buyer1@example.com",
  firstName: "Maria",
  lastName: "Bennett",
};

test.describe("a polluted prototype", () => {
  test("the drop-in: no option comes from it, and the purchase works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = watchEvil(page);
    const { buyer, amazonOrderId } = await shop.openReady("", { edits: [polluted] });
    await expect(buyer.button).toHaveAttribute("src", /\/gold\/large\/PwA\.png$/);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const [imported] = await crm.imports(amazonOrderId);
    await expect(buyer.orderId).toHaveText(imported.orderId);
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0]).toMatchObject({ contentType: expect.stringContaining("json") });
    const { amazonAddressConsent, ...fields } = watch.orders[0].fields;
    expect(amazonAddressConsent).not.toContain("Foreign");
    const own = { campaignId: "12", product1_id: "345", product1_qty: "1" };
    expect(fields).toEqual({ ...FIELDS, amazonOrderId, ...own });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    await expect(page).toHaveURL(`${shop.origin}/one-time.html`);
    expect(asked).toEqual([]);
  });

  test("the drop-in without a simulator: Amazon's own script is asked for", async ({
    shop,
    page,
  }) => {
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    const buyer = await shop.open("", { edits: [polluted, without("simulator")] });
    await buyer.reads("amazon_unreachable");
    expect(asked).toContainEqual(
      "https://static-na.payments-amazon.com/OffAmazonPayments/us/sandbox/js/Widgets.js",
    );
    expect(asked.filter((url) => url.includes("evil"))).toEqual([]);
  });

  for (const [attribute, subject] of [
    ["environment", "environment"],
    ["region", "region"],
    ["client-id", "clientId"],
    ["seller-id", "sellerId"],
    ["backend", "backend.url"],
  ]) {
    test(`the drop-in without data-${attribute}: it is missing`, async ({ shop, page, watch }) => {
      const asked = watchEvil(page);
      const buyer = await shop.open("", { edits: [polluted, without(attribute)] });
      await buyer.reads("missing_option", `The option \`${subject}\` is missing: set it.`);
      expect(await shop.heard("error")).toMatchObject({ code: "missing_option", subject });
      await expect(buyer.placeOrder).toBeDisabled();
      expect(watch.orders).toEqual([]);
      expect(asked).toEqual([]);
    });
  }

  test("the package: no option comes from it, and the purchase works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = watchEvil(page);
    const module = new Module(shop, page);
    await module.open("login=auto");
    await page.evaluate(pollute, POLLUTION);
    await module.create(1);
    const buyer = module.look(1);
    await expect(buyer.button).toHaveAttribute("src", /\/gold\/medium\/LwA\.png$/);
    await buyer.signInAtOnce();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const { amazonAddressConsent, amazonOrderId, ...fields } = watch.orders[0].fields;
    expect(amazonAddressConsent).not.toContain("Foreign");
    expect(fields).toEqual({ ...FIELDS, campaignId: 12, product1_id: 345 });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(watch.orders).toHaveLength(1);
    const missing = { code: "missing_option", subject: "sellerId", audience: "developer" };
    expect(await module.create(2, { sellerId: null })).toEqual(missing);
    expect(asked).toEqual([]);
  });

  test("the buyer comes back from Amazon's page: the answer is taken off the address", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await shop.sendBack();
    const edits = [polluted, option("popup", "never")];
    const buyer = await shop.open("login=auto", { edits, at: "?own=1" });
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(page).toHaveURL(`${shop.origin}/one-time.html?own=1`);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const [{ fields }] = watch.orders;
    expect(fields.amazonAddressConsent).not.toContain("Foreign");
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
    expect(watch.orders).toHaveLength(1);
  });

  test("who has signed out in another tab is signed out", async ({ shop, page }) => {
    const { buyer } = await shop.openReady();
    await page.evaluate(() => {
      localStorage.setItem("landerpay-sign-out", "lp-elsewhere");
    });
    await shop.open("login=auto", { edits: [polluted] });
    await shop.expectState("signed-out");
    await expect(buyer.addressFrame).toHaveCount(0);
    await expect(buyer.placeOrder).toBeDisabled();
  });

  for (const [what, body, code] of [
    ["an empty object", {}, "backend_unreadable"],
    ["a list", [], "backend_unreadable"],
    ["a decline without words", { result: "DECLINED" }, undefined],
    ["an order without a number", { result: "SUCCESS" }, undefined],
  ]) {
    test(`the backend answers ${what}: nothing is added to it`, async ({ shop, page }) => {
      const { buyer } = await shop.openReady("", { edits: [polluted] });
      await page.route("**/import-order", (route) => route.fulfill({ json: body }));
      await buyer.place();
      if (code) await buyer.reads(code);
      else if (body.result === "SUCCESS") {
        await expect(buyer.status).toHaveText("Thank you. Your order has been placed.");
      } else {
        expect(await shop.heard("declined")).toEqual({
          reason: "Other",
          message: "no reason was given",
        });
      }
      await expect(buyer.orderId).toHaveText("");
      expect(await page.content()).not.toContain("FORGED");
    });
  }

  test("Amazon's profile says nothing: the page adds no name and no address", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.route("**/user/profile", (route) =>
      route.fulfill({ json: {}, headers: { "access-control-allow-origin": "*" } }),
    );
    const { buyer, amazonOrderId } = await shop.openReady("", { edits: [polluted] });
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect(await shop.details("profile")).toEqual([]);
    expect(watch.orders).toHaveLength(1);
    const names = Object.keys(watch.orders[0].fields);
    expect(names).not.toContain("emailAddress");
    expect(names).not.toContain("firstName");
    expect(names).not.toContain("lastName");
    // The backend has asked Amazon itself.
    expect(await crm.imports(amazonOrderId)).toMatchObject([
      {
        outcome: "accepted",
        fields: { emailAddress: "buyer1@example.com", firstName: "Maria", lastName: "Bennett" },
      },
    ]);
  });

  test("Amazon's script answers without a token: no token is added", async ({
    shop,
    page,
    watch,
  }) => {
    const buyer = await shop.open("", { edits: [polluted] });
    await expect(buyer.button).toBeVisible();
    for (const answer of [{}, undefined, { error: undefined }]) {
      await page.evaluate((answer) => {
        window.amazon.Login.authorize = (_, next) => next(answer);
      }, answer);
      await buyer.button.click();
      await buyer.reads("sign_in_refused");
      await shop.expectState("signed-out");
    }
    expect(await page.evaluate(() => sessionStorage.getItem("landerpay"))).toBeNull();
    expect(watch.orders).toEqual([]);
  });

  test("the page writes all objects its own way: the order is what it is", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.evaluate(() => {
      Object.prototype.toJSON = () => ({
        amazonOrderId: "S01-6666666-6666666",
        product1_id: "666",
      });
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const [{ fields }] = watch.orders;
    expect(fields).toMatchObject({ ...FIELDS, amazonOrderId, product1_id: "345" });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    await page.evaluate(() => {
      delete Object.prototype.toJSON;
    });
  });

  test("getters that throw: the purchase works", async ({ shop, crm, page, watch }) => {
    // Without those by which Amazon's script would stumble over its own objects.
    const names = `address backend beforeOrder button container ends environment goods landerpay
      next nonce order page placed result sent simulator url wallet`.split(/\s+/);
    const define = (names) => {
      for (const name of names) {
        Object.defineProperty(Object.prototype, name, {
          configurable: true,
          get() {
            throw new Error("evil");
          },
          set(value) {
            Object.defineProperty(this, name, { value, writable: true, enumerable: true });
          },
        });
      }
    };
    // Nothing can be asked of such a page from outside.
    const buyer = await shop.open("login=auto", { edits: [first(define, names)] });
    await buyer.signInAtOnce();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    const [{ fields }] = watch.orders;
    expect(fields).toMatchObject({ ...FIELDS, product1_id: "345" });
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
    await page.goto("about:blank");
  });

  test("getters that throw, for an answer that has not got them: refused", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open();
    await expect(buyer.button).toBeVisible();
    await page.evaluate(() => {
      window.amazon.Login.authorize = (_, next) => {
        for (const name of ["access_token", "error", "state", "expires_in"]) {
          Object.defineProperty(Object.prototype, name, {
            configurable: true,
            get() {
              throw new Error("evil");
            },
          });
        }
        next({});
      };
    });
    await buyer.button.click();
    await buyer.reads("sign_in_refused");
    await shop.expectState("signed-out");
  });
});
