import { DROP_IN, NEXT } from "./support/buyer.js";
import { callsOf, option, profileRequests, Shop, without } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const READY = "Everything is chosen. You can place your order now.";
const EXPIRING = "Your Amazon session ends in a few minutes. Please place your order soon.";
const EXPIRED = "Your Amazon session has ended. Please sign in again.";
const TOKEN_COOKIE = "amazon_Login_accessToken";

const MINUTE = 60_000;

/** What the browser keeps for the next page of the tab. */
const kept = (page) => page.evaluate(() => sessionStorage.getItem("landerpay"));

const tokenCookies = async (page) =>
  (await page.context().cookies()).filter(({ name }) => name === TOKEN_COOKIE);

/** Opens a page whose buyer goes to Amazon's page and comes back at once. */
async function openReturned(shop, flags = "", { edits = [], ...options } = {}) {
  await shop.sendBack();
  const buyer = await shop.open(`login=auto${flags && `,${flags}`}`, {
    ...options,
    edits: [...edits, option("popup", "never")],
  });
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  return buyer;
}

async function expectStranger(shop, buyer) {
  await shop.expectState("signed-out");
  await expect(buyer.button).toBeVisible();
  await expect(buyer.addressFrame).toHaveCount(0);
  expect(await shop.names()).not.toContain("signed-in");
}

async function buy(shop, crm, buyer) {
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await shop.expectState("placed");
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  return amazonOrderId;
}

test.describe("the next page of the funnel", () => {
  test("goes on with the session: no press, no window, the profile, the purchase", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { amazonOrderId: first } = await shop.openReady();
    const popups = [];
    page.on("popup", (popup) => popups.push(popup));
    const buyer = await shop.open("login=auto", { parts: NEXT });
    await expect(buyer.status).toHaveText(READY);
    await expect(buyer.button).toBeHidden();
    const profile = await shop.heard("profile");
    expect(profile).toMatchObject({ name: "Maria Bennett", email: "buyer1@example.com" });
    const names = await shop.names("state");
    expect(names.filter((name) => name === "signed-in")).toHaveLength(1);
    expect((await shop.details("state")).map(({ state }) => state)).not.toContain("signing-in");
    expect(popups).toEqual([]);

    const second = await buy(shop, crm, buyer);
    expect(second).not.toBe(first);
    const [{ fields }] = watch.orders;
    expect(fields).toMatchObject({ firstName: "Maria", lastName: "Bennett" });
  });

  test("goes on after a redirect, too, and so does a reload", async ({ shop, crm, page }) => {
    await openReturned(shop);
    const buyer = await shop.open("login=denied", { parts: NEXT });
    await expect(buyer.status).toHaveText(READY);
    await page.reload();
    await expect(buyer.status).toHaveText(READY);
    await buy(shop, crm, buyer);
  });

  test("a session of this tab is not one of another tab", async ({ shop, context, servers }) => {
    await shop.openReady();
    const other = new Shop(await context.newPage(), servers);
    await expectStranger(other, await other.open("login=auto"));
  });

  for (const [what, edits] of [
    ["client", [option("client-id", "amzn1.application-oa2-client.ffff")]],
    ["region", [option("region", "uk")]],
    ["environment", [option("environment", "live"), without("simulator")]],
  ]) {
    test(`a session of another ${what} is not used, and its token stays here`, async ({
      shop,
      page,
    }) => {
      await shop.openReady();
      await page.route("https://static-na.payments-amazon.com/**", async (route) => {
        const { pathname } = new URL(route.request().url());
        const response = await route.fetch({ url: shop.amazon("login=auto") + pathname });
        await route.fulfill({ response });
      });
      const asked = profileRequests(page);
      const buyer = await shop.open("login=auto", { parts: NEXT, edits });
      await expectStranger(shop, buyer);
      expect(asked).toEqual([]);

      // Its own page may still go on with it.
      const own = await shop.open("login=auto");
      await expect(own.status).toHaveText(READY);
      expect(asked).toHaveLength(1);
    });
  }

  test("the cookie of another client is not taken for a sign-in", async ({ shop, page, watch }) => {
    await openReturned(shop);
    const [{ value }] = await tokenCookies(page);
    const edits = [
      option("client-id", "amzn1.application-oa2-client.ffff"),
      option("cookie", "always"),
    ];
    const buyer = await shop.open("login=auto", { parts: NEXT, edits });
    await expectStranger(shop, buyer);
    const asked = profileRequests(page);
    await buyer.button.click();
    await shop.heard("signed-in");
    await expect.poll(() => asked.length).toBe(1);
    expect(asked[0].authorization).not.toContain(decodeURIComponent(value));
    expect(watch.orders).toEqual([]);
  });

  for (const [what, minutes, isUsed] of [
    ["whose end is past", 56, false],
    ["that would last for more than 55 minutes, because the clock was set back", -10, false],
    ["that is good for a while", 40, true],
  ]) {
    test(`a kept session ${what} is ${isUsed ? "" : "not "}used`, async ({ shop, page }) => {
      await page.clock.install();
      await shop.openReady();
      await page.evaluate(() => {
        // The page that is left does not look at its session any more.
        window.addEventListener("visibilitychange", (event) => event.stopPropagation(), true);
      });
      expect(await kept(page)).toContain("Atza|");
      const asked = profileRequests(page);
      await page.clock.setSystemTime(Date.now() + minutes * MINUTE);
      const buyer = await shop.open("login=auto", { parts: NEXT });
      if (isUsed) {
        await expect(buyer.status).toHaveText(READY);
        expect(asked).toHaveLength(1);
      } else {
        await expectStranger(shop, buyer);
        expect(asked).toEqual([]);
      }
    });
  }
});

