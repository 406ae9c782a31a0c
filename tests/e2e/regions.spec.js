import { documentedHeader } from "../docs/support.js";
import { DROP_IN } from "./support/buyer.js";
import { Module, widgetsAskedBy } from "./support/module.js";
import { option, without } from "./support/shop.js";
import { expect, test } from "./support/test.js";

// Every address as Amazon writes it.
const NA = "https://static-na.payments-amazon.com/OffAmazonPayments";
const EU = "https://static-eu.payments-amazon.com/OffAmazonPayments";
const FE = "https://static-fe.payments-amazon.com/OffAmazonPayments";
const ADDRESSES = [
  ["us", "live", `${NA}/us/js/Widgets.js`, "https://api.amazon.com"],
  ["us", "sandbox", `${NA}/us/sandbox/js/Widgets.js`, "https://api.sandbox.amazon.com"],
  ["uk", "live", `${EU}/uk/lpa/js/Widgets.js`, "https://api.amazon.co.uk"],
  ["uk", "sandbox", `${EU}/uk/sandbox/lpa/js/Widgets.js`, "https://api.sandbox.amazon.co.uk"],
  ["de", "live", `${EU}/de/lpa/js/Widgets.js`, "https://api.amazon.de"],
  ["de", "sandbox", `${EU}/de/sandbox/lpa/js/Widgets.js`, "https://api.sandbox.amazon.de"],
  ["eur", "live", `${EU}/eur/lpa/js/Widgets.js`, "https://api.amazon.co.uk"],
  ["eur", "sandbox", `${EU}/eur/sandbox/lpa/js/Widgets.js`, "https://api.sandbox.amazon.co.uk"],
  ["gbp", "live", `${EU}/gbp/lpa/js/Widgets.js`, "https://api.amazon.co.uk"],
  ["gbp", "sandbox", `${EU}/gbp/sandbox/lpa/js/Widgets.js`, "https://api.sandbox.amazon.co.uk"],
  ["jp", "live", `${FE}/jp/lpa/js/Widgets.js`, "https://api.amazon.co.jp"],
  ["jp", "sandbox", `${FE}/jp/sandbox/lpa/js/Widgets.js`, "https://api.sandbox.amazon.co.jp"],
];
const MARIA = { user_id: "amzn1.account.X", name: "Maria Bennett", email: "maria@example.com" };

/** Everything that is asked for anywhere but at the shop, without query. */
function askedElsewhere(page, shop) {
  const asked = [];
  page.on("request", (request) => {
    const [url] = request.url().split("?");
    if (!url.startsWith(shop.origin)) asked.push(url);
  });
  return asked;
}

const hosts = (urls) => [...new Set(urls.map((url) => new URL(url).origin))];
const countTags = (page) =>
  page.evaluate(() => [...document.scripts].filter(({ src }) => src.includes("Widgets.js")).length);

/**
 * The documented policy, for pages on which the simulator plays Amazon's part but for Widgets.js and the
 * profile: what these two need must be documented.
 */
function policyOf(region, environment, simulator) {
  const played = ["script-src", "frame-src", "form-action", "img-src"];
  const directives = Object.entries(documentedHeader(region, environment)).map(([name, sources]) =>
    [name, ...sources, ...(played.includes(name) ? [simulator] : [])].join(" "),
  );
  return { "content-security-policy": ["default-src 'none'", ...directives].join("; ") };
}

test.describe("the sandbox with the simulator", () => {
  for (const [region, , live, api] of ADDRESSES.filter(([, of]) => of === "sandbox")) {
    test(`${region}: drop-in and module ask for one script, and the simulator for the profile`, async ({
      shop,
      crm,
      page,
    }) => {
      const elsewhere = askedElsewhere(page, shop);
      const asked = widgetsAskedBy(page);
      const expected = shop.amazon("login=auto") + new URL(live).pathname;
      const { buyer, amazonOrderId } = await shop.openReady("", {
        edits: [option("region", region)],
      });
      expect(await shop.heard("profile")).toMatchObject({ name: "Maria Bennett" });
      expect(asked).toEqual([expected]);
      expect(await countTags(page)).toBe(1);
      expect(elsewhere).toContain(`${shop.amazon("login=auto")}/user/profile`);
      expect(hosts(elsewhere)).toEqual([shop.simulator]);
      expect(elsewhere.join()).not.toContain(new URL(api).host);
      await buyer.place();
      await expect(buyer.orderId).toBeVisible();
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    });

    test(`${region}: the module alone asks for the same script`, async ({ shop, page }) => {
      const asked = widgetsAskedBy(page);
      const module = new Module(shop, page);
      await module.open("", { region });
      await module.create(1);
      await expect(module.look(1).button).toBeVisible();
      expect(asked).toEqual([shop.amazon() + new URL(live).pathname]);
      expect(await countTags(page)).toBe(1);
    });
  }
});

