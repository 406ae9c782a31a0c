// Who leaves the page and comes back to it. Firefox keeps pages as they were left, and lets go of
// what they have asked for.
import assert from "node:assert/strict";
import { test } from "./support/test.js";

const BANK = "https://bank.example/3ds?id=1";
const THANKS = /^Thank you\. Your order has been placed\./;
const LANDER = "/funnel.html";
const PAGES = [
  LANDER,
  "/upsell-1.html",
  "/upsell-2.html",
  "/thank-you.html",
  "/cart.html",
  "/review.html",
];

/** Opens a page where the buyer signs in without being asked, and everything is chosen. */
async function openReady({ buyer, open, shop }, path = LANDER) {
  for (const page of PAGES) shop.page(page, { flags: "login=auto" });
  await open(path, { flags: "login=auto" });
  return buyer.signInAtOnce();
}

test("the page is loaded again while an order is placed: the same is asked about, and exists once", async (given) => {
  const { buyer, crm, shop } = given;
  const amazonOrderId = await openReady(given, "/one-time.html");
  const taken = shop.loseNext();
  await buyer.place();
  await taken;
  await buyer.run("location.reload()");
  await buyer.sees({ state: "placed", said: THANKS });
  const [first, second, ...more] = shop.orders;
  assert.deepEqual([second.key, second.fields, more], [first.key, first.fields, []]);
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
});

test("back and forward while an order is placed: it exists once, and the page says so", async (given) => {
  const { buyer, crm, firefox, shop } = given;
  await firefox.driver.get(`${shop.origin}/index.html`);
  const amazonOrderId = await openReady(given, "/one-time.html");
  const taken = shop.loseNext();
  await buyer.place();
  await taken;
  await buyer.leaveBackTo("/index.html");
  await buyer.run("history.forward()");
  await buyer.sees({ state: "placed", said: THANKS });
  assert.equal(new Set(shop.orders.map(({ key }) => key)).size, 1);
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
});

test("back from the bank: the page is not stuck, and a press goes there again", async (given) => {
  const { buyer, crm, firefox, shop } = given;
  await firefox.answer(BANK, "<title>Bank</title>");
  const amazonOrderId = await openReady(given);
  await buyer.run(
    `const form = document.querySelector('[data-landerpay="order"]');
    form.append(Object.assign(document.createElement("input"), { name: "custom5", value: given[0] }));`,
    `redirect:${BANK}`,
  );
  for (const sends of [1, 2]) {
    await buyer.place();
    await buyer.sees({ path: "/3ds" });
    assert.equal(shop.orders.length, sends);
    assert.equal(await buyer.goBack(LANDER), "ready");
    await buyer.sees({ canPlace: true, code: "outcome_unknown" });
    assert.equal((await buyer.snapshot()).unresolved, true);
  }
  assert.equal(shop.orders[1].key, shop.orders[0].key);
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["unfinished"]);
});

test("back from the first upsell: the lander stays placed, and places nothing more", async (given) => {
  const { buyer, crm, shop } = given;
  const amazonOrderId = await openReady(given);
  await buyer.place();
  await buyer.sees({ path: "/upsell-1.html", state: "ready" });
  assert.equal(await buyer.goBack(LANDER), "placed");
  await buyer.sees({ canPlace: false, said: THANKS });
  const again = await buyer.run("return LanderPay.checkout.placeOrder()");
  assert.equal(again.amazonOrderId, amazonOrderId);
  assert.equal(shop.orders.length, 1);
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
});

test("back to the cart after its order: it makes the next order, which can be bought", async (given) => {
  const { buyer, crm, shop } = given;
  const first = await openReady(given, "/cart.html");
  const buy = async () => {
    await buyer.place();
    await buyer.sees({ path: "/review.html", state: "ready" });
    await buyer.place();
    await buyer.sees({ path: "/thank-you.html", state: "placed" });
  };
  await buy();
  assert.equal(await buyer.goBack("/cart.html"), "choosing");
  await buyer.sees({ state: "ready" });
  const { amazonOrderId: second } = await buyer.snapshot();
  await buy();
  const ids = shop.orders.map(({ fields }) => fields.amazonOrderId);
  assert.deepEqual(ids, [first, second]);
  assert.notEqual(first, second);
  for (const id of ids) assert.deepEqual(await crm.outcomes(id), ["accepted"]);
});

test("back from Amazon's page without signing in: the button is there, and the next press signs in", async (given) => {
  const { buyer, crm, open } = given;
  const edits = [(html) => html.replace("data-backend", 'data-popup="never" $&')];
  await open(LANDER, { edits });
  await buyer.pressAmazon();
  await buyer.sees({ path: "/ap/oa" });
  await buyer.leaveBackTo(LANDER);
  await buyer.sees({ state: "signed-out" });
  await buyer.signInOnPage();
  await buyer.sees({ path: LANDER, state: "ready" });
  const { amazonOrderId } = await buyer.snapshot();
  await buyer.place();
  await buyer.sees({ path: "/upsell-1.html" });
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
});

test("signed out in another tab: this one sees it, sends nothing, and sells to the next buyer", async (given) => {
  const { buyer, crm, firefox, open, shop } = given;
  const { driver } = firefox;
  const first = await openReady(given, "/one-time.html");
  const tab = await driver.getWindowHandle();
  await firefox.openTab();
  await open("/one-time.html", { flags: "login=auto" });
  await buyer.signInAtOnce();
  await buyer.signOut();
  await buyer.sees({ state: "signed-out" });
  await driver.switchTo().window(tab);
  await buyer.sees({
    state: "signed-out",
    canPlace: false,
    said: "Sign in with your Amazon account to continue.",
  });
  assert.deepEqual(shop.orders, []);
  const second = await buyer.signInAtOnce();
  assert.notEqual(second, first);
  await buyer.place();
  await buyer.sees({ state: "placed" });
  assert.deepEqual(await crm.outcomes(first), []);
  assert.deepEqual(await crm.outcomes(second), ["accepted"]);
});
