import { DROP_IN, NEXT } from "./support/buyer.js";
import { callsOf, field, option, profileRequests, Shop } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SIGN_IN = "Sign in with your Amazon account to continue.";
const SIGNING_IN =
  "Please continue in the Amazon window. If there is none, press the button again.";

// What the funnel's place has beside an order on its way is no secret.
const stored = (page) =>
  page.evaluate(() => {
    const { "landerpay-funnel": funnel = "{}", ...kept } = { ...sessionStorage };
    return { ...kept, ...JSON.parse(funnel).sent };
  });
const cookieNames = async (page) => {
  const cookies = await page.context().cookies();
  return cookies.map(({ name }) => name).filter((name) => name.startsWith("amazon_Login_"));
};

/** Lets the pages from now on open no window as long as `isBlocked` says so. */
const blockWindows = (page) =>
  page.addInitScript(() => {
    const { open } = window;
    window.open = (...given) => (window.isBlocked ? null : open(...given));
  });
const setBlocked = (page, isBlocked) =>
  page.evaluate((on) => {
    window.isBlocked = on;
  }, isBlocked);

/** Nothing of the buyer is left, and the button waits. */
async function expectSignedOut(shop, buyer) {
  const { page } = shop;
  await shop.expectState("signed-out");
  await expect(buyer.status).toHaveText(SIGN_IN);
  await expect(buyer.button).toBeVisible();
  await expect(buyer.signOut).toBeHidden();
  await expect(buyer.addressFrame).toHaveCount(0);
  await expect(buyer.walletFrame).toHaveCount(0);
  await expect(buyer.placeOrder).toBeDisabled();
  expect(await stored(page)).toEqual({});
  expect(await cookieNames(page)).toEqual([]);
  expect(await shop.snapshot()).toEqual({
    state: "signed-out",
    missing: [],
    canPlace: false,
    unresolved: false,
  });
}