test.describe("where storage is blocked", () => {
  test.beforeEach(async ({ page }) => {
    await page.addInitScript(() => {
      for (const name of ["sessionStorage", "localStorage"]) {
        const { get } = Object.getOwnPropertyDescriptor(window, name);
        Object.defineProperty(window, name, {
          get() {
            if (window.isUnblocked) return get.call(window);
            window.blocked = (window.blocked ?? 0) + 1;
            throw new DOMException("Access is denied for this document.", "SecurityError");
          },
        });
      }
    });
  });

  // The watch over the token reads them.
  test.afterEach(async ({ page }) => {
    expect(await page.evaluate(() => window.blocked)).toBeGreaterThan(0);
    await page.evaluate(() => {
      window.isUnblocked = true;
    });
    expect(await kept(page)).toBeNull();
  });

  test("a purchase works on one page; the next one asks again", async ({ shop, crm }) => {
    const { buyer } = await shop.openReady();
    await buy(shop, crm, buyer);
    await expectStranger(shop, await shop.open("login=auto", { parts: NEXT }));
  });

  test("a page that could not know its buyer again opens a window instead of leaving", async ({
    shop,
    crm,
    page,
  }) => {
    const buyer = await shop.open("", { edits: [option("popup", "never")] });
    await buyer.signIn();
    expect(page.url()).toBe(shop.origin + DROP_IN.path);
    await buy(shop, crm, buyer);
  });

  test("signing out works there, too", async ({ shop }) => {
    const { buyer } = await shop.openReady();
    await buyer.signOut.click();
    await shop.expectState("signed-out");
    await expect(buyer.button).toBeVisible();
    await buyer.signInAtOnce();
  });
});

