// The policy of docs/csp.md, and what happens without each part of it.
import { createHash } from "node:crypto";
import { documentedPolicy, headerOf } from "../docs/support.js";
import { NPM } from "./support/buyer.js";
import { expect, test } from "./support/test.js";

// Amazon's script makes its frames visible by an inline handler.
const ONLOAD = "this.style.visibility='visible'";
const HASH = `'sha256-${createHash("sha256").update(ONLOAD).digest("base64")}'`;

/** The documented policy where Amazon's inline handler may run, too. */
const policyOf = (amazon) => {
  const policy = documentedPolicy(amazon);
  return { ...policy, "script-src": `${policy["script-src"]} 'unsafe-hashes' ${HASH}` };
};

/** What a merchant writes for Amazon's script where the page wants trusted types. */
const DEFAULT_POLICY = `
  const asked = (window.asked = []);
  const ask = (kind, accepts) => (value, _, sink) => {
    asked.push([kind, sink, value]);
    return accepts(value) ? value : null;
  };
  trustedTypes.createPolicy("default", {
    createScriptURL: ask("url", (url) => new URL(url).origin === AMAZON),
    createScript: ask("script", (script) => script === "${ONLOAD}"),
    createHTML: ask("html", () => true),
  });`;

const TYPES = { "require-trusted-types-for": "'script'", "trusted-types": "default" };

/** An edit: a script of the page's own, before all others. */
const first = (amazon, text) => (html) =>
  html.replace("<head>", `<head><script>const AMAZON = "${amazon}";${text}</script>`);

/** Lets that script run, which is the merchant's own. */
const withScript = (policy, amazon, text) => {
  const hash = createHash("sha256").update(`const AMAZON = "${amazon}";${text}`).digest("base64");
  return { ...policy, "script-src": `${policy["script-src"]} 'sha256-${hash}'` };
};

/** Buys, and expects one order. */
async function buy(buyer, { crm, watch }) {
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  await buyer.place();
  await expect.poll(() => watch.orders.length).toBe(1);
  const { amazonOrderId } = watch.orders[0].fields;
  await expect(buyer.orderId).toBeVisible();
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
}

/** What the page's policy stopped: the directive, and what it was about. */
const watchViolations = async (page) => {
  await page.addInitScript(() => {
    if (window.top !== window) return;
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations.push([event.effectiveDirective, event.blockedURI]);
    });
  });
  return () => page.evaluate(() => window.violations);
};

for (const [name, parts] of [
  ["the drop-in", undefined],
  ["the package", NPM],
]) {
  test.describe(name, () => {
    test("the documented policy is enough, and stops nothing but Amazon's inline handler", async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const violations = await watchViolations(page);
      const headers = headerOf(documentedPolicy(shop.simulator));
      const buyer = await shop.open("login=auto", { parts, headers });
      await buy(buyer, { crm, watch });
      // Once for each frame.
      const handler = ["script-src-attr", "inline"];
      expect(await violations()).toEqual([handler, handler]);
      expect(watch.consoleErrors).toEqual(
        Array(2).fill(expect.stringMatching(/^Executing inline event handler violates/)),
      );
    });

    test("the documented policy with that handler's hash stops nothing", async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const violations = await watchViolations(page);
      const headers = headerOf(policyOf(shop.simulator));
      const buyer = await shop.open("login=auto", { parts, headers });
      await buy(buyer, { crm, watch });
      expect(await violations()).toEqual([]);
      expect(watch.consoleErrors).toEqual([]);
    });

    test("trusted types: with a default policy of the page's the purchase works", async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const violations = await watchViolations(page);
      const policy = withScript(policyOf(shop.simulator), shop.simulator, DEFAULT_POLICY);
      const buyer = await shop.open("login=auto", {
        parts,
        headers: headerOf({ ...policy, ...TYPES }),
        edits: [first(shop.simulator, DEFAULT_POLICY)],
      });
      await buy(buyer, { crm, watch });
      expect(await violations()).toEqual([]);
      // Of ours there is one thing to be trusted: the address of Amazon's script.
      const asked = await page.evaluate(() => window.asked);
      const isOurs = ([, , value]) => value.includes("Widgets.js");
      expect(asked.filter(isOurs)).toEqual([
        [
          "url",
          "HTMLScriptElement src",
          expect.stringMatching(/\/OffAmazonPayments\/us\/sandbox\/js\/Widgets\.js$/),
        ],
      ]);
      const sinks = new Set(asked.filter((one) => !isOurs(one)).map(([, sink]) => sink));
      expect([...sinks].sort()).toEqual([
        "Element innerHTML",
        "Element onload",
        "HTMLScriptElement src",
      ]);
    });

    test("trusted types without such a policy: the buyer reads it", async ({ shop, watch }) => {
      const headers = headerOf({ ...policyOf(shop.simulator), ...TYPES });
      const buyer = await shop.open("login=auto", { parts, headers });
      await expect(buyer.status).toContainText("could not be loaded: an ad blocker, a policy");
      if (!parts) await buyer.reads("amazon_unreachable");
      await expect(buyer.placeOrder).toBeDisabled();
      expect(watch.orders).toEqual([]);
    });
  });
}