test.describe("Amazon's own hosts", () => {
  for (const [region, environment, widgets, api] of ADDRESSES) {
    const edits = [
      without("simulator"),
      option("environment", environment),
      option("region", region),
    ];

    test(`${environment} ${region}: the drop-in asks there for script and profile, and at no other of Amazon's hosts; the documented policy lets it`, async ({
      shop,
      page,
      watch,
    }) => {
      // Amazon's part is played at Amazon's own addresses; what is drawn comes from the simulator.
      const script = shop.amazon("login=auto") + new URL(widgets).pathname;
      await page.route(widgets, async (route) => {
        const response = await fetch(script);
        await route.fulfill({ contentType: "text/javascript", body: await response.text() });
      });
      await page.route(`${api}/user/profile`, (route) =>
        route.fulfill({ json: MARIA, headers: { "access-control-allow-origin": "*" } }),
      );
      const elsewhere = askedElsewhere(page, shop);
      const headers = policyOf(region, environment, shop.simulator);
      const buyer = await shop.open("", { edits, headers });
      await buyer.signInAtOnce();
      await expect(buyer.placeOrder).toBeEnabled();
      expect(await shop.heard("profile")).toEqual(MARIA);
      // Amazon's inline handler for each frame, whose work LanderPay does.
      const refused = watch.consoleErrors.filter((text) =>
        text.includes("Content Security Policy"),
      );
      expect(refused).toEqual(
        Array(2).fill(expect.stringMatching(/^Executing inline event handler/)),
      );

      const atAmazon = elsewhere.filter((url) => !url.startsWith(shop.simulator));
      expect(atAmazon).toEqual([widgets, `${api}/user/profile`]);
      expect(elsewhere).not.toContain(`${shop.amazon("login=auto")}/user/profile`);
      expect(await shop.details("error")).toEqual([]);
      // The token goes to that host, in a header and nowhere else.
      expect((await watch.leaks()).splice(0)).toEqual([
        expect.stringMatching(/^the header authorization of https:\S+\/user\/profile: bearer Atza/),
      ]);
    });

    test(`${environment} ${region}: the module asks there too, and says so when nobody answers`, async ({
      shop,
      page,
    }) => {
      const elsewhere = askedElsewhere(page, shop);
      const module = new Module(shop, page);
      await module.open("", { environment, region, simulator: null });
      await module.create(1);
      await module.look(1).reads("amazon_unreachable");
      expect(elsewhere).toEqual([widgets]);
      await module.call(1, "retry");
      await expect.poll(() => elsewhere).toEqual([widgets, widgets]);
      await expect.poll(() => module.heard(1)).toContain("error amazon_unreachable");
    });
  }
});

test.describe("live and sandbox are never mixed", () => {
  test("the simulator on a live page: nothing is asked of the simulator or of the sandbox", async ({
    shop,
    page,
  }) => {
    const elsewhere = askedElsewhere(page, shop);
    const buyer = await shop.open("", { edits: [option("environment", "live")] });
    await buyer.reads("invalid_option", "Amazon Pay is not available right now. (invalid_option)");
    await expect(buyer.button).toHaveCount(0);
    const live = ADDRESSES[0][2];
    expect(elsewhere.filter((url) => url !== live)).toEqual([]);
  });

  for (const [environment, onPage] of [
    ["sandbox", "/OffAmazonPayments/us/js/Widgets.js"],
    ["live", "/OffAmazonPayments/us/sandbox/js/Widgets.js"],
  ]) {
    test(`a ${environment} checkout does not use the other environment's script`, async ({
      shop,
      page,
    }) => {
      const module = new Module(shop, page);
      await module.open("", { environment, ...(environment === "live" && { simulator: null }) });
      await page.addScriptTag({ url: shop.amazon() + onPage });
      await module.create(1);
      await module.look(1).reads("amazon_mismatch");
      await expect(module.look(1).button).toHaveCount(0);
    });
  }
});

test.describe("a page that has Amazon's script already", () => {
  const tag = (src) => (html) =>
    html.replace("<head>", `<head><script async src="${src}"></script>`);
  const PATH = "/OffAmazonPayments/us/sandbox/js/Widgets.js";

  for (const query of ["", "?sellerId=A2EXAMPLE1234X"]) {
    test(`the drop-in uses it${query && `, also with ${query}`}: it runs once`, async ({
      shop,
      page,
    }) => {
      await page.addInitScript(() => {
        window.ready = 0;
        window.onAmazonPaymentsReady = () => {
          window.ready += 1;
        };
      });
      const asked = widgetsAskedBy(page);
      const src = shop.amazon("login=auto") + PATH + query;
      const { buyer } = await shop.openReady("", { parts: DROP_IN, edits: [tag(src)] });
      await expect(buyer.placeOrder).toBeEnabled();
      expect(asked).toEqual([src]);
      expect(await countTags(page)).toBe(1);
      // A second run would have called it again, and replaced the page's jQuery.
      expect(await page.evaluate(() => [window.ready, typeof window.$])).toEqual([1, "undefined"]);
    });
  }

  test("the module uses it", async ({ shop, page }) => {
    const asked = widgetsAskedBy(page);
    const module = new Module(shop, page);
    await module.open("login=auto");
    const src = shop.amazon("login=auto") + PATH;
    await page.addScriptTag({ url: src });
    await module.create(1);
    await module.look(1).signInAtOnce();
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(asked).toEqual([src]);
  });
});