test.describe("signing out", () => {
  for (const [how, press] of [
    ["by the page's control", (_, buyer) => buyer.signOut.click()],
    ["by the API", (page) => page.evaluate(() => window.LanderPay.checkout.signOut())],
  ]) {
    test(`${how}: nothing is left of the buyer, and somebody else can buy`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const calls = await callsOf(page, ["logout"]);
      const buyer = await shop.open("", { edits: [option("cookie", "always")] });
      await expect(buyer.button).toBeVisible();
      await expect(buyer.signOut).toBeHidden();
      await buyer.signIn(/Maria Bennett/);
      await expect(buyer.placeOrder).toBeEnabled();
      await expect(buyer.signOut).toBeVisible();
      const { amazonOrderId: first } = await shop.snapshot();
      const firstProfile = await shop.heard("profile");
      expect(await cookieNames(page)).toContain("amazon_Login_accessToken");
      expect(await calls()).toEqual([]);

      await press(page, buyer);
      await expectSignedOut(shop, buyer);
      expect(await calls()).toEqual([["logout"]]);
      expect(await shop.details("signed-out")).toEqual([{}]);
      const refused = await page.evaluate(() =>
        window.LanderPay.checkout.placeOrder().catch(({ code }) => code),
      );
      expect(refused).toBe("not_ready");

      await buyer.signIn(/Anjali/);
      await expect(buyer.placeOrder).toBeEnabled();
      expect((await shop.heard("profile", 2)).user_id).not.toBe(firstProfile.user_id);
      const { amazonOrderId } = await shop.snapshot();
      expect(amazonOrderId).not.toBe(first);
      await buyer.place();
      await shop.expectState("placed");
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      expect(watch.orders[0].fields).toMatchObject({ firstName: "Anjali" });
      expect(JSON.stringify(watch.orders[0].fields)).not.toContain("Bennett");
    });
  }

  test("a control that is a link stays on the page, and a reload finds nobody", async ({
    shop,
    page,
  }) => {
    const link = (html) =>
      html.replace('<p class="status"', '<a href="/" id="leave" data-landerpay="sign-out">x</a>$&');
    await shop.openReady("", { edits: [link] });
    await page.locator("#leave").click();
    await shop.expectState("signed-out");
    await expect(page.locator("#leave")).toBeHidden();
    expect(page.url()).toBe(shop.origin + DROP_IN.path);
    const asked = profileRequests(page);
    await page.reload();
    await shop.expectState("signed-out");
    expect(asked).toEqual([]);
  });

  test("takes the cookie of a redirect along, even if Amazon's script leaves it", async ({
    shop,
    page,
  }) => {
    await shop.sendBack();
    const buyer = await shop.open("login=auto", { edits: [option("popup", "never")] });
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await cookieNames(page)).toContain("amazon_Login_accessToken");
    await page.evaluate(() => {
      window.amazon.Login.logout = () => {};
    });
    await buyer.signOut.click();
    await expectSignedOut(shop, buyer);
  });

  test("after the end of a session nothing of the choice is left, either", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.clock.fastForward("55:00");
    await page.clock.runFor(10_500);
    await shop.expectState("expired");
    await expect(buyer.signOut).toBeHidden();
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await expectSignedOut(shop, buyer);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).not.toBe(amazonOrderId);
  });

  test("without Amazon's script: it does not know the buyer when it comes", async ({
    shop,
    page,
  }) => {
    await shop.openReady();
    await shop.open("widgets=404", { parts: NEXT });
    await shop.expectState("unavailable");
    expect(await cookieNames(page)).toContain("amazon_Login_state_cache");
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    expect(await stored(page)).toEqual({});
    expect(await cookieNames(page)).toEqual([]);
  });

  test.describe("in another tab", () => {
    /** A second tab of the same browser, with a buyer signed in there. */
    async function openTwo(shop, context, servers) {
      const { buyer } = await shop.openReady();
      const other = new Shop(await context.newPage(), servers);
      const { buyer: otherBuyer } = await other.openReady();
      return { buyer, other, otherBuyer };
    }

    test("counts as soon as this one comes into sight", async ({ shop, context, servers }) => {
      const { buyer, other, otherBuyer } = await openTwo(shop, context, servers);
      await buyer.signOut.click();
      await expectSignedOut(shop, buyer);
      await other.comeIntoSight();
      await expectSignedOut(other, otherBuyer);
      expect(await other.details("signed-out")).toEqual([{}]);
      expect(await other.details("error")).toEqual([]);
      expect(await shop.details("signed-out")).toHaveLength(1);

      await otherBuyer.signInAtOnce();
      await expect(otherBuyer.placeOrder).toBeEnabled();
    });

    test("counts at the next look", async ({ shop, context, servers, page }) => {
      await page.clock.install();
      const { buyer, other, otherBuyer } = await openTwo(shop, context, servers);
      await otherBuyer.signOut.click();
      await expectSignedOut(other, otherBuyer);
      await shop.expectState("ready");
      await page.clock.runFor(10_500);
      await expectSignedOut(shop, buyer);
    });

    test("counts for the next page of this one", async ({ shop, context, servers }) => {
      const { buyer, other } = await openTwo(shop, context, servers);
      await buyer.signOut.click();
      await expectSignedOut(shop, buyer);
      const asked = profileRequests(other.page);
      // The page that is left looks once more when it goes out of sight.
      await other.page.evaluate(() => {
        window.addEventListener("visibilitychange", (event) => event.stopPropagation(), true);
      });
      await other.open("login=auto", { parts: NEXT });
      await other.expectState("signed-out");
      expect(asked).toEqual([]);
    });

    test("does not end a session that began later", async ({ shop, context, servers, page }) => {
      await page.clock.install();
      const { buyer, other, otherBuyer } = await openTwo(shop, context, servers);
      await otherBuyer.signOut.click();
      await page.clock.runFor(10_500);
      await expectSignedOut(shop, buyer);
      await otherBuyer.signInAtOnce();
      await buyer.signInAtOnce();
      await page.clock.runFor(30_000);
      await expect(buyer.placeOrder).toBeEnabled();
      await expect(otherBuyer.placeOrder).toBeEnabled();
      expect(await other.details("signed-out")).toHaveLength(1);
    });
  });

  test.describe("while the order is on its way", () => {
    /** An order that has arrived, and whose answer waits for `answer()`. */
    async function beginToPlace(shop, crm) {
      const { buyer, amazonOrderId } = await shop.openReady();
      const answer = await shop.holdAnswer();
      await buyer.place();
      await expect.poll(() => crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      return { buyer, amazonOrderId, answer };
    }

    test("the order still arrives and is shown", async ({ shop, crm, page, watch }) => {
      const { buyer, amazonOrderId, answer } = await beginToPlace(shop, crm);
      await buyer.signOut.click();
      await shop.heard("signed-out");
      await shop.expectState("placing");
      expect(await stored(page)).toEqual({});
      expect(await cookieNames(page)).toEqual([]);
      answer();
      await shop.expectState("placed");
      const [{ orderId }] = await crm.imports(amazonOrderId);
      await expect(buyer.orderId).toHaveText(orderId);
      await expect(buyer.status).toHaveText(new RegExp(orderId));
      expect(watch.orders).toHaveLength(1);
      expect(await shop.details("error")).toEqual([]);
      expect(await stored(page)).toEqual({});

      await shop.open("login=auto", { parts: NEXT });
      await shop.expectState("signed-out");
    });

    test("a way to the bank leaves nothing of the buyer either", async ({
      shop,
      page,
      context,
    }) => {
      const BANK = "https://bank.example/3ds";
      await context.route(BANK, (route) =>
        route.fulfill({ contentType: "text/html", body: "Bank" }),
      );
      const { buyer } = await shop.openReady("", { edits: [field("custom5", `redirect:${BANK}`)] });
      const answer = await shop.holdAnswer();
      await buyer.place();
      await shop.expectState("placing");
      await buyer.signOut.click();
      await shop.heard("signed-out");
      answer();
      await page.waitForURL(BANK);
      await page.goto(`${shop.origin}/index.html`);
      expect(await stored(page)).toEqual({});
    });

    test("the control is gone, as nobody is signed in any more", async ({ shop, crm }) => {
      const { buyer, answer } = await beginToPlace(shop, crm);
      await expect(buyer.signOut).toBeVisible();
      await buyer.signOut.click();
      await shop.heard("signed-out");
      // The demo hides what stands around the control; the control itself is what counts.
      await expect(buyer.signOut).toHaveJSProperty("hidden", true);
      answer();
      await shop.expectState("placed");
      await expect(buyer.signOut).toHaveJSProperty("hidden", true);
    });
  });
});