test.describe("the cookie of Amazon's widgets", () => {
  test("is not there after a pop-up, on no page", async ({ shop, page }) => {
    const calls = await callsOf(page, ["setUseCookie", "setSiteDomain"]);
    await shop.openReady();
    expect(await tokenCookies(page)).toEqual([]);
    expect(await calls()).toEqual([]);
    const buyer = await shop.open("login=auto", { parts: NEXT });
    await expect(buyer.status).toHaveText(READY);
    expect(await tokenCookies(page)).toEqual([]);
    expect(await calls()).toEqual([]);
  });

  for (const [when, open] of [
    ["after a redirect", openReturned],
    [
      "after a pop-up where the page wants it",
      async (shop, flags, options) => {
        const edits = [option("cookie", "always")];
        const { buyer } = await shop.openReady(flags, { ...options, edits });
        return buyer;
      },
    ],
  ]) {
    test(`is there ${when}, for 55 minutes, for the whole site and by https only`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const calls = await callsOf(page, ["setUseCookie"]);
      // In a folder, where a cookie without a path would stay.
      const buyer = await open(shop, "", { parts: NEXT });
      const [cookie, ...more] = await tokenCookies(page);
      expect(more).toEqual([]);
      expect(cookie).toMatchObject({
        domain: "localhost",
        path: "/",
        secure: true,
        sameSite: "Lax",
      });
      const minutes = (cookie.expires * 1000 - Date.now()) / MINUTE;
      expect(minutes).toBeGreaterThan(53);
      expect(minutes).toBeLessThanOrEqual(55);
      expect(await calls()).toEqual([["setUseCookie", true]]);

      await buy(shop, crm, buyer);
      const [{ fields }] = watch.orders;
      expect(decodeURIComponent(cookie.value)).toBe(fields.amazonAddressConsent);
    });
  }

  test("is there on the next page after a redirect, whose widgets read it", async ({
    shop,
    page,
  }) => {
    await openReturned(shop);
    const calls = await callsOf(page, ["setUseCookie"]);
    const buyer = await shop.open("login=auto", { parts: NEXT });
    await expect(buyer.status).toHaveText(READY);
    expect(await calls()).toEqual([["setUseCookie", true]]);
    expect(await tokenCookies(page)).toHaveLength(1);
  });

  test("goes when the session ends", async ({ shop, page }) => {
    await page.clock.install();
    await openReturned(shop);
    expect(await tokenCookies(page)).toHaveLength(1);
    await page.clock.fastForward(55 * MINUTE);
    await page.clock.runFor(10_500);
    await shop.expectState("expired");
    expect(await tokenCookies(page)).toEqual([]);
    expect(await kept(page)).toBeNull();
  });

  test("is one for all hosts of a shop that names its domain", async ({ shop, page }) => {
    await page.route("https://*.shop.example/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      const response = await route.fetch({ url: shop.origin + pathname });
      if (pathname !== DROP_IN.path) return route.fulfill({ response });
      const html = (await response.text()).replaceAll(shop.simulator, shop.amazon("login=auto"));
      const edits = [option("cookie", "always"), option("site-domain", ".shop.example")];
      const body = edits.reduce((text, edit) => edit(text), html);
      await route.fulfill({ response, body });
    });
    const calls = await callsOf(page, ["setUseCookie", "setSiteDomain"]);
    await page.goto(`https://www.shop.example${DROP_IN.path}`);
    const buyer = shop.look(DROP_IN);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    const [cookie, ...more] = await tokenCookies(page);
    expect(more).toEqual([]);
    expect(cookie).toMatchObject({ domain: ".shop.example", path: "/", secure: true });
    expect(await calls()).toEqual([
      ["setSiteDomain", ".shop.example"],
      ["setUseCookie", true],
    ]);
    await buyer.signOut.click();
    await shop.expectState("signed-out");
    expect(await tokenCookies(page)).toEqual([]);
  });
});

