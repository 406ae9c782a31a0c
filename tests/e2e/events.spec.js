import { expect, test } from "./support/test.js";

const PARTS = ["button", "address-book", "wallet"];

test("the page hears of every step in order, with its details", async ({ shop, crm, page }) => {
  const { buyer, amazonOrderId } = await shop.openReady();
  const profile = await shop.heard("profile");
  expect(profile).toEqual({
    user_id: expect.stringMatching(/^amzn1\.account\./),
    name: "Maria Bennett",
    email: "buyer1@example.com",
  });
  await buyer.place();
  const placed = await shop.heard("placed");

  const events = await shop.events();
  const names = events.map(({ name }) => name);
  expect(names.indexOf("profile")).toBeGreaterThan(names.indexOf("signed-in"));
  const ids = { amazonOrderId };
  const state = (name, detail = {}) => [
    "state",
    { state: name, missing: [], canPlace: name === "ready", unresolved: false, ...detail },
  ];
  expect(
    events.filter(({ name }) => name !== "profile").map(({ name, detail }) => [name, detail]),
  ).toEqual([
    state("signed-out"),
    state("signing-in"),
    state("choosing", { missing: ["address", "payment"] }),
    ["signed-in", {}],
    state("choosing", { missing: ["payment"], ...ids }),
    ["address-selected", ids],
    state("ready", ids),
    ["payment-selected", ids],
    ["ready", ids],
    state("placing", ids),
    state("placed", { ...ids, orderId: placed.orderId }),
    ["placed", placed],
  ]);
  // The root element says where the checkout stands, before the page hears of it.
  for (const event of events.filter(({ name }) => name === "state")) {
    expect(event.state).toBe(event.detail.state);
  }
  await shop.expectState("placed");

  const [imported] = await crm.imports(amazonOrderId);
  expect(placed).toMatchObject({ amazonOrderId, orderId: imported.orderId });
  expect(placed.order).toMatchObject({ orderId: imported.orderId, orderStatus: "COMPLETE" });
  expect(await shop.snapshot()).toEqual({
    state: "placed",
    missing: [],
    canPlace: false,
    unresolved: false,
    amazonOrderId,
    orderId: imported.orderId,
  });
  expect(await page.evaluate(() => window.LanderPay.checkout.state)).toBe("placed");
});

test("events bubble from the document to the window", async ({ shop, page }) => {
  await page.addInitScript(() => {
    window.addEventListener("landerpay:state", ({ detail }) => {
      window.bubbled = detail.state;
    });
  });
  await shop.open();
  await expect.poll(() => page.evaluate(() => window.bubbled)).toBe("signed-out");
});

test("LanderPay.checkout is the checkout, and LanderPay.ready its promise", async ({
  shop,
  page,
}) => {
  const buyer = await shop.open();
  await expect(buyer.button).toBeVisible();
  const found = await page.evaluate(async () => {
    const { checkout, ready } = window.LanderPay;
    const { state, snapshot } = checkout;
    return {
      isSame: (await ready) === checkout,
      state,
      // Its methods need no `this`.
      snapshot: snapshot(),
      members: Object.keys(checkout).sort(),
    };
  });
  expect(found).toEqual({
    isSame: true,
    state: "signed-out",
    snapshot: { state: "signed-out", missing: [], canPlace: false, unresolved: false },
    members: [
      "dispose",
      "on",
      "placeOrder",
      "retry",
      "setAgreement",
      "setPresentmentCurrency",
      "signOut",
      "snapshot",
      "state",
    ],
  });
});

test("a handler that was taken off hears nothing more, and unknown events are refused", async ({
  shop,
  page,
}) => {
  const buyer = await shop.open("login=auto");
  await expect(buyer.button).toBeVisible();
  const refusal = await page.evaluate(() => {
    window.heard = { first: [], second: [] };
    const { on } = window.LanderPay.checkout;
    const off = on("state", ({ state }) => {
      window.heard.first.push(state);
      off();
      off();
    });
    on("state", ({ state }) => window.heard.second.push(state));
    try {
      on("sate", () => {});
    } catch ({ name, code, audience, subject }) {
      return { name, code, audience, subject };
    }
  });
  expect(refusal).toEqual({
    name: "LanderPayError",
    code: "unknown_event",
    audience: "developer",
    subject: "sate",
  });
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  const heard = await page.evaluate(() => window.heard);
  expect(heard.first).toEqual(["signing-in"]);
  expect(heard.second).toEqual(["signing-in", "choosing", "choosing", "ready"]);
});

