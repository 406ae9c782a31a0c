import { NPM } from "./support/buyer.js";
import { option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const PATH = "/one-time.html";
const OWN = "/own-page.html";
const REFUSED = "The sign-in's answer cannot be trusted: sign in again.";
const NEVER = [option("popup", "never")];
const FOREIGN = `access_token=Atza%7CForeign${"0".repeat(340)}&token_type=bearer&expires_in=3600`;
const META = '<meta name="referrer" content="origin">';

const OPTIONS = {
  environment: "sandbox",
  region: "us",
  clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
  sellerId: "A2EXAMPLE1234X",
  button: { container: '[data-landerpay="button"]' },
  addressBook: { container: '[data-landerpay="address-book"]' },
  wallet: { container: '[data-landerpay="wallet"]' },
  status: { container: '[data-landerpay="status"]' },
  backend: "/amazon-pay",
  popup: "never",
};

const ELEMENTS = `
  <div data-landerpay="button"></div>
  <div data-landerpay="address-book" style="height: 240px"></div>
  <div data-landerpay="wallet" style="height: 240px"></div>
  <p data-landerpay="status"></p>`;

/** What an analytics tool reads and sends, as early as it can. */
const ANALYTICS = `<script>
  window.read = () => [location.href, document.URL, document.baseURI, document.referrer];
  window.analytics = [];
  const note = (when) => {
    analytics.push(...read());
    navigator.sendBeacon("/collect", JSON.stringify([when, ...read()]));
  };
  note("at once");
  for (const name of ["DOMContentLoaded", "load", "hashchange", "popstate", "pagehide"]) {
    addEventListener(name, () => note(name));
  }
  navigation.addEventListener("navigate", ({ destination }) => analytics.push(destination.url));
</script>
<script src="/analytics.js"></script>`;

/** A page whose tag runs before anything else. */
const dropIn = (simulator, head = "") => `<!doctype html><html><head>${head}
  <script src="/landerpay/landerpay.js" data-environment="sandbox" data-region="us"
    data-client-id="${OPTIONS.clientId}" data-seller-id="${OPTIONS.sellerId}"
    data-backend="/amazon-pay" data-popup="never" data-simulator="${simulator}"></script>
  ${ANALYTICS}
  <link rel="stylesheet" href="/style.css"></head>
  <body><img src="/assets/icon.svg" alt="">${ELEMENTS}</body></html>`;

/** A page that is made with the package. */
const npm = (simulator, head = "") => `<!doctype html><html><head>${head}</head><body>${ELEMENTS}
  <script type="module">
    import { createCheckout } from "/landerpay/index.js";
    window.begin = async () => {
      const checkout = await createCheckout(${JSON.stringify({ ...OPTIONS, simulator })});
      window.LanderPay = { checkout };
      checkout.on("*", (name, detail) =>
        document.dispatchEvent(new CustomEvent("landerpay:" + name, { detail })));
    };
    window.begin();
  </script></body></html>`;

const cookies = async (page) =>
  (await page.context().cookies()).filter(({ name }) => name === "amazon_Login_accessToken");

/** Waits for the page to which Amazon sends the buyer, as its address is at first. */
const comesBack = (shop, page) =>
  page.waitForURL(
    ({ origin, search, hash }) =>
      origin === shop.origin && /[?#&](access_token|error)=/.test(search + hash),
    { waitUntil: "commit" },
  );

/** What the browser keeps for the next page. */
const kept = (page) => page.evaluate(() => ({ ...localStorage, ...sessionStorage }));

/** Nobody is signed in, and nothing of the answer is left. */
async function expectNothingKept(shop, page, buyer) {
  await shop.expectState("signed-out");
  await expect(buyer.button).toBeVisible();
  await expect(buyer.addressFrame).toHaveCount(0);
  expect(await shop.names("state", "error")).toEqual([]);
  expect(await kept(page)).not.toHaveProperty("landerpay");
  expect(await cookies(page)).toEqual([]);
  expect(await page.evaluate(() => document.cookie)).not.toContain("Atza");
  expect(page.url()).not.toMatch(/access_token|state=lp-|error/);
}

async function expectRefused(shop, page, buyer) {
  expect(await shop.heard("error")).toEqual({
    name: "LanderPayError",
    message: REFUSED,
    code: "sign_in_refused",
    audience: "merchant",
  });
  await buyer.reads("sign_in_refused", REFUSED);
  await expectNothingKept(shop, page, buyer);
}

test.describe("the address bar is clean before anybody else reads it", () => {
  for (const [where, edit, head] of [
    ["the hash", (address) => address, ""],
    ["the query", (address) => address.replace("#", "?"), META],
  ]) {
    test(`token in ${where}: an analytics script behind the tag never sees it`, async ({
      shop,
      page,
      watch,
    }) => {
      watch.hasTokenInQuery = where === "the query";
      const sent = [];
      page.on("request", (request) => {
        if (request.url() === `${shop.origin}/collect`) sent.push(request.postData());
      });
      await page.route("**/analytics.js", (route) =>
        route.fulfill({ contentType: "text/javascript", body: "analytics.push(...read());" }),
      );
      await page.route("**/collect", (route) => route.fulfill({ status: 204 }));
      await shop.sendBack(edit);
      const forms = [];
      page.on("request", (request) => {
        if (request.url().includes("/gp/widgets/widgets")) {
          forms.push(new URLSearchParams(request.postData()));
        }
      });
      const at = "?utm_source=mail";
      await shop.openOwn(dropIn(shop.amazon("login=auto"), head), { at });
      const buyer = shop.look({ ...NPM, button: '[data-landerpay="button"]' });
      const comes = comesBack(shop, page);
      await buyer.button.click();
      await comes;
      await shop.heard("ready");
      const address = shop.origin + OWN + at;
      await expect(page).toHaveURL(address);
      const seen = await page.evaluate(() => window.analytics);
      // Four readings: at once, by the file, and at two events.
      expect(seen.length).toBeGreaterThanOrEqual(16);
      expect(new Set(seen.filter(Boolean))).toEqual(new Set([address]));
      expect(sent.length).toBeGreaterThanOrEqual(3);
      expect(sent.join()).not.toContain("Atza");
      expect(new Set(forms.map((form) => form.get("referringURL")))).toEqual(new Set([address]));
      expect(forms.every((form) => form.get("access_token").startsWith("Atza|"))).toBe(true);
      // Nor does the next page.
      await page.goto(`${shop.origin}/`);
      await page.goBack();
      await shop.heard("ready");
      await expect(page).toHaveURL(address);
    });
  }
});

test.describe("what is the page's own stays", () => {
  for (const [at, edit, back = at] of [
    ["?utm_source=mail&utm_campaign=a%20b", (address) => address],
    ["?state=CA&scope=all&error=none", (address) => address],
    ["?code=abc&state=xyz", (address) => address],
    ["?q=caf%C3%A9+noir&empty=&flag&a=1&a=2", (address) => address],
    ["?state=CA", (address) => address.replace("#", "?")],
    ["?scope=all&error=none", (address) => address.replace("#", "?")],
    ["#/pay?error=none", (address) => address],
    [
      "?utm_source=mail",
      (address) => `${address.replace("#", "?")}#questions`,
      "?utm_source=mail#questions",
    ],
    ["", (address) => `${address.replace("#", "?")}#questions`, "#questions"],
    ["", (address) => address.replace("#", "#own=1&"), "#own=1"],
    ["", (address) => `${address}&own=1`, "#own=1"],
    ["", (address) => `${address.replace("#", "?")}&own=1`, "?own=1"],
    ["#/route?own=1&state=CA", (address) => address],
    ["?state=CA#/route?state=NY", (address) => address],
  ]) {
    const how = edit("…#ANSWER").replace("…", "");
    test(`${at || "nothing"}, then ${how}: ${back || "nothing"}`, async ({ shop, page, watch }) => {
      watch.hasTokenInQuery = true;
      await shop.sendBack(edit);
      const quiet = (html) => html.replace("<head>", `<head>${META}`);
      const buyer = await shop.open("login=auto", { edits: [...NEVER, quiet], at });
      await buyer.signInAtOnce();
      await expect(page).toHaveURL(shop.origin + PATH + back);
      expect(await shop.names("error")).toContain("signed-in");
    });
  }

  for (const at of [
    "?code=abc&state=xyz",
    "?error=access_denied&error_description=No&state=xyz",
    "#access_token=ya29.a0Af&token_type=Bearer&expires_in=3599&state=xyz",
    "#state=xyz&access_token=EAAB&expires_in=5000",
    "?access_token=shpat_1&state=lpx",
    "#/callback?access_token=ya29.a0Af&state=xyz",
    "?state=CA#questions",
  ]) {
    test(`an answer of another party stays: ${at}`, async ({ shop, page }) => {
      const buyer = await shop.open("", { at });
      await expect(buyer.button).toBeVisible();
      await shop.expectState("signed-out");
      await expect(page).toHaveURL(shop.origin + PATH + at);
      expect(await shop.details("error")).toEqual([]);
    });
  }

  test("what the page keeps in its history's entry stays", async ({ shop, page }) => {
    await page.addInitScript(() => {
      if (window.top === window) history.replaceState({ scroll: 12 }, "");
    });
    await shop.open("", { at: `#${FOREIGN}&state=lp-foreign` });
    await expect(page).toHaveURL(shop.origin + PATH);
    expect(await page.evaluate(() => history.state)).toEqual({ scroll: 12 });
  });
});

test.describe("an answer that is not ours to trust", () => {
  for (const [what, at] of [
    ["a foreign state", `#${FOREIGN}&state=lp-foreign`],
    ["no state", `#${FOREIGN}`],
    ["another party's state", `#${FOREIGN}&state=xyz`],
    ["an error to a foreign state", "?error=access_denied&error_description=No&state=lp-foreign"],
    ["behind a route", `#/pay?x=1&${FOREIGN}&state=lp-foreign`],
  ]) {
    test(`nobody was sent away, and ${what} comes: refused`, async ({ shop, page }) => {
      const buyer = await shop.open("", { edits: NEVER, at });
      await expectRefused(shop, page, buyer);
      await expect(page).toHaveURL(shop.origin + PATH + (at.startsWith("#/") ? "#/pay?x=1" : ""));
    });
  }

  test("in the query: refused, and not sent on", async ({ shop, page, watch }) => {
    watch.hasTokenInQuery = true;
    const quiet = (html) => html.replace("<head>", `<head>${META}`);
    const at = `?${FOREIGN}&state=lp-foreign&utm_source=mail`;
    const buyer = await shop.open("", { edits: [quiet], at });
    await expectRefused(shop, page, buyer);
    await expect(page).toHaveURL(`${shop.origin}${PATH}?utm_source=mail`);
  });

  for (const [what, edit] of [
    ["another state", (address) => address.replace(/state=lp-[^&]+/, "state=lp-other")],
    ["a longer state", (address) => address.replace(/state=lp-[^&]+/, "$&0")],
    ["a shorter state", (address) => address.replace(/(state=lp-[^&]+)[^&]/, "$1")],
    ["no state", (address) => address.replace(/&state=lp-[^&]+/, "")],
    ["a token that is encoded twice", (address) => address.replace("Atza%7C", "Atza%257C")],
    ["a refresh token", (address) => address.replace("Atza%7C", "Atzr%7C")],
    ["a broken encoding", (address) => address.replace("Atza%7C", "Atza%7C%zz")],
  ]) {
    test(`the buyer was sent away, and ${what} comes back: refused, and the next try works`, async ({
      shop,
      page,
    }) => {
      let times = 0;
      await shop.sendBack((address) => {
        times += 1;
        return times === 1 ? edit(address) : address;
      });
      const buyer = await shop.open("login=auto", { edits: NEVER });
      const comes = comesBack(shop, page);
      await buyer.button.click();
      await comes;
      await expectRefused(shop, page, buyer);
      await expect(page).toHaveURL(shop.origin + PATH);
      await buyer.signInAtOnce();
      await shop.heard("ready");
    });
  }

  test("the same answer again", async ({ shop, page, context }) => {
    let answer;
    await shop.sendBack((address) => {
      answer = address;
      return address;
    });
    const buyer = await shop.open("login=auto", { edits: NEVER });
    await buyer.signInAtOnce();
    const first = await kept(page);

    // While the buyer is signed in it changes nothing.
    await page.goto("about:blank");
    await page.goto(answer);
    await shop.heard("ready");
    expect(await shop.details("error")).toEqual([]);
    expect(await kept(page)).toEqual(first);
    await expect(page).toHaveURL(shop.origin + PATH);

    // After the end of that session it is worth nothing.
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await shop.expectState("signed-out");
    await page.goto("about:blank");
    await page.goto(answer);
    await shop.heard("error");
    await buyer.reads("sign_in_refused", REFUSED);
    expect(await kept(page)).not.toHaveProperty("landerpay");
    expect(await cookies(page)).toEqual([]);

    // Nor is it in another tab, where nobody was sent away.
    const other = await context.newPage();
    await other.goto(answer);
    await expect(other.locator('[data-landerpay="status"]')).toHaveText(REFUSED);
    await expect(other).toHaveURL(shop.origin + PATH);
    expect(await kept(other)).not.toHaveProperty("landerpay");
    expect(await cookies(other)).toEqual([]);
  });

  test("to a buyer who is signed in already: neither signed out nor replaced", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await shop.sendBack();
    const buyer = await shop.open("login=auto", { edits: NEVER });
    await buyer.signInAtOnce();
    const session = await kept(page);
    const [{ value: token }] = await cookies(page);
    for (const answer of [
      `#${FOREIGN}&state=lp-foreign`,
      "?error=access_denied&state=lp-foreign",
    ]) {
      await page.goto("about:blank");
      await page.goto(shop.origin + PATH + answer);
      await shop.heard("ready");
      expect(await shop.details("error")).toEqual([]);
      await expect(page).toHaveURL(shop.origin + PATH);
      expect(await kept(page)).toEqual(session);
      expect((await cookies(page)).map(({ value }) => value)).toEqual([token]);
    }
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    const { amazonOrderId, amazonAddressConsent } = watch.orders[0].fields;
    expect(amazonAddressConsent).toBe(token);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("the buyer comes back with an error", () => {
  for (const [login, code, words] of [
    ["denied", "sign_in_denied", "The sign-in was declined: sign in again to pay with Amazon."],
    ["server_error", "sign_in_failed", "The sign-in failed with `server_error`: try again."],
  ]) {
    for (const [how, edits] of [
      ["by redirect", NEVER],
      ["by a window", [option("popup", "always"), option("return-url", `${PATH}?scope=all`)]],
    ]) {
      test(`${login} ${how}: ${code}, and the button works again`, async ({ shop, page }) => {
        await shop.sendBack();
        const at = "?scope=all";
        const buyer = await shop.open(`login=${login}`, { edits, at });
        for (let times = 1; times <= 2; times += 1) {
          const comes = comesBack(shop, page);
          await buyer.button.click();
          await comes;
          expect(await shop.heard("error")).toMatchObject({ code, message: words });
          await buyer.reads(code, words);
          await expect(page).toHaveURL(shop.origin + PATH + at);
          await expectNothingKept(shop, page, buyer);
        }
      });
    }
  }
});

test.describe("a checkout that begins late", () => {
  for (const [what, url] of [
    ["the module", "**/landerpay/index.js"],
    ["Amazon's script", "**/Widgets.js"],
  ]) {
    test(`${what} is missing on the return: the answer waits for LanderPay.retry()`, async ({
      shop,
      page,
    }) => {
      await shop.sendBack();
      const buyer = await shop.open("login=auto", { edits: NEVER });
      await expect(buyer.button).toBeVisible();
      await page.route(url, (route) => route.abort());
      await buyer.button.click();
      await shop.expectState("unavailable");
      await expect(page).toHaveURL(shop.origin + PATH);
      await page.unroute(url);
      await page.evaluate(() => window.LanderPay.retry());
      await shop.heard("ready");
      await expect(buyer.addressFrame).toBeVisible();
    });
  }
});

test.describe("the package", () => {
  const look = (shop) => shop.look({ ...NPM, ...SELECTORS });
  const SELECTORS = {
    button: OPTIONS.button.container,
    addressBook: OPTIONS.addressBook.container,
    wallet: OPTIONS.wallet.container,
    status: OPTIONS.status.container,
  };

  for (const [at, edit] of [
    ["?utm_source=mail", (address) => address],
    ["?state=CA", (address) => address.replace("#", "?")],
    ["#/pay?x=1", (address) => address],
  ]) {
    test(`from ${at} and back: createCheckout takes the answer`, async ({ shop, page, watch }) => {
      watch.hasTokenInQuery = true;
      await shop.sendBack(edit);
      await shop.openOwn(npm(shop.amazon("login=auto"), META), { at });
      const buyer = look(shop);
      await buyer.signInAtOnce();
      await shop.heard("ready");
      await expect(page).toHaveURL(shop.origin + OWN + at);
      expect(await cookies(page)).toHaveLength(1);
    });
  }

  test("a foreign answer: refused, and the address is clean", async ({ shop, page }) => {
    const at = `#${FOREIGN}&state=lp-foreign`;
    await shop.openOwn(npm(shop.simulator), { at });
    const buyer = look(shop);
    await shop.heard("error");
    await buyer.reads("sign_in_refused", REFUSED);
    await expect(page).toHaveURL(shop.origin + OWN);
    expect(await kept(page)).not.toHaveProperty("landerpay");
    expect(await cookies(page)).toEqual([]);
  });

  test("the buyer declined: createCheckout says so", async ({ shop, page }) => {
    await shop.sendBack();
    await shop.openOwn(npm(shop.amazon("login=denied")), { at: "?x=1" });
    const buyer = look(shop);
    const comes = comesBack(shop, page);
    await buyer.button.click();
    await comes;
    await shop.heard("error");
    await buyer.reads("sign_in_denied");
    await expect(page).toHaveURL(`${shop.origin}${OWN}?x=1`);
  });

  test("importing alone touches no answer; a call that fails leaves it to the next", async ({
    shop,
    page,
  }) => {
    await shop.sendBack();
    // The page calls createCheckout by hand, once it is back.
    const html = npm(shop.amazon("login=auto")).replace(
      "window.begin();",
      "if (!location.hash) window.begin(); else window.isBack = true;",
    );
    await shop.openOwn(html);
    const buyer = look(shop);
    await buyer.button.click();
    await page.waitForFunction(() => window.isBack);
    expect(await page.evaluate(() => location.hash)).toMatch(/^#access_token=Atza/);
    // Not on the page yet.
    const failed = await page.evaluate((selector) => {
      const wallet = document.querySelector(selector);
      const { parentNode } = wallet;
      wallet.remove();
      return window.begin().catch(({ code }) => {
        parentNode.append(wallet);
        return code;
      });
    }, SELECTORS.wallet);
    expect(failed).toBe("missing_container");
    await expect(page).toHaveURL(shop.origin + OWN);
    await page.evaluate(() => window.begin());
    await shop.heard("ready");
  });
});
