import { createHash } from "node:crypto";
import { field } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const WIDGETS = "**/Widgets.js";
const THANKS = /^Thank you\. Your order has been placed\./;
const UNREACHABLE =
  "Amazon Pay could not be loaded: an ad blocker, a policy or the network stopped it.";
const TYPED = [
  field("emailAddress", "typed@example.com"),
  field("firstName", "Typed"),
  field("lastName", "Buyer"),
];
/** What the CRM gets about the buyer: the backend asks Amazon itself. */
const MARIA = { emailAddress: "buyer1@example.com", firstName: "Maria", lastName: "Bennett" };

// Amazon's script makes its frames visible by an inline handler.
const ONLOAD = createHash("sha256").update("this.style.visibility='visible'").digest("base64");
const AMAZON = `'unsafe-hashes' 'sha256-${ONLOAD}'`;

/** Waits until somebody waits for Amazon's script, so that the clock may run. */
const untilAwaited = (page) =>
  page.waitForFunction(() => [...document.scripts].some(({ landerpay }) => landerpay));

/** The rest of the page must work whatever we do. */
async function expectPageAlive(page) {
  const question = page.locator("details").first();
  await question.locator("summary").click();
  await expect(question).toHaveAttribute("open", "");
  await expect(page.getByRole("link", { name: "(202) 555-0142" }).first()).toBeVisible();
}

async function buyAfterwards(shop, crm, buyer, watch) {
  await buyer.button.click();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(watch.orders).toHaveLength(1);
}

test.describe("Amazon's scripts", () => {
  test("the widgets' script is missing: the page says so, and stays alive", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("widgets=404");
    await buyer.reads("amazon_unreachable", UNREACHABLE);
    await shop.expectState("unavailable");
    const error = await shop.heard("error");
    expect(error).toMatchObject({ code: "amazon_unreachable", audience: "network" });
    expect(await shop.details("error")).toHaveLength(1);
    await expect(buyer.placeOrder).toBeDisabled();
    await expectPageAlive(page);
  });

  for (const [flags, what] of [
    ["widgets=hang", "the widgets' script hangs"],
    ["sdk=hang", "the login script hangs"],
    ["sdk=404", "the login script is missing"],
  ]) {
    test(`${what}: after 15 seconds the page says so, and stays alive`, async ({ shop, page }) => {
      await page.clock.install();
      const buyer = await shop.open(flags);
      await untilAwaited(page);
      await expect(buyer.status).toHaveText("Amazon Pay is loading…");
      await page.clock.fastForward(10_000);
      await shop.expectState("loading");
      await page.clock.fastForward(6_000);
      await buyer.reads("amazon_timeout", "Amazon Pay did not start in time: try again.");
      await shop.expectState("unavailable");
      await expectPageAlive(page);
    });
  }

  for (const flags of ["widgets=slow", "sdk=slow"]) {
    test(`${flags}: the purchase works`, async ({ shop, crm, watch }) => {
      const buyer = await shop.open(`login=auto,${flags}`);
      await buyAfterwards(shop, crm, buyer, watch);
    });
  }

  for (const [name, retry] of [
    ["LanderPay.retry()", () => window.LanderPay.retry()],
    ["checkout.retry()", () => window.LanderPay.checkout.retry()],
  ]) {
    test(`${name} after the script was missing: the purchase works`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      await page.route(WIDGETS, (route) => route.abort());
      const buyer = await shop.open("login=auto");
      await buyer.reads("amazon_unreachable");
      await page.unroute(WIDGETS);
      await page.evaluate(retry);
      await expect(buyer.button).toBeVisible();
      await expect(buyer.status).toHaveText("Sign in with your Amazon account to continue.");
      await shop.expectState("signed-out");
      await buyAfterwards(shop, crm, buyer, watch);
      expect((await shop.details("error")).map(({ code }) => code)).toEqual(["amazon_unreachable"]);
      await shop.expectState("placed");
    });

    test(`${name} while the script is still missing says so again`, async ({ shop, page }) => {
      const buyer = await shop.open("widgets=404");
      await buyer.reads("amazon_unreachable");
      await page.evaluate(retry);
      await shop.heard("error", 2);
      await buyer.reads("amazon_unreachable", UNREACHABLE);
      await shop.expectState("unavailable");
    });
  }

  test("the login script is missing: checkout.retry() waits again and runs nothing twice", async ({
    shop,
    page,
  }) => {
    const requested = [];
    page.on("request", (request) => requested.push(new URL(request.url()).pathname));
    await page.clock.install();
    await page.route("**/sdk/login1.js", (route) => route.abort());
    const buyer = await shop.open("login=auto");
    for (let times = 1; times <= 2; times += 1) {
      await untilAwaited(page);
      await page.clock.fastForward(15_500);
      await shop.heard("error", times);
      await buyer.reads("amazon_timeout");
      await shop.expectState("unavailable");
      if (times === 1) await page.evaluate(() => window.LanderPay.checkout.retry());
    }
    // A second run would replace the page's jQuery.
    expect(requested.filter((path) => path.endsWith("/Widgets.js"))).toHaveLength(1);
  });

  test("another region's script is on the page: the developer reads it, and nothing is drawn", async ({
    shop,
  }) => {
    const path = "/OffAmazonPayments/uk/sandbox/lpa/js/Widgets.js";
    const script = `<script async src="${shop.simulator}${path}"></script>`;
    const edit = (html) => html.replace("<head>", `<head>${script}`);
    const buyer = await shop.open("", { edits: [edit] });
    await buyer.reads("amazon_mismatch", "Another region's Widgets.js is on the page: remove it.");
    await shop.expectState("unavailable");
    await expect(buyer.button).toHaveCount(0);
  });

  test("the page's own ready handlers are called, once each, and see Amazon's objects", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const script = `<script>
      window.calls = [];
      window.onAmazonLoginReady = () => calls.push(["login", typeof amazon.Login.authorize]);
      window.onAmazonPaymentsReady = () =>
        calls.push(["payments", typeof OffAmazonPayments.Button]);
    </script>`;
    const edit = (html) => html.replace("<head>", `<head>${script}`);
    const buyer = await shop.open("login=auto", { edits: [edit] });
    await expect(buyer.button).toBeVisible();
    expect(await page.evaluate(() => window.calls)).toEqual([
      ["login", "function"],
      ["payments", "function"],
    ]);
    await buyAfterwards(shop, crm, buyer, watch);
  });
});