test("a handler that throws disturbs neither the others nor the purchase", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const buyer = await shop.open("login=auto");
  await expect(buyer.button).toBeVisible();
  await page.evaluate(() => {
    window.later = [];
    const { on } = window.LanderPay.checkout;
    on("placed", () => {
      throw new Error("the merchant's own");
    });
    on("placed", ({ orderId }) => window.later.push(orderId));
  });
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await expect(buyer.orderId).toBeVisible();
  const [imported] = await crm.imports(amazonOrderId);
  expect(await page.evaluate(() => window.later)).toEqual([imported.orderId]);
  expect(watch.exceptions.splice(0)).toEqual(["Error: the merchant's own"]);
});

test("placeOrder() gives the order to everybody who asked while it was on its way", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const { amazonOrderId } = await shop.openReady();
  const ids = await page.evaluate(async () => {
    const { placeOrder } = window.LanderPay.checkout;
    const orders = await Promise.all([placeOrder(), placeOrder()]);
    return orders.map(({ orderId }) => orderId);
  });
  const [imported] = await crm.imports(amazonOrderId);
  expect(ids).toEqual([imported.orderId, imported.orderId]);
  expect(watch.orders).toHaveLength(1);
});

test("placeOrder() before everything is chosen says what is missing", async ({ shop, page }) => {
  const buyer = await shop.open();
  await expect(buyer.button).toBeVisible();
  const refusal = await page.evaluate(() =>
    window.LanderPay.checkout
      .placeOrder()
      .catch(({ code, audience, subject }) => ({ code, audience, subject })),
  );
  expect(refusal).toEqual({ code: "not_ready", audience: "buyer", subject: "signed-out" });
});

test("after dispose() the widgets are gone, the button is inert, and Amazon talks to nobody", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const { buyer, amazonOrderId } = await shop.openReady();
  const before = await shop.names();
  await page.evaluate(() => {
    window.disposed = window.LanderPay.checkout;
    window.disposed.dispose();
  });
  for (const part of PARTS) {
    await expect(page.locator(`[data-landerpay="${part}"]`)).toBeEmpty();
  }
  await expect(buyer.placeOrder).toBeDisabled();
  expect(await page.evaluate(() => window.disposed.state)).toBe("unavailable");
  expect(await page.evaluate(() => window.LanderPay.checkout)).toBeUndefined();
  // What Amazon's frames may still say: abandoned widgets stay known to its script.
  await page.evaluate(
    ([origin, messages]) => {
      for (const data of messages) {
        window.dispatchEvent(new MessageEvent("message", { data, origin }));
      }
    },
    [
      shop.simulator,
      [
        "apay-pcId=S01-0000000-0000000",
        "apay-addressselect;widgetId=OffAmazonPaymentsWidgets1",
        "apay-paymentselect;widgetId=OffAmazonPaymentsWidgets2",
        "apay-OffAmazonPayments_mec_BuyerSessionExpired=over;widgetId=OffAmazonPaymentsWidgets1",
      ],
    ],
  );
  await buyer.placeOrder.dispatchEvent("click");
  const answers = await page.evaluate(async () => {
    const { snapshot, on, placeOrder, retry, dispose } = window.disposed;
    const codeOf = (call) => {
      try {
        return call() ?? "nothing";
      } catch (error) {
        return error.code;
      }
    };
    return {
      snapshot: codeOf(snapshot),
      on: codeOf(() => on("state", () => {})),
      retry: codeOf(retry),
      dispose: codeOf(dispose),
      placeOrder: await placeOrder().catch(({ code }) => code),
    };
  });
  expect(answers).toEqual({
    snapshot: "disposed",
    on: "disposed",
    retry: "nothing",
    dispose: "nothing",
    placeOrder: "disposed",
  });
  expect(await shop.names()).toEqual(before);
  expect(watch.orders).toEqual([]);
  expect(await crm.outcomes(amazonOrderId)).toEqual([]);
});

