// What does not belong into options, answers and addresses, and what a page's own functions may do.
import { CART } from "./support/funnel.js";
import { Module } from "./support/module.js";
import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const ORDER = "**/import-order";
const THANKS = /^Thank you\. Your order has been placed\./;
const MARKUP = `"'><img src="/none" onerror="window.isRun = true"><script>window.isRun = true</script>`;

/** Markup that came from somewhere has not become part of any page. */
const expectNothingRan = async (page) => {
  expect(await page.evaluate(() => window.isRun)).toBeUndefined();
  await expect(page.locator('img[src="/none"]')).toHaveCount(0);
};

const attribute = (name, value) =>
  option(name, value.replaceAll("&", "&amp;").replaceAll('"', "&quot;"));

test.describe("markup and control characters in an option", () => {
  for (const name of [
    "environment",
    "region",
    "page",
    "agreement",
    "goods",
    "popup",
    "cookie",
    "seller-id",
    "client-id",
    "button-type",
    "button-color",
    "button-size",
    "button-language",
    "address-book-design",
    "wallet-design",
    "wallet-presentment-currency",
    "site-domain",
    "upsell-minutes",
    "backend-format",
  ]) {
    test(`data-${name}: invalid_option, and nothing runs`, async ({ shop, page, watch }) => {
      for (const value of [MARKUP, "<b>", "a\nb", "A\u0001", "\u2028"]) {
        const buyer = await shop.open("", { edits: [attribute(name, value)] });
        await buyer.reads("invalid_option");
        expect(await shop.heard("error")).toMatchObject({ audience: "developer" });
        await expect(buyer.placeOrder).toBeDisabled();
        await expect(buyer.addressFrame).toHaveCount(0);
        await expectNothingRan(page);
        await page.unrouteAll();
      }
      expect(watch.orders).toEqual([]);
    });
  }

  for (const name of ["scope", "nonce", "amazon-biller-id", "return-url"]) {
    test(`data-${name}: harmless`, async ({ shop, page }) => {
      const value = name === "return-url" ? `/${MARKUP.replaceAll(" ", "")}` : MARKUP;
      const edits = [attribute(name, value), field("custom1", "1")];
      const buyer = await shop.open("login=auto", { edits });
      await expect(buyer.button).toBeVisible();
      if (name !== "return-url") {
        await buyer.button.click();
        await expect.poll(() => shop.names("state")).not.toEqual([]);
      }
      await expectNothingRan(page);
    });
  }

  test("NUL is left out wherever it stands", async ({ shop, crm, page, watch }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1, {
      sellerId: "A2EXAMPLE\0" + "1234X",
      order: { campaignId: "1\0" + "2", product1_id: 345 },
    });
    await module.look(1).signInAtOnce();
    await module.look(1).place();
    await expect(module.look(1).status).toHaveText(THANKS);
    const [{ fields }] = watch.orders;
    expect(fields.campaignId).toBe("12");
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("markup in what others say", () => {
  test("the buyer's name, the landing page's address, and the order's number", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const names = ["sessionId", "affId", "c1", "c2", "c3", "c4", "c5"];
    const search = new URLSearchParams(names.map((name) => [name, MARKUP]));
    const { buyer, amazonOrderId } = await shop.openReady("account=markup", { at: `?${search}` });
    await page.route(ORDER, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ json: { result: "SUCCESS", message: { orderId: MARKUP } }, response });
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(
      `${THANKS.source.slice(1).replaceAll("\\", "")} Your order number is ${MARKUP}.`,
    );
    await expect(buyer.orderId).toHaveText(MARKUP);
    await expect(buyer.status.locator("*")).toHaveCount(0);
    await expect(buyer.orderId.locator("*")).toHaveCount(0);
    expect(watch.orders).toHaveLength(1);
    const [{ fields }] = await crm.imports(amazonOrderId);
    expect(fields).toMatchObject({
      firstName: "<img",
      sessionId: MARKUP,
      affId: MARKUP,
      sourceValue1: MARKUP,
      sourceValue5: MARKUP,
    });
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    await expectNothingRan(page);
  });

  for (const [what, script, code] of [
    [
      "the SDK's error value",
      (markup) => {
        window.amazon.Login.authorize = (_, next) => next({ error: markup });
      },
      "sign_in_failed",
    ],
    [
      "what Amazon's script throws",
      (markup) => {
        window.amazon.Login.authorize = () => {
          throw new Error(markup);
        };
      },
      "amazon_threw",
    ],
  ]) {
    test(`${what}: the buyer reads it as text`, async ({ shop, page, watch }) => {
      const buyer = await shop.open();
      await expect(buyer.button).toBeVisible();
      await page.evaluate(script, MARKUP);
      await buyer.button.click();
      await buyer.reads(code);
      await expect(buyer.status).toContainText(MARKUP);
      await expect(buyer.status.locator("*")).toHaveCount(0);
      expect((await shop.heard("error")).subject).toContain(MARKUP);
      expect(watch.orders).toEqual([]);
      await expectNothingRan(page);
    });
  }

  test("a widget's error code: the buyer reads it as text, and can still buy", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.addInitScript(() => {
      let real;
      Object.defineProperty(window, "OffAmazonPayments", {
        configurable: true,
        get: () => real,
        set(value) {
          real = value;
          const { Wallet } = value.Widgets;
          value.Widgets.Wallet = class extends Wallet {
            constructor(options) {
              super(options);
              window.failWallet = (code) => options.onError({ getErrorCode: () => code });
            }
          };
        },
      });
    });
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.evaluate((code) => window.failWallet(code), MARKUP);
    await buyer.reads("wallet_error", `Amazon's wallet reported ${MARKUP}.`);
    await expect(buyer.status.locator("*")).toHaveCount(0);
    await expectNothingRan(page);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(watch.orders).toHaveLength(1);
  });
});

