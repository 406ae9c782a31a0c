import { DROP_IN, NPM } from "./support/buyer.js";
import { blockStorage, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SCOPE = "profile payments:widget payments:shipping_address";
const BLOCKED =
  "Your browser blocked Amazon's window: allow pop-ups here, then press the button again.";
const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15";
const ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A) AppleWebKit/537.36";

/** What a page needs whose own address Amazon opens with the token in the query. */
const quiet = (html) => html.replace("<head>", '<head><meta name="referrer" content="origin">');

/** Runs in the page: notes how Amazon's sign-in is asked for, and lets it happen or not. */
function noteSignIn(happens) {
  const { Login } = window.amazon;
  const { authorize } = Login;
  window.asked = [];
  Login.authorize = (options, next) => {
    if (options.interactive === "never") return authorize(options, next);
    window.asked.push({
      options: { ...options },
      next: typeof next === "function" ? "function" : next,
      isActive: navigator.userActivation.isActive,
      during: window.event?.type,
    });
    return happens ? authorize(options, next) : undefined;
  };
}

/** Presses the button, and reads how Amazon was asked, without going there. */
async function ask(page, buyer, press = () => buyer.button.click()) {
  await expect(buyer.button).toBeVisible();
  await page.evaluate(noteSignIn, false);
  await press();
  const asked = await page.evaluate(() => window.asked);
  expect(asked).toHaveLength(1);
  return asked[0];
}

/** Buys, and compares what the CRM got with what Amazon gave. */
async function buy(crm, watch, buyer) {
  await expect(buyer.placeOrder).toBeEnabled();
  await buyer.place();
  await expect(buyer.orderId).toBeVisible();
  expect(watch.orders).toHaveLength(1);
  const { amazonOrderId, amazonAddressConsent } = watch.orders[0].fields;
  const [imported, ...more] = await crm.imports(amazonOrderId);
  expect(more).toEqual([]);
  expect(imported.outcome).toBe("accepted");
  expect(imported.fields).toMatchObject({ firstName: "Maria", lastName: "Bennett" });
  expect(imported.fields.amazonAddressConsent).toBe(amazonAddressConsent);
  expect(amazonAddressConsent).toMatch(/^Atza\|/);
  await expect(buyer.orderId).toHaveText(imported.orderId);
}

const tokenCookie = async (page) =>
  (await page.context().cookies()).find(({ name }) => name === "amazon_Login_accessToken");