test.describe("our own files", () => {
  for (const [file, code, words] of [
    ["index.js", "module_unreachable", "LanderPay could not be loaded: try again."],
    [
      "landerpay.wasm",
      "wasm_unavailable",
      "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.",
    ],
  ]) {
    test(`${file} is missing: the page says so, stays alive, and LanderPay.retry() mends it`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const url = `**/landerpay/${file}`;
      await page.route(url, (route) => route.fulfill({ status: 404, body: "Not found" }));
      const buyer = await shop.open("login=auto");
      await buyer.reads(code, words);
      await shop.expectState("unavailable");
      expect(await shop.heard("error")).toEqual({
        name: "LanderPayError",
        message: words,
        code,
        audience: "network",
      });
      await expect(buyer.placeOrder).toBeDisabled();
      await expectPageAlive(page);

      await page.unroute(url);
      await page.evaluate(() => window.LanderPay.retry());
      await buyAfterwards(shop, crm, buyer, watch);
    });
  }

  test("a policy without 'wasm-unsafe-eval': the page says so, and stays alive", async ({
    shop,
    page,
  }) => {
    const policy = `script-src 'self' ${shop.simulator}; object-src 'none'`;
    const buyer = await shop.open("", { headers: { "content-security-policy": policy } });
    await buyer.reads("wasm_unavailable", /wasm-unsafe-eval/);
    await shop.expectState("unavailable");
    await expectPageAlive(page);
  });

  test("a policy with 'wasm-unsafe-eval' is enough", async ({ shop }) => {
    const policy = `script-src 'self' 'wasm-unsafe-eval' ${AMAZON} ${shop.simulator}; object-src 'none'`;
    const { buyer } = await shop.openReady("", {
      headers: { "content-security-policy": policy },
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
  });

  test("a policy with nonces: the tag's nonce goes to Amazon's script too", async ({ shop }) => {
    // The login script that Amazon's adds comes by 'strict-dynamic'.
    const nonce = "'nonce-bm9uY2U' 'strict-dynamic'";
    const policy = `script-src ${nonce} 'wasm-unsafe-eval' ${AMAZON}; object-src 'none'`;
    const edit = (html) => html.replace("async\n      src=", 'nonce="bm9uY2U" async src=');
    const { buyer } = await shop.openReady("", {
      edits: [edit],
      headers: { "content-security-policy": policy },
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
  });
});

test.describe("the widgets", () => {
  test("the address book stays silent: after 20 seconds the page says so, and retry() draws it anew", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const buyer = await shop.open("login=auto,stabilizer=never");
    await buyer.signInAtOnce();
    const frame = await buyer.addressFrame.getAttribute("id");
    await page.clock.fastForward(15_000);
    await expect(buyer.status).toHaveText("Please choose a delivery address.");
    await page.clock.fastForward(6_000);
    await buyer.reads(
      "widget_timeout",
      "A part of Amazon Pay did not appear in time: load this page again.",
    );
    expect(await shop.heard("error")).toMatchObject({
      code: "widget_timeout",
      audience: "network",
      subject: "addressBook",
    });
    await shop.expectState("choosing");
    await page.evaluate(() => window.LanderPay.checkout.retry());
    await expect(buyer.addressFrame).not.toHaveId(frame);
    await page.clock.fastForward(20_500);
    await shop.heard("error", 2);
  });

  test("a first visit makes two order references: the newest is the one that is bought", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.addInitScript(() => {
      window.made = [];
      window.addEventListener("message", ({ data }) => {
        const [, id] = /^apay-pcId=(.+)$/.exec(data) ?? [];
        if (id) window.made.push(id);
      });
    });
    const buyer = await shop.open("login=auto,visit=first");
    await buyer.signInAtOnce();
    await expect.poll(() => page.evaluate(() => window.made.length)).toBe(2);
    const made = await page.evaluate(() => window.made);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0].fields.amazonOrderId).toBe(made[1]);
    expect(await crm.outcomes(made[0])).toEqual([]);
    expect(await crm.outcomes(made[1])).toEqual(["accepted"]);
  });
});