test.describe("the clock", () => {
  /** Lets some time pass, timers included, to the next look at the session. */
  async function pass(page, minutes) {
    await page.clock.fastForward(minutes * MINUTE);
    await page.clock.runFor(10_500);
  }

  async function expectExpired(shop, buyer) {
    await shop.expectState("expired");
    await expect(buyer.status).toHaveText(EXPIRED);
    await expect(buyer.button).toBeVisible();
    await expect(buyer.placeOrder).toBeDisabled();
    expect(await shop.details("expired")).toEqual([{}]);
    expect(await shop.details("error")).toEqual([]);
  }

  for (const [flags, minutes] of [
    ["", 55],
    ["expires=7200", 55],
    ["expires=3226", 53.76],
    ["expires=1200", 20],
  ]) {
    test(`${flags || "an hour"}: the session lasts ${minutes} minutes, and warns before`, async ({
      shop,
      page,
    }) => {
      await page.clock.install();
      const { buyer } = await shop.openReady(flags);
      // Signing in took a moment, and the page looks six times a minute.
      await pass(page, minutes - 5.5);
      expect(await shop.names()).not.toContain("expiring");
      await expect(buyer.status).toHaveText(READY);

      await pass(page, 0.5);
      expect(await shop.heard("expiring")).toEqual({});
      await expect(buyer.status).toHaveText(EXPIRING);
      await expect(buyer.placeOrder).toBeEnabled();
      await shop.expectState("ready");

      await pass(page, 4.4);
      await shop.expectState("ready");
      expect(await shop.names()).not.toContain("expired");
      await pass(page, 0.5);
      await expectExpired(shop, buyer);
      expect(await shop.details("expiring")).toHaveLength(1);
    });
  }

  test("the end keeps what was chosen, and another sign-in goes on with the same order", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady();
    const token = await shop.token();
    const forms = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/gp/widgets/widgets")) {
        forms.push(new URLSearchParams(request.postData()));
      }
    });
    await pass(page, 55);
    await expectExpired(shop, buyer);
    await expect(buyer.addressFrame).toBeVisible();
    await expect(buyer.walletFrame).toBeVisible();
    await expect(buyer.address(/Maple Street/)).toBeChecked();
    expect(forms).toEqual([]);

    await buyer.button.click();
    await expect(buyer.status).toHaveText(READY);
    await expect(buyer.button).toBeHidden();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
    expect(forms.length).toBeGreaterThanOrEqual(2);
    for (const form of forms) {
      expect(form.get("contractId")).toBe(amazonOrderId);
      expect(form.get("access_token")).not.toBe(token);
    }
    expect(await buy(shop, crm, buyer)).toBe(amazonOrderId);
    const [{ fields }] = watch.orders;
    expect(fields.amazonAddressConsent).not.toBe(token);
    expect(await crm.imports(amazonOrderId)).toHaveLength(1);
  });

  test("a closed window after the end loses nothing; the second session has its own end", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const buyer = await shop.open();
    await buyer.signIn();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await pass(page, 55);
    await expectExpired(shop, buyer);
    const popup = await buyer.openSignIn();
    await popup.close();
    await buyer.signIn();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
    await pass(page, 49);
    expect(await shop.names()).not.toContain("expiring");
    await pass(page, 1);
    await shop.heard("expiring");
    await pass(page, 5);
    await shop.heard("expired", 2);
  });

  test("the same order goes on although the sign-in leaves the page", async ({ shop, page }) => {
    await page.clock.install();
    const buyer = await openReturned(shop);
    const { amazonOrderId } = await shop.snapshot();
    await pass(page, 55);
    await expectExpired(shop, buyer);
    await buyer.button.click();
    await expect(buyer.status).toHaveText(READY);
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });

  test("a machine that slept: the end shows as soon as the page is looked at", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const { buyer } = await shop.openReady();
    // The date jumps; timers and ticks have stood still.
    await page.clock.setSystemTime(Date.now() + 56 * MINUTE);
    await shop.expectState("ready");
    await shop.comeIntoSight();
    await expectExpired(shop, buyer);
  });

  test("a machine that slept: the end shows at the next tick", async ({ shop, page }) => {
    await page.clock.install();
    const { buyer } = await shop.openReady();
    await page.clock.setSystemTime(Date.now() + 56 * MINUTE);
    await page.clock.runFor(10_500);
    await expectExpired(shop, buyer);
  });

  test("a machine that slept: a press finds out first, and the order goes after another sign-in", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.clock.setSystemTime(Date.now() + 56 * MINUTE);
    await buyer.place();
    await shop.expectState("expired");
    await expect(buyer.status).toHaveText(EXPIRED);
    expect(await shop.heard("error")).toMatchObject({ code: "not_ready", subject: "expired" });
    expect(watch.orders).toEqual([]);
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await buy(shop, crm, buyer)).toBe(amazonOrderId);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("a machine that slept for a while is warned in time", async ({ shop, page }) => {
    await page.clock.install();
    const { buyer } = await shop.openReady();
    await page.clock.setSystemTime(Date.now() + 52 * MINUTE);
    await shop.comeIntoSight();
    await shop.heard("expiring");
    await expect(buyer.status).toHaveText(EXPIRING);
    await shop.expectState("ready");
    await pass(page, 4);
    await expectExpired(shop, buyer);
  });

  for (const date of ["1999-12-31T23:50:00Z", "2061-07-28T12:00:00Z"]) {
    test(`a clock that says ${date} makes no session longer or shorter`, async ({ shop, page }) => {
      await page.clock.install({ time: date });
      const { buyer } = await shop.openReady();
      await pass(page, 54);
      await shop.expectState("ready");
      expect(await shop.names()).toContain("expiring");
      await pass(page, 1);
      await expectExpired(shop, buyer);
    });
  }

  for (const [what, minutes] of [
    ["two hours", 120],
    ["ten years", 10 * 365 * 24 * 60],
  ]) {
    test(`a clock that is set back by ${what} makes no session longer`, async ({ shop, page }) => {
      await page.clock.install();
      const { buyer } = await shop.openReady();
      await pass(page, 10);
      await page.clock.setSystemTime(Date.now() - minutes * MINUTE);
      await shop.comeIntoSight();
      await shop.expectState("ready");
      await pass(page, 44);
      await shop.expectState("ready");
      await pass(page, 1);
      await expectExpired(shop, buyer);
    });
  }

  test("an end while the order is on its way does not disturb it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady("expires=60");
    const answer = await shop.holdAnswer();
    await buyer.place();
    await expect.poll(() => crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    await pass(page, 1.5);
    await shop.comeIntoSight();
    await shop.expectState("placing");
    expect(await shop.names()).not.toContain("expired");
    answer();
    await shop.expectState("placed");
    const [{ orderId }] = await crm.imports(amazonOrderId);
    await expect(buyer.orderId).toHaveText(orderId);
    await pass(page, 1);
    await shop.expectState("placed");
    expect(await shop.names()).not.toContain("expired");
    expect(await shop.details("error")).toEqual([]);
    expect(watch.orders).toHaveLength(1);
  });
});