test.describe("the ways in", () => {
  test("a window with a callback: Amazon is asked inside the click, and the buyer buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open();
    await expect(buyer.button).toBeVisible();
    await page.evaluate(noteSignIn, true);
    await buyer.signIn(/Maria Bennett/);
    expect(await page.evaluate(() => window.asked)).toEqual([
      {
        options: { scope: SCOPE, popup: true, state: expect.stringMatching(/^lp-/) },
        next: "function",
        isActive: true,
        during: "click",
      },
    ]);
    await buy(crm, watch, buyer);
    // Amazon's script has the token itself.
    expect(await tokenCookie(page)).toBeUndefined();
  });

  test("a window that ends in an address: the page behind it comes back with the token in its query, and the buyer buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    watch.hasTokenInQuery = true;
    const edits = [
      quiet,
      option("popup", "always"),
      option("return-url", `${DROP_IN.path}?step=2`),
    ];
    const buyer = await shop.open("", { edits, at: "?step=1#checkout" });
    const comes = page.waitForRequest(/[?&]access_token=Atza/);
    await buyer.signIn(/Maria Bennett/);
    expect((await comes).isNavigationRequest()).toBe(true);
    expect(new URL((await comes).url()).searchParams.get("step")).toBe("2");
    await expect(page).toHaveURL(`${shop.origin}${DROP_IN.path}?step=2`);
    await buy(crm, watch, buyer);
  });

  test("a redirect with the token in the hash: the buyer buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const windows = [];
    page.on("popup", (popup) => windows.push(popup.url()));
    const buyer = await shop.open("", { edits: [option("popup", "never")] });
    // A plain redirect: the page that it leads to is the shop's own.
    const comes = page.waitForURL(/[?&#]access_token=Atza/, { waitUntil: "commit" });
    await buyer.signInOnPage(/Maria Bennett/);
    await comes;
    await expect(page).toHaveURL(shop.origin + DROP_IN.path);
    const { value, secure, sameSite, path, httpOnly } = await tokenCookie(page);
    expect({ secure, sameSite, path, httpOnly }).toEqual({
      secure: true,
      sameSite: "Lax",
      path: "/",
      httpOnly: false,
    });
    await buy(crm, watch, buyer);
    expect(watch.orders[0].fields.amazonAddressConsent).toBe(value);
    expect(windows).toEqual([]);
  });

  test("a redirect with the token in the query: the buyer buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    watch.hasTokenInQuery = true;
    await shop.sendBack((address) => address.replace("#", "?"));
    const edits = [quiet, option("popup", "never")];
    const buyer = await shop.open("login=auto", { edits, at: "?campaign=spring" });
    await buyer.signInAtOnce();
    await expect(page).toHaveURL(`${shop.origin}${DROP_IN.path}?campaign=spring`);
    await buy(crm, watch, buyer);
  });

  for (const at of ["#/pay", "#/pay?x=1&state=CA", "#!/pay?x=1", "?campaign=spring#/pay?x=1"]) {
    test(`a redirect from the route ${at}: route and parameters are there again, and the buyer buys`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const router = `<script>
        addEventListener("DOMContentLoaded", () => (window.route = location.hash));
      </script>`;
      const edits = [
        option("popup", "never"),
        (html) => html.replace("async\n", "").replace("</head>", `${router}$&`),
      ];
      await shop.sendBack();
      const buyer = await shop.open("", { edits, at });
      const comes = page.waitForURL(/[?&#]access_token=Atza/, { waitUntil: "commit" });
      await buyer.signInOnPage(/Maria Bennett/);
      await comes;
      await expect(page).toHaveURL(shop.origin + DROP_IN.path + at);
      expect(await page.evaluate(() => window.route)).toBe(at.slice(at.indexOf("#")));
      await buy(crm, watch, buyer);
    });
  }

  test("a redirect to another page of the shop: the buyer buys there", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const edits = [option("popup", "never"), option("return-url", `${DROP_IN.path}?step=2`)];
    const buyer = await shop.open("", { edits, at: "?step=1" });
    await buyer.signInOnPage();
    await expect(page).toHaveURL(`${shop.origin}${DROP_IN.path}?step=2`);
    await buy(crm, watch, buyer);
  });

  test("a window that ends in a route of the same page: the buyer buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const edits = [option("popup", "always"), option("return-url", `${DROP_IN.path}#/pay`)];
    const buyer = await shop.open("", { edits });
    await buyer.signIn();
    await buy(crm, watch, buyer);
    expect(page.url()).not.toContain("access_token");
  });

  test("the buyer turns back on Amazon's page: the button works again", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open("", { edits: [option("popup", "never")] });
    await buyer.button.click();
    await expect(page.getByRole("heading", { name: "Sign in to pay" })).toBeVisible();
    await page.goBack();
    await expect(buyer.status).toHaveText("Sign in with your Amazon account to continue.");
    await buyer.signInOnPage();
    expect(await page.evaluate(() => window.seen.filter(({ name }) => name === "error"))).toEqual(
      [],
    );
    await buy(crm, watch, buyer);
  });

  test("the scopes are the page's, if it names some", async ({ shop, page }) => {
    const scope = "profile payments:widget";
    const buyer = await shop.open("", { edits: [option("scope", scope)] });
    expect((await ask(page, buyer)).options.scope).toBe(scope);
  });

  for (const key of ["Enter", " "]) {
    test(`the key "${key}" opens Amazon's window inside its press`, async ({ shop, page }) => {
      const buyer = await shop.open();
      const host = page.locator(DROP_IN.button).getByRole("button", { name: "Amazon Pay" });
      const asked = await ask(page, buyer, () => host.press(key));
      expect(asked).toMatchObject({ isActive: true, next: "function" });
    });
  }
});