test.describe("a part of the policy is missing", () => {
  const SILENT = "widget_timeout";
  for (const [what, change, code, flags = "login=auto"] of [
    ["Amazon in script-src", { "script-src": `'self' 'wasm-unsafe-eval'` }, "amazon_unreachable"],
    ["'wasm-unsafe-eval'", (text) => text.replace("'wasm-unsafe-eval' ", ""), "wasm_unavailable"],
    ["Amazon in frame-src", { "frame-src": "'none'" }, SILENT],
    ["Amazon in form-action", { "form-action": "'self'" }, SILENT],
  ]) {
    test(`${what}: ${code}`, async ({ shop, page, watch }) => {
      const late = code === SILENT;
      if (late) await page.clock.install();
      const policy = policyOf(shop.simulator);
      if (typeof change === "function") policy["script-src"] = change(policy["script-src"]);
      else Object.assign(policy, change);
      const buyer = await shop.open(flags, { headers: headerOf(policy) });
      if (late) {
        await buyer.signInAtOnce();
        await page.clock.fastForward(20_500);
      }
      await buyer.reads(code);
      await expect(buyer.status).toBeVisible();
      expect(await shop.heard("error")).toMatchObject({ code });
      await expect(buyer.placeOrder).toBeDisabled();
      expect(watch.orders).toEqual([]);
    });
  }

  test("Amazon in connect-src: profile_failed, and the order is placed in the name that the backend got", async ({
    shop,
    crm,
    watch,
  }) => {
    const policy = { ...policyOf(shop.simulator), "connect-src": "'self'" };
    const { buyer, amazonOrderId } = await shop.openReady("", { headers: headerOf(policy) });
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect((await shop.details("error")).map(({ code }) => code)).toEqual(["profile_failed"]);
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0].fields).not.toHaveProperty("emailAddress");
    expect(await crm.imports(amazonOrderId)).toMatchObject([
      { outcome: "accepted", fields: { emailAddress: "buyer1@example.com", firstName: "Maria" } },
    ]);
  });

  test("the shop in connect-src: wasm_unavailable", async ({ shop, watch }) => {
    const policy = { ...policyOf(shop.simulator), "connect-src": shop.simulator };
    const buyer = await shop.open("login=auto", { headers: headerOf(policy) });
    await buyer.reads("wasm_unavailable");
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toEqual([]);
  });

  test("a backend elsewhere that is not in connect-src: the answer is lost, and nothing is placed", async ({
    shop,
    crm,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady("", {
      headers: headerOf(policyOf(shop.simulator)),
      edits: [
        (html) => html.replace('data-backend="/amazon-pay"', 'data-backend="https://pay.example"'),
      ],
    });
    await buyer.place();
    await buyer.reads("backend_unreachable");
    expect(watch.orders).toEqual([]);
    expect(await crm.outcomes(amazonOrderId)).toEqual([]);
  });

  test("Amazon in img-src: the button has its name in place of its picture, and works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const policy = { ...policyOf(shop.simulator), "img-src": "'self'" };
    const buyer = await shop.open("login=auto", { headers: headerOf(policy) });
    await expect(buyer.button).toHaveAttribute("alt", "AmazonPay");
    await page.getByRole("button", { name: "Amazon Pay" }).press("Enter");
    await expect(buyer.placeOrder).toBeEnabled();
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
  });

  test("a nonce without 'strict-dynamic': Amazon's login script is stopped, amazon_timeout", async ({
    shop,
    page,
    watch,
  }) => {
    await page.clock.install();
    const policy = {
      ...policyOf(shop.simulator),
      "script-src": "'nonce-bm9uY2U' 'wasm-unsafe-eval'",
    };
    const buyer = await shop.open("", {
      headers: headerOf(policy),
      edits: [(html) => html.replace("async\n      src=", 'nonce="bm9uY2U" async src=')],
    });
    await page.waitForFunction(() => window.OffAmazonPayments && window.LanderPay.checkout);
    await page.clock.fastForward(16_000);
    await buyer.reads("amazon_timeout");
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toEqual([]);
  });

  test("the hash of Amazon's inline handler: its frames show all the same", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const policy = documentedPolicy(shop.simulator);
    const flags = "login=auto,cards=none-chosen,addresses=none-chosen,wallet-wait=1";
    const buyer = await shop.open(flags, { headers: headerOf(policy) });
    await buyer.signInAtOnce();
    await buyer.address(/Maple Street/).check();
    await expect(buyer.walletFrame).toBeVisible();
    await buyer.card(/Visa/).check();
    await expect(buyer.placeOrder).toBeEnabled();
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
    expect(await page.locator("iframe").count()).toBe(2);
  });
});