test.describe("the profile", () => {
  for (const profile of ["401", "500", "html", "no-cors"]) {
    test(`${profile}: the widgets do not wait, and the order travels without it and is placed`, async ({
      shop,
      crm,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady(`profile=${profile}`);
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(watch.orders).toHaveLength(1);
      expect(Object.keys(watch.orders[0].fields).sort()).toEqual([
        "amazonAddressConsent",
        "amazonOrderId",
        "campaignId",
        "paySource",
        "product1_id",
        "product1_qty",
      ]);
      expect((await shop.details("error")).map(({ code }) => code)).toEqual(["profile_failed"]);
      const [imported, ...more] = await crm.imports(amazonOrderId);
      expect(more).toEqual([]);
      expect(imported).toMatchObject({ outcome: "accepted", fields: MARIA });
      await expect(buyer.orderId).toHaveText(imported.orderId);
    });

    test(`${profile}: the page sends what the buyer typed instead, and Amazon's word wins at the backend`, async ({
      shop,
      crm,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady(`profile=${profile}`, {
        edits: TYPED,
      });
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(watch.orders).toHaveLength(1);
      expect(watch.orders[0].fields).toMatchObject({
        emailAddress: "typed@example.com",
        firstName: "Typed",
        lastName: "Buyer",
      });
      const imports = await crm.imports(amazonOrderId);
      expect(imports).toMatchObject([{ outcome: "accepted", fields: MARIA }]);
    });
  }

  test("late: the order waits for it", async ({ shop, crm, page, watch }) => {
    let answer;
    const late = new Promise((resolve) => {
      answer = resolve;
    });
    await page.route("**/user/profile", async (route) => {
      await late;
      await route.fallback();
    });
    const { buyer, amazonOrderId } = await shop.openReady("profile=slow");
    await buyer.place();
    await shop.expectState("placing");
    expect(watch.orders).toEqual([]);
    answer();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0].fields).toMatchObject(MARIA);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("hang: the order goes without it once both tries are over", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady("profile=hang", { edits: TYPED });
    await buyer.place();
    await shop.expectState("placing");
    const second = page.waitForRequest("**/user/profile");
    await page.clock.fastForward(10_500);
    await page.clock.runFor(1_500);
    await second;
    expect(watch.orders).toEqual([]);
    await page.clock.fastForward(10_500);
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(watch.orders[0].fields).toMatchObject({ firstName: "Typed", lastName: "Buyer" });
    const imports = await crm.imports(amazonOrderId);
    expect(imports).toMatchObject([{ outcome: "accepted", fields: MARIA }]);
    expect((await shop.details("error")).map(({ code }) => code)).toEqual(["profile_failed"]);
  });
});