/** How Amazon is asked for a window, and for a redirect to this page. */
const WINDOW = { options: { popup: true }, next: "function" };
const redirectTo = (address) => ({ options: { popup: false }, next: address });

test.describe("popup: auto", () => {
  test("with a mouse on this machine: a window", async ({ shop, page }) => {
    const buyer = await shop.open("", { edits: [option("popup", "auto")] });
    expect(await ask(page, buyer)).toMatchObject({ ...WINDOW, isActive: true, during: "click" });
  });

  test("popup: never forces a redirect there", async ({ shop, page }) => {
    const at = "?campaign=spring#checkout";
    const buyer = await shop.open("", { edits: [option("popup", "never")], at });
    const asked = await ask(page, buyer);
    // Amazon knows its return addresses with their queries, and not every campaign's.
    const address = shop.origin + DROP_IN.path;
    expect(asked).toMatchObject({ ...redirectTo(address), isActive: true, during: "click" });
    expect(asked.options).toEqual({
      scope: SCOPE,
      popup: false,
      state: expect.stringMatching(/^lp-/),
    });
  });

  test("from 600 pixels on a window, below a redirect", async ({ shop, page }) => {
    for (const [width, expected] of [
      [600, WINDOW],
      [599, redirectTo(shop.origin + DROP_IN.path)],
    ]) {
      await page.setViewportSize({ width, height: 900 });
      const buyer = await shop.open();
      expect(await ask(page, buyer), `${width}`).toMatchObject(expected);
    }
  });

  test("without https a redirect, even with a mouse", async ({ shop, page }) => {
    const origin = "http://lander.example";
    // Chromium lets no insecure page talk to this machine.
    const serve = (to) => async (route) => {
      const url = route.request().url().replace(origin, to);
      await route.fulfill({ response: await route.fetch({ url }) });
    };
    await page.route(`${origin}/**`, serve(shop.origin));
    await page.route(`${shop.simulator}/**`, serve(shop.simulator));
    await page.goto(origin + DROP_IN.path);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    const buyer = shop.look(DROP_IN);
    expect(await ask(page, buyer)).toMatchObject(redirectTo(origin + DROP_IN.path));
  });

  for (const [app, userAgent] of [
    ["Facebook", `${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/466.0.0.41.110;FBBV/602]`],
    [
      "Facebook on Android",
      `${ANDROID} Chrome/125.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/46]`,
    ],
    ["Messenger", `${IPHONE} Mobile/15E148 [FBAN/MessengerLiteForiOS;FBAV/455.0.0]`],
    ["Instagram", `${IPHONE} Mobile/15E148 Instagram 334.0.5.32.98 (iPhone14,5; iOS 17_5)`],
    ["LINE", `${IPHONE} Mobile/15E148 Safari Line/14.8.0`],
    ["WeChat", `${IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI`],
    ["TikTok", `${IPHONE} Mobile/15E148 musical_ly_34.8.0 BytedanceWebview/d8a21c6`],
    ["Snapchat", `${IPHONE} Mobile/15E148 Snapchat/12.90.0.46 (like Safari/8618.2.12)`],
    ["Pinterest", `${IPHONE} Mobile/15E148 [Pinterest/iOS]`],
    ["LinkedIn", `${IPHONE} Mobile/15E148 [LinkedInApp]/9.29.7586`],
    ["X", `${IPHONE} Mobile/15E148 Twitter for iPhone/10.43`],
    ["an app's view on Android", `${ANDROID.replace(" Build", "; wv) Build")} Version/4.0`],
  ]) {
    test.describe(`inside ${app}`, () => {
      test.use({ userAgent });

      test("a redirect, unless the page wants a window", async ({ shop, page }) => {
        const buyer = await shop.open();
        const address = shop.origin + DROP_IN.path;
        expect(await ask(page, buyer)).toMatchObject(redirectTo(address));
        await shop.open("", { edits: [option("popup", "always")] });
        expect(await ask(page, buyer)).toMatchObject(WINDOW);
      });
    });
  }

  for (const [browser, userAgent] of [
    ["Chrome", `${DESKTOP} Chrome/140.0.0.0 Safari/537.36`],
    ["Safari", `${DESKTOP} Version/17.5 Safari/605.1.15`],
    ["Edge", `${DESKTOP} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`],
    ["Opera", `${DESKTOP} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0 (Edition std-1)`],
  ]) {
    test.describe(`in ${browser}`, () => {
      test.use({ userAgent });

      test("a window", async ({ shop, page }) => {
        const buyer = await shop.open();
        expect(await ask(page, buyer)).toMatchObject(WINDOW);
      });
    });
  }

  test.describe("on a touch screen, however wide", () => {
    test.use({ hasTouch: true, isMobile: true, viewport: { width: 1180, height: 820 } });

    test("a redirect; popup: always forces a window", async ({ shop, page }) => {
      const buyer = await shop.open();
      const tap = () => buyer.button.tap();
      const address = shop.origin + DROP_IN.path;
      const asked = await ask(page, buyer, tap);
      expect(asked).toMatchObject({ ...redirectTo(address), isActive: true, during: "click" });
      await shop.open("", { edits: [option("popup", "always")] });
      expect(await ask(page, buyer, tap)).toMatchObject({ ...WINDOW, isActive: true });
    });

    test("the page as it is: the buyer buys", async ({ shop, crm, page, watch }) => {
      await page.goto(shop.origin + DROP_IN.path);
      const buyer = shop.look(DROP_IN);
      await buyer.signInOnPage(/Maria Bennett/);
      await expect(page).toHaveURL(shop.origin + DROP_IN.path);
      await buy(crm, watch, buyer);
    });

    test("the package's page as it is: the buyer buys", async ({ shop, crm, page, watch }) => {
      await page.goto(`${shop.origin}${NPM.path}?campaign=spring`);
      const buyer = shop.look(NPM);
      await buyer.signInOnPage(/Maria Bennett/);
      await expect(page).toHaveURL(`${shop.origin}${NPM.path}?campaign=spring`);
      await buy(crm, watch, buyer);
    });
  });
});

