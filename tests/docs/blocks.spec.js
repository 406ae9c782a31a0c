// Every code block of the documentation, run: whole pages (at=) sell something, all others (check=) do what
// the text beside them says.
import { compileScript, parse } from "vue/compiler-sfc";
import { readOnly } from "../e2e/support/funnel.js";
import { consentOf } from "../e2e/support/shop.js";
import { expect, test } from "../e2e/support/test.js";
import { append, bundle, filled, open, openModule, serve, stripTypes, TEA } from "./pages.js";
import { BLOCKS, blockOf, pageOf, read } from "./support.js";

const ORDER = "**/import-order";
const THANKS = pageOf("docs/upsell.md", "/thank-you.html");

/** Signs in, agrees where there is something to agree to, and orders. */
async function buy({ shop, page, crm, watch }, buyer, before = watch.orders.length) {
  await buyer.signInAtOnce();
  if ((await page.locator('[data-landerpay="consent"]').count()) > 0) await consentOf(page).check();
  await buyer.place();
  await expect.poll(() => watch.orders.length).toBe(before + 1);
  const { fields } = watch.orders[before];
  await expect.poll(() => crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  expect(await shop.details("error")).toEqual([]);
  return fields;
}

const ready = async (buyer) => {
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
};

/** What the pages send to their own server besides orders. */
function reports(page, path) {
  const seen = [];
  page.on("request", (request) => {
    if (new URL(request.url()).pathname === path) seen.push(JSON.parse(request.postData()));
  });
  return page.route(`**${path}`, (route) => route.fulfill({ status: 204 })).then(() => seen);
}

/** The answer of docs/backend.md to an order. @returns {Promise<Buyer>} who has pressed the button */
async function answered({ shop, page }, block) {
  const buyer = await open(shop, TEA);
  await ready(buyer);
  await page.route(ORDER, (route) => route.fulfill({ json: JSON.parse(block.text) }));
  await buyer.place();
  return buyer;
}

/** Sends a body of docs/backend.md with ids that are good. */
async function post({ shop }, path, { text }, orderId) {
  const { amazonOrderId } = await shop.snapshot();
  const body = {
    ...JSON.parse(text),
    amazonOrderId,
    amazonAddressConsent: await shop.token(),
    ...(orderId && { orderId }),
  };
  expect(Object.keys(body)).toEqual(Object.keys(JSON.parse(text)));
  const response = await fetch(shop.origin + path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
  return response.json();
}

/** What becomes of files with several pages. */
const JOURNEYS = {
  async "docs/upsell.md"({ shop, page, watch, crm }) {
    const [order, upsell] = ["/order.html", "/upsell.html"].map((at) =>
      pageOf("docs/upsell.md", at),
    );
    await serve(shop, upsell);
    await serve(shop, THANKS);
    const buyer = await open(shop, order);
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL("**/upsell.html");
    await expect(page.locator("#added")).toBeHidden();
    await buyer.place();
    await page.waitForURL("**/thank-you.html");
    const [first, second] = watch.orders.map(({ fields }) => fields);
    expect(await crm.outcomes(first.amazonOrderId)).toEqual(["accepted"]);
    expect(await crm.outcomes(second.amazonOrderId)).toEqual(["accepted"]);
    expect(second).toMatchObject({ campaignId: "12", productId: "348" });
    await expect(page.locator('[data-landerpay="order-id"]')).toHaveText(second.orderId);
  },

  async "docs/review.md"(world) {
    const { shop, page, watch, crm } = world;
    const review = pageOf("docs/review.md", "/review.html");
    await serve(shop, review);
    await serve(shop, THANKS);
    const buyer = await open(shop, pageOf("docs/review.md", "/cart.html"));
    await buyer.signInAtOnce();
    await buyer.place();
    await page.waitForURL("**/review.html");
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    await expect(page.locator("#choose-again")).toBeHidden();
    await buyer.place();
    await page.waitForURL("**/thank-you.html");
    expect(watch.orders).toHaveLength(1);
    const { amazonOrderId } = watch.orders[0].fields;
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  },
};

/** Pages whose text promises more than a purchase. */
const PROMISES = {
  async "/lander.html"(world, block) {
    const { shop, page } = world;
    await page.route("**/stock/345", (route) => route.fulfill({ json: {} }));
    const buyer = await open(shop, block);
    await page.getByLabel("Coupon").fill("TEATIME");
    const fields = await buy(world, buyer);
    expect(fields).toMatchObject({ custom1: "from stock", couponCode: "TEATIME" });
  },
  async "/book.html"({ shop, crm, watch }, block) {
    const buyer = await open(shop, block);
    await buyer.button.click();
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    await expect(buyer.addressFrame).toHaveCount(0);
    const [{ fields }] = watch.orders;
    expect(fields.product1_id).toBe("347");
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  },
  async "/subscribe.html"(world, block) {
    const { amazonOrderId } = await buy(world, await open(world.shop, block));
    expect(amazonOrderId).toMatch(/^C/);
  },
  async "/tea.html"(world, block) {
    const { shop, page } = world;
    const buyer = await open(shop, block);
    await expect(page.locator("#thanks")).toBeHidden();
    const fields = await buy(world, buyer);
    expect(fields).toMatchObject({ campaignId: "12", product1_id: "345", product1_qty: "1" });
    await expect(buyer.orderId).toHaveText(/^[A-Z0-9]{10}$/);
    await expect(page.locator("#checkout")).toBeHidden();
  },
};

const CHECKS = {
  async tag(world, block) {
    const { shop, watch } = world;
    const edit = (html) => html.replace(/<script async .*?<\/script>\n/s, filled(shop, block));
    const buyer = await open(shop, TEA, { edit });
    await expect(buyer.button).toHaveAttribute("src", /[Dd]ark/);
    await buy(world, buyer);
    expect(watch.orders[0].contentType).toMatch(/^application\/x-www-form-urlencoded/);
  },

  async "state-styles"(world, block) {
    const { shop, page } = world;
    const edit = (html) => html.replace(/<style>.*?<\/style>/s, `<style>${block.text}</style>`);
    const buyer = await open(shop, TEA, { edit });
    await expect(page.locator("#thanks")).toBeHidden();
    await buy(world, buyer);
    await expect(page.locator("#thanks")).toBeVisible();
    await expect(page.locator("#checkout")).toBeHidden();
  },

  async "upsell-styles"({ shop, page }, block) {
    const edit = (html) => html.replace("</style>", `${block.text}</style>`);
    await open(shop, pageOf("docs/upsell.md", "/upsell.html"), { edit });
    await expect(page.locator("#order-first")).toBeVisible();
    await expect(page.locator("#offer")).toBeHidden();
  },

  async agreement(world, block) {
    const { shop, page, watch } = world;
    const edit = (html) => html.replace("<h1>", `${block.text}<h1>`);
    const buyer = await open(shop, pageOf("docs/recurring.md", "/subscribe.html"), { edit });
    await page.getByLabel("Just once").check();
    await buyer.signInAtOnce();
    await buyer.place();
    await expect.poll(() => watch.orders.length).toBe(1);
    expect(watch.orders[0].fields.amazonOrderId).toMatch(/^S/);
  },

  async "review-on-one-page"(world, block) {
    const { shop, page } = world;
    const edit = (html) => html.replace(/ *<button data-landerpay="place-order".*\n/, block.text);
    const buyer = await open(shop, TEA, { edit });
    await ready(buyer);
    await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
    await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
    await buyer.place();
    await expect(buyer.orderId).toBeVisible();
  },

  async "sign-out"({ shop }, block) {
    const buyer = await open(shop, TEA, { edit: append(block.text) });
    await expect(buyer.button).toBeVisible();
    await expect(buyer.signOut).toBeHidden();
    await ready(buyer);
    await buyer.signOut.click();
    await shop.expectState("signed-out");
    await expect(buyer.signOut).toBeHidden();
  },

  async "sign-in"({ shop, page }, block) {
    await page.route("**/account", (route) => route.fulfill({ body: "Your account" }));
    await openModule(shop, filled(shop, block), "");
    await page.locator('[data-landerpay="button"] img').click();
    await page.waitForURL("**/account");
  },

  async focus(world, block) {
    const { shop, page } = world;
    const edit = (html) =>
      append(block.text)(html).replace('<p id="thanks">', '<p id="thanks" tabindex="-1">');
    await buy(world, await open(shop, TEA, { edit }));
    await expect(page.locator("#thanks")).toBeFocused();
  },

  async currency({ shop, page }, block) {
    const script = `<script>const showPricesIn = (code) => { window.shown = code; };${block.text}</script>`;
    const flags = "login=auto,currency=unsupported";
    const buyer = await open(shop, pageOf("docs/widgets.md", "/phone.html"), {
      ...{ flags, edit: append(script) },
    });
    await buyer.signInAtOnce();
    await expect.poll(() => page.evaluate(() => window.shown)).toBe("EUR");
  },

  async events(world, block) {
    const { shop, page } = world;
    const counted = await reports(page, "/counted");
    const buyer = await open(shop, TEA, { edit: append(block.text) });
    await buy(world, buyer);
    const order = await buyer.orderId.textContent();
    await expect.poll(() => counted).toEqual([{ order }]);
  },

  async errors({ shop, page }, block) {
    const problems = await reports(page, "/problems");
    const edit = append(block.text);
    const buyer = await open(shop, TEA, { edit, flags: "widgets=404" });
    await buyer.reads("amazon_unreachable");
    await expect.poll(() => problems).toEqual([{ code: "amazon_unreachable" }]);
  },

  async "trusted-types"(world, block) {
    const { shop, watch } = world;
    const policy = block.text.replace(/\["https:.*?\]/, JSON.stringify([shop.simulator]));
    const headers = {
      "content-security-policy": "require-trusted-types-for 'script'; trusted-types default",
    };
    const edit = (html) => html.replace("<script async", `${policy}$&`);
    await buy(world, await open(shop, TEA, { headers, edit }));
    expect(watch.consoleErrors).toEqual([]);
  },

  async package({ shop, page, watch, crm }, block) {
    const code = (await stripTypes(filled(shop, block))).replace(
      '"landerpay"',
      '"/landerpay/index.js"',
    );
    await openModule(shop, blockOf("package-places").text, code);
    await page.locator("#pay img").click();
    await expect(page.locator("#status")).toHaveText(/place your order/);
    await page.locator("#place").click();
    await expect(page.locator("#number")).toHaveText(/^[A-Z0-9]{10}$/);
    expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
  },

  async react(world, block) {
    const mount = `
      import { StrictMode } from "react";
      import { createRoot } from "react-dom/client";
      const app = document.querySelector("#app");
      createRoot(app).render(<StrictMode><AmazonPay product={345} /></StrictMode>);`;
    await buyInComponent(world, await bundle(filled(world.shop, block) + mount, "tsx"));
  },

  async vue(world, block) {
    const { descriptor } = parse(filled(world.shop, block));
    const { content } = compileScript(descriptor, { id: "block", inlineTemplate: true });
    const mount = `
      import { createApp } from "vue";
      createApp(Component, { product: 345 }).mount("#app");`;
    const code = content.replace("export default", "const Component =") + mount;
    await buyInComponent(world, await bundle(code, "ts"));
  },

  async language({ shop }, { text }) {
    const edit = (html) => html.replace(/<html[^>]*>/, text.trim());
    const buyer = await open(shop, TEA, { edit });
    await expect(buyer.status).toHaveText(/^Melden Sie sich/);
  },

  async words(world, block) {
    const { shop } = world;
    const edit = (html) => html.replace(/<script async .*?<\/script>\n/s, filled(shop, block));
    const buyer = await open(shop, TEA, { edit });
    await expect(buyer.status).toHaveText("Log in with Amazon to see your addresses.");
    await buy(world, buyer);
    await expect(buyer.status).toHaveText(
      /^Thank you! We start packing\. Keep this number: [A-Z0-9]{10}\.$/,
    );
  },

  async "words-package"({ shop, page }, block) {
    const code = filled(shop, block).replace('"landerpay"', '"/landerpay/index.js"');
    await openModule(shop, blockOf("package-places").text, code);
    await expect(page.locator("#status")).toHaveText("Log in with Amazon to see your addresses.");
  },

  async "tag-manager"(world, block) {
    const { shop } = world;
    const code = filled(shop, block);
    const edit = (html) =>
      html.replace(/<script async .*?<\/script>\n/s, () => `<script>${code}</script>`);
    await buy(world, await open(shop, TEA, { edit }));
  },

  async hashes(world, block) {
    const { shop, watch } = world;
    const hashes = JSON.parse(read("dist/integrity.json")).files;
    const names = ["index.js", "words/de.js", "landerpay.js"];
    const text = names.reduce((text, name) => text.replace("sha384-…", hashes[name]), block.text);
    const edit = (html) =>
      html.replace(/<script async .*?<\/script>\n/s, filled(shop, { ...block, text }));
    await buy(world, await open(shop, TEA, { edit }));
    expect(watch.consoleErrors).toEqual([]);
  },

  async order(world, block) {
    await ready(await open(world.shop, TEA));
    const answer = await post(world, "/amazon-pay/import-order", block);
    expect(answer).toMatchObject({ result: "SUCCESS", message: { orderId: expect.any(String) } });
  },

  async upsale(world, block) {
    const buyer = await open(world.shop, TEA);
    await buy(world, buyer);
    const orderId = await buyer.orderId.textContent();
    await world.page.goto(`${world.shop.origin}${TEA.at}?again`);
    await expect(buyer.placeOrder).toBeEnabled();
    const answer = await post(world, "/amazon-pay/import-upsale", block, orderId);
    expect(answer).toMatchObject({ result: "SUCCESS" });
  },

  async placed(world, block) {
    const buyer = await answered(world, block);
    await expect(buyer.orderId).toHaveText("AB12CD34EF");
  },

  async declined(world, block) {
    await answered(world, block);
    expect(await world.shop.heard("declined")).toMatchObject({ reason: "InvalidPaymentMethod" });
  },

  async refused(world, block) {
    const buyer = await answered(world, block);
    await buyer.reads("order_refused", /shipState is not a state/);
  },

  async redirect(world, block) {
    await world.page.route("https://bank.example/**", (route) => route.fulfill({ body: "Bank" }));
    await answered(world, block);
    await world.page.waitForURL("https://bank.example/confirm");
  },

  async "token-refused"(world, block) {
    const buyer = await answered(world, block);
    await buyer.reads("token_refused");
    await world.shop.expectState("expired");
  },

  async unknown(world, block) {
    const buyer = await answered(world, block);
    await buyer.reads("outcome_unknown");
    expect(await world.shop.snapshot()).toMatchObject({ unresolved: true });
  },
};

/** Buys in a component that has its places in this order. */
async function buyInComponent({ shop, page, crm, watch }, code) {
  await openModule(shop, `<div id="app"></div>`, code);
  const buyer = shop.look({
    ...{
      button: "#app",
      addressBook: "#app > div:nth-child(2)",
      wallet: "#app > div:nth-child(3)",
    },
    ...{ placeOrder: "#app > button", status: "#app > p" },
  });
  await page.locator("#app > div:first-child img").click();
  await buyer.place();
  await expect(buyer.status).toHaveText(/Your order number is [A-Z0-9]{10}\.$/);
  expect(watch.orders).toHaveLength(1);
  expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
}

test.afterEach(({ watch }) => {
  expect(watch.consoleErrors).toEqual([]);
});

test.describe("whole pages", () => {
  const wholes = BLOCKS.filter(({ at }) => at);
  for (const [file, run] of Object.entries(JOURNEYS)) {
    test(`${file}: from the first page to the last`, async ({ shop, page, crm, watch }) => {
      const opened = [];
      page.on("framenavigated", (frame) => {
        if (!frame.parentFrame()) opened.push(new URL(frame.url()).pathname);
      });
      await run({ shop, page, crm, watch });
      const own = wholes.filter((block) => block.file === file).map(({ at }) => at);
      expect(opened).toEqual(expect.arrayContaining(own));
    });
  }
  for (const block of wholes.filter(({ file }) => !(file in JOURNEYS))) {
    test(`${block.file}: ${block.at} sells`, async ({ shop, page, crm, watch }) => {
      const world = { shop, page, crm, watch };
      const run = PROMISES[block.at];
      if (run) await run(world, block);
      else await buy(world, await open(shop, block));
    });
  }
});

test.describe("other blocks", () => {
  for (const [check, run] of Object.entries(CHECKS)) {
    test(check, async ({ shop, page, crm, watch }) => {
      await run({ shop, page, crm, watch }, blockOf(check));
    });
  }

  test("all of them have their test", () => {
    // The policies are tested in tests/e2e/regions.spec.js, the places together with the package, PHP in tests/php.
    const elsewhere = ["policy", "package-places", "php-settings"];
    const named = new Set(BLOCKS.flatMap(({ check }) => check ?? []));
    expect([...named].sort()).toEqual([...Object.keys(CHECKS), ...elsewhere].sort());
  });
});
