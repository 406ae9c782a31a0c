// Whole purchases in Firefox, to the fields that the CRM receives.
import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { test } from "./support/test.js";

const THANKS = /^Thank you\. Your order has been placed\./;
const ALL_CHOSEN = "Everything is chosen. You can place your order now.";

/** What the CRM gets of Maria's order, beside the token. */
const fields = (amazonOrderId, product, orderId, more = {}) => ({
  paySource: "AMAZON",
  amazonOrderId,
  amazonBillerId: "7",
  campaignId: "12",
  product1_id: product,
  product1_qty: "1",
  emailAddress: "buyer1@example.com",
  firstName: "Maria",
  lastName: "Bennett",
  ipAddress: "127.0.0.1",
  loginId: "stand-in-api-user",
  password: "***",
  // The backend has opened this order before the payment.
  orderId,
  ...more,
});

/** Places the order, and expects the CRM to have it once, with just these fields. */
async function expectOrder({ buyer, crm, shop }, product, total, more) {
  const { amazonOrderId } = await buyer.snapshot();
  await buyer.place();
  const { orderId, said } = await buyer.sees({ state: "placed", said: THANKS });
  const imports = await crm.imports(amazonOrderId);
  assert.equal(imports.length, 1);
  const [imported] = imports;
  const { amazonAddressConsent: token, ...rest } = imported.fields;
  assert.match(token, /^Atza\|/);
  assert.deepEqual(rest, fields(amazonOrderId, product, imported.orderId, more));
  assert.deepEqual([imported.outcome, imported.total], ["accepted", total]);
  assert.equal(orderId, imported.orderId);
  assert.ok(said.includes(`Your order number is ${imported.orderId}.`));
  assert.equal(shop.orders.length, 1);
  assert.equal(shop.orders[0].fields.amazonAddressConsent, token);
  return amazonOrderId;
}

test("one-time, by Amazon's window: the order once, the words on the way, each file once", async (given) => {
  const { buyer, open, shop } = given;
  await open("/one-time.html");
  await buyer.sees({ state: "signed-out", canPlace: false });
  await buyer.signInByWindow();
  await buyer.hasChosen("address-book", "Maple Street");
  await buyer.hasChosen("wallet", "Visa");
  await buyer.sees({ state: "ready", said: ALL_CHOSEN });
  await expectOrder(given, "345", "64.90");

  const said = await buyer.run("return said");
  assert.match(said.pop(), THANKS);
  assert.deepEqual(said, [
    "Amazon Pay is loading…",
    "Sign in with your Amazon account to continue.",
    "Please continue in the Amazon window. If there is none, press the button again.",
    "Please choose a delivery address.",
    "Please choose a payment method.",
    ALL_CHOSEN,
    "Your order is being placed. This can take up to two minutes.",
  ]);
  const ours = shop.requests.filter((request) => request.includes("/landerpay/"));
  assert.deepEqual(ours.sort(), [
    "GET /landerpay/index.js",
    "GET /landerpay/landerpay.js",
    "GET /landerpay/landerpay.wasm",
  ]);
  const kept = await buyer.run("return Object.keys({ ...sessionStorage, ...localStorage })");
  assert.deepEqual(kept.sort(), ["landerpay", "landerpay-funnel", "landerpay-placed"]);
});

test("one-time, by Amazon's page: the address is clean again, and the order is there once", async (given) => {
  const { buyer, firefox, shop } = given;
  const edits = [(html) => html.replace("data-backend", 'data-popup="never" $&')];
  shop.page("/one-time.html", { edits });
  await firefox.driver.get(`${shop.origin}/one-time.html?affId=77&c1=newsletter#checkout`);
  await buyer.signInOnPage();
  await buyer.sees({ path: "/one-time.html", state: "ready" });
  assert.equal(
    await buyer.run("return location.search + location.hash"),
    "?affId=77&c1=newsletter#checkout",
  );
  assert.equal((await firefox.driver.getAllWindowHandles()).length, 2);
  await expectOrder(given, "345", "64.90", { affId: "77", sourceValue1: "newsletter" });
});

test("a subscription: nothing is placed without the consent, and the agreement reaches the CRM", async (given) => {
  const { buyer, open, simulator } = given;
  await open("/subscription.html", { flags: "login=auto" });
  await buyer.pressAmazon();
  await buyer.sees({ said: "Please agree to the recurring payments.", canPlace: false });
  await buyer.consent();
  await buyer.sees({ state: "ready" });
  const amazonOrderId = await expectOrder(given, "346", "19.90");
  assert.match(amazonOrderId, /^C/);
  const contract = await (await fetch(`${simulator}/contracts/${amazonOrderId}`)).json();
  assert.deepEqual([contract.agreementType, contract.consent], ["BillingAgreement", true]);
});

test("digital goods: no address book, and no address", async (given) => {
  const { buyer, open, simulator } = given;
  await open("/digital.html", { flags: "login=auto" });
  await buyer.signInAtOnce();
  assert.equal(await buyer.run("return document.querySelectorAll('iframe').length"), 1);
  const amazonOrderId = await expectOrder(given, "347", "9.00");
  const contract = await (await fetch(`${simulator}/contracts/${amazonOrderId}`)).json();
  assert.equal(contract.address, null);
});

test("by keys alone: Enter on Amazon's button opens the window, Enter in the order form places the order", async (given) => {
  const { buyer, open } = given;
  const typed = (html) =>
    html.replace(/<form[^>]*data-landerpay="order"[^>]*>/, '$&<input id="typed" name="custom1">');
  await open("/one-time.html", { edits: [typed] });
  await buyer.sees({ state: "signed-out" });
  await buyer.signInByWindow(async () => {
    await buyer.enter(By.css('[data-landerpay="button"] [role="button"]'), "");
  });
  await buyer.sees({ state: "ready" });
  buyer.place = () => buyer.enter(By.css("#typed"), "hello");
  await expectOrder(given, "345", "64.90", { custom1: "hello" });
});

test("a funnel: lander, two upsells, thank-you; one order of the CRM's, each part charged once", async ({
  buyer,
  crm,
  open,
  shop,
}) => {
  const flags = "login=auto";
  for (const path of ["/upsell-1.html", "/upsell-2.html", "/thank-you.html"])
    shop.page(path, { flags });
  await open("/funnel.html", { flags });
  await buyer.signInAtOnce();
  await buyer.place();
  await buyer.sees({ path: "/upsell-1.html", state: "ready" });
  await buyer.place();
  await buyer.sees({ path: "/upsell-2.html", state: "ready" });
  await buyer.place();
  const { orderId } = await buyer.sees({ path: "/thank-you.html", state: "placed" });

  const paths = shop.orders.map(({ path }) => path);
  assert.deepEqual(
    paths,
    ["import-order", "import-upsale", "import-upsale"].map((name) => `/amazon-pay/${name}`),
  );
  const ids = shop.orders.map(({ fields }) => fields.amazonOrderId);
  assert.equal(new Set(ids).size, 3);
  for (const id of ids) assert.deepEqual(await crm.outcomes(id), ["accepted"]);
  const [order] = await crm.imports(ids[0]);
  assert.equal(order.orderId, orderId);
  const upsales = await crm.upsales(orderId);
  const told = upsales.map(({ fields }) => [
    fields.amazonOrderId,
    fields.orderId,
    fields.productId,
  ]);
  assert.deepEqual(told, [
    [ids[1], orderId, "348"],
    [ids[2], orderId, "349"],
  ]);
});