test.describe("a browser that refuses", () => {
  for (const [how, edits] of [
    ["a window with a callback", []],
    ["a window that ends in an address", [quiet, option("return-url", DROP_IN.path)]],
  ]) {
    test(`${how}: the buyer reads about it, and the next press works`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      watch.hasTokenInQuery = edits.length > 0;
      await page.addInitScript(() => {
        const { open } = window;
        window.browsersOwn = open;
        window.refusing = () => null;
        window.open = window.refusing;
      });
      const buyer = await shop.open("login=auto", { edits });
      for (let times = 1; times <= 2; times += 1) {
        await buyer.button.click();
        expect(await shop.heard("error", times)).toEqual({
          name: "LanderPayError",
          message: BLOCKED,
          code: "popup_blocked",
          audience: "buyer",
        });
        await buyer.reads("popup_blocked", BLOCKED);
        await shop.expectState("signed-out");
        await expect(buyer.button).toBeVisible();
      }
      // What the page had there is there again.
      expect(await page.evaluate(() => window.open === window.refusing)).toBe(true);
      await page.evaluate(() => {
        window.open = window.browsersOwn;
      });
      await buyer.signInAtOnce();
      await buy(crm, watch, buyer);
    });
  }

  test("to store anything: popup: never opens a window, and the buyer buys on this page", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await blockStorage(page, "sessionStorage", "localStorage");
    const edits = [option("popup", "never"), option("return-url", `${DROP_IN.path}?step=2`)];
    const buyer = await shop.open("", { edits });
    await expect(buyer.button).toBeVisible();
    await page.evaluate(noteSignIn, true);
    await buyer.signIn(/Maria Bennett/);
    expect(await page.evaluate(() => window.asked)).toMatchObject([WINDOW]);
    await buy(crm, watch, buyer);
    await expect(page).toHaveURL(shop.origin + DROP_IN.path);
  });
});