test.describe("addresses that must not be followed", () => {
  const BAD = [
    "javascript:window.isRun=true",
    "JaVaScRiPt:window.isRun=true",
    " javascript:window.isRun=true",
    "java\nscript:window.isRun=true",
    "\u0001javascript:window.isRun=true",
    "data:text/html,<script>opener.isRun=true</script>",
    "blob:https://evil.example/1",
    "http://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\t//evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "https:evil.example",
    "https://user:pass@evil.example/",
    "https://shop.example@evil.example/",
    "https://:pass@evil.example/",
    "",
  ];

  /** What this tab is asked to open from now on. */
  const navigationsOf = (page) => {
    const asked = [];
    page.on("request", (request) => {
      if (request.isNavigationRequest() && !request.frame().parentFrame())
        asked.push(request.url());
    });
    return asked;
  };

  for (const url of BAD) {
    test(`MERC_REDIRECT to ${JSON.stringify(url)}`, async ({ shop, page, watch }) => {
      const { buyer } = await shop.openReady();
      const asked = navigationsOf(page);
      await page.route(ORDER, (route) =>
        route.fulfill({ json: { result: "MERC_REDIRECT", message: { url } } }),
      );
      await buyer.place();
      await buyer.reads("redirect_refused", "The address of the next page cannot be used.");
      expect(asked).toEqual([]);
      expect(watch.orders).toHaveLength(1);
      await expectNothingRan(page);
    });
  }

  for (const name of ["next", "returnUrl", "backend"]) {
    test(`\`${name}\`: each is refused`, async ({ shop, page }) => {
      const module = new Module(shop, page);
      await module.open();
      const asked = navigationsOf(page);
      const options = name === "next" ? { page: "choose" } : {};
      const also = name === "returnUrl" ? ["https://evil.example/", "http://localhost/"] : [];
      for (const [n, url] of [...BAD, ...also].entries()) {
        const made = await module.create(n, { ...options, [name]: url });
        expect([url, made]).toEqual([url, expect.objectContaining({ code: "invalid_option" })]);
      }
      expect(asked).toEqual([]);
      await expectNothingRan(page);
    });
  }

  test("a cart's next page with a user's name in it is never reached", async ({ shop, watch }) => {
    const edits = [option("next", "https://user:pass@evil.example/")];
    const buyer = await shop.open("login=auto", { parts: CART, edits });
    await buyer.reads("invalid_option");
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toEqual([]);
  });
});

test("a crafted return and a session of another client: refused, and nothing is placed", async ({
  shop,
  page,
  watch,
}) => {
  const token = `Atza|${'"><img src=/none onerror=window.isRun=true>'.repeat(1)}${"0".repeat(340)}`;
  const answer = new URLSearchParams({
    access_token: token,
    expires_in: "3600",
    state: "lp-1-2-3-4",
  });
  await shop.openOwn("<!doctype html><title>Before</title>");
  await page.evaluate(() => {
    const site = "sandbox us amzn1.application-oa2-client.ffff ";
    const kept = { nonce: "lp-1-2-3-4", site, signOut: "" };
    sessionStorage.setItem("landerpay", JSON.stringify(kept));
  });
  const buyer = await shop.open("login=auto", { at: `#${answer}` });
  await buyer.reads("sign_in_refused");
  await shop.expectState("signed-out");
  await expect(page).toHaveURL(`${shop.origin}/one-time.html`);
  expect(await page.evaluate(() => sessionStorage.getItem("landerpay"))).toBeNull();
  expect(await page.evaluate(() => document.cookie)).not.toContain("Atza");
  expect(watch.orders).toEqual([]);
  await expectNothingRan(page);
});