test("dispose() while the order is on its way rejects the promise, and the order still arrives", async ({
  shop,
  crm,
  page,
}) => {
  const { amazonOrderId } = await shop.openReady();
  let send;
  const held = new Promise((resolve) => {
    send = resolve;
  });
  await page.route("**/import-order", async (route) => {
    await held;
    await route.continue();
  });
  const posted = page.waitForRequest("**/import-order");
  await page.evaluate(() => {
    window.answer = window.LanderPay.checkout.placeOrder().catch(({ code }) => code);
  });
  await posted;
  const code = await page.evaluate(() => {
    window.LanderPay.checkout.dispose();
    return window.answer;
  });
  expect(code).toBe("disposed");
  send();
  await expect.poll(() => crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

// All in sight: Chromium may give a press right after scrolling to the frame that was there before.
const TWO = (simulator, script) => `<!doctype html><html lang="en"><title>Two</title><body>
<div id="button-1"></div><div id="book-1" style="height: 140px"></div><div id="wallet-1" style="height: 140px"></div>
<button id="place-1">1</button><p id="status-1"></p>
<div id="button-2"></div><div id="book-2" style="height: 140px"></div><div id="wallet-2" style="height: 140px"></div>
<button id="place-2">2</button><p id="status-2"></p>
<script type="module">
  import { createCheckout } from "/landerpay/index.js";
  window.create = (n) => createCheckout({
    environment: "sandbox", region: "us", clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
    sellerId: "A2EXAMPLE1234X", backend: "/amazon-pay", simulator: "${simulator}",
    button: "#button-" + n, addressBook: "#book-" + n, wallet: "#wallet-" + n,
    placeOrder: "#place-" + n, status: "#status-" + n,
    order: { campaignId: 12, product1_id: 344 + n },
  });
  ${script}
</script>`;

const nth = (shop, n) =>
  shop.look({
    button: `#button-${n}`,
    addressBook: `#book-${n}`,
    wallet: `#wallet-${n}`,
    placeOrder: `#place-${n}`,
    status: `#status-${n}`,
    orderId: `#status-${n}`,
  });

test("two checkouts on one page: the buyer of the second one gets the second one's product", async ({
  shop,
  crm,
  watch,
}) => {
  const script = "window.checkouts = await Promise.all([create(1), create(2)]);";
  await shop.openOwn(TWO(shop.amazon("login=auto"), script));
  const [first, second] = [nth(shop, 1), nth(shop, 2)];
  await expect(first.button).toHaveCount(1);
  await expect(second.button).toHaveCount(1);
  await second.signInAtOnce();
  await expect(first.button).toBeVisible();
  await expect(first.placeOrder).toBeDisabled();
  await second.place();
  await expect(second.status).toHaveText(/Thank you/);
  const [order] = watch.orders;
  expect(order.fields.product1_id).toBe(346);
  expect(await crm.outcomes(order.fields.amazonOrderId)).toEqual(["accepted"]);
  await expect(first.status).toHaveText("Sign in with your Amazon account to continue.");
});

test("two checkouts on one page, both signed in: each places its own order", async ({
  shop,
  crm,
  watch,
}) => {
  const script = "window.checkouts = await Promise.all([create(1), create(2)]);";
  await shop.openOwn(TWO(shop.amazon("login=auto"), script));
  const [first, second] = [nth(shop, 1), nth(shop, 2)];
  await first.signInAtOnce();
  await expect(first.placeOrder).toBeEnabled();
  await second.signInAtOnce();
  await expect(second.placeOrder).toBeEnabled();
  await first.place();
  await expect(first.status).toHaveText(/Thank you/);
  await second.place();
  await expect(second.status).toHaveText(/Thank you/);
  const ids = watch.orders.map(({ fields }) => fields.amazonOrderId);
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(await crm.outcomes(id)).toEqual(["accepted"]);
});

test("a checkout after one that was disposed: the same containers, a whole purchase", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const script = "window.checkout = await create(1);";
  await shop.openOwn(TWO(shop.amazon("login=auto"), script));
  const buyer = nth(shop, 1);
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  await page.evaluate(async () => {
    window.checkout.dispose();
    window.checkout = await window.create(1);
  });
  await expect(buyer.placeOrder).toBeDisabled();
  // The session is still there.
  await buyer.place();
  await expect(buyer.status).toHaveText(/Thank you/);
  expect(watch.orders).toHaveLength(1);
  expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
});