test.describe("the sign-in's window", () => {
  test("is brought to the front by another press, and none is opened besides", async ({
    shop,
    page,
  }) => {
    const calls = await callsOf(page, ["authorize"]);
    const buyer = await shop.open();
    const popup = await buyer.openSignIn();
    await popup.getByRole("button", { name: "Sign in" }).waitFor();
    await buyer.button.click();
    // Amazon's script would have a second request wait behind the first.
    expect(await calls()).toHaveLength(1);
    await popup.close();
    await buyer.openSignIn();
    expect(await calls()).toHaveLength(2);
  });

  test("is blocked after the end of a session: what was chosen is kept", async ({ shop, page }) => {
    await blockWindows(page);
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.clock.fastForward("55:00");
    await page.clock.runFor(10_500);
    await shop.expectState("expired");
    await setBlocked(page, true);
    await buyer.button.click();
    await buyer.reads("popup_blocked");
    await shop.expectState("expired");
    await setBlocked(page, false);
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toBe(amazonOrderId);
  });

  test("says that the origin is not allowed: the buyer closes it, the next press opens it again", async ({
    shop,
  }) => {
    const buyer = await shop.open("origin=refused");
    for (let times = 0; times < 2; times += 1) {
      const popup = await buyer.openSignIn();
      await expect(popup.getByText(`The origin ${shop.origin} is not among`)).toBeVisible();
      await expect(buyer.status).toHaveText(SIGNING_IN);
      await popup.close();
      await expect(buyer.button).toBeVisible();
    }
    expect(await shop.details("error")).toEqual([]);
    await shop.expectState("signing-in");
  });
});

test.describe("the sign-in in place of the page", () => {
  const NEVER = { edits: [option("popup", "never")] };

  test("says that the address is not allowed: the buyer goes back, and the page works", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("origin=refused", NEVER);
    for (let times = 0; times < 2; times += 1) {
      await buyer.button.click();
      const address = shop.origin + DROP_IN.path;
      await expect(page.getByText(`The address ${address} is not among`)).toBeVisible();
      await page.goBack({ waitUntil: "domcontentloaded" });
      await expect(buyer.status).toHaveText(SIGN_IN);
      await expect(buyer.button).toBeVisible();
      expect(await shop.details("error")).toEqual([]);
    }
    const next = await shop.open("login=auto");
    await next.signInAtOnce();
    await expect(next.placeOrder).toBeEnabled();
  });

  test("the buyer goes back instead of signing in, and signs in after all", async ({
    shop,
    page,
  }) => {
    await shop.sendBack();
    const buyer = await shop.open("", NEVER);
    await buyer.button.click();
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await page.goBack({ waitUntil: "domcontentloaded" });
    await expect(buyer.status).toHaveText(SIGN_IN);
    await buyer.signInOnPage();
    await expect(buyer.placeOrder).toBeEnabled();
  });

  for (const [code, kind] of [
    ["access_denied", "sign_in_denied"],
    ["invalid_grant", "sign_in_failed"],
    ["invalid_request", "sign_in_failed"],
    ["invalid_scope", "sign_in_failed"],
    ["server_error", "sign_in_failed"],
    ["temporarily_unavailable", "sign_in_failed"],
    ["unauthorized_client", "sign_in_failed"],
  ]) {
    test(`comes back with ${code}: a word about it, and the button works again`, async ({
      shop,
      page,
    }) => {
      await shop.sendBack();
      const buyer = await shop.open(`login=${code}`, NEVER);
      for (let times = 0; times < 2; times += 1) {
        await Promise.all([page.waitForURL(/\/ap\/oa/), buyer.button.click()]);
        await buyer.reads(kind);
        await shop.expectState("signed-out");
        const [error, ...more] = await shop.details("error");
        expect(more).toEqual([]);
        expect(error).toMatchObject({
          code: kind,
          ...(kind === "sign_in_failed" && { subject: code }),
        });
        expect(page.url()).toBe(shop.origin + DROP_IN.path);
      }
    });
  }

  test("a session that Amazon's script still knows: the button signs in nevertheless", async ({
    shop,
    context,
    servers,
  }) => {
    await shop.openReady();
    // Another tab: it has no session, but Amazon's cookies.
    const other = new Shop(await context.newPage(), servers);
    await other.sendBack();
    const buyer = await other.open("login=auto", NEVER);
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(other.page.url()).toBe(other.origin + DROP_IN.path);
  });
});
