// What Firefox itself keeps a page from, and what is written into the page's address.
import assert from "node:assert/strict";
import { By } from "selenium-webdriver";
import { documentedPolicy, headerOf } from "../docs/support.js";
import { test } from "./support/test.js";

test("the documented policy is enough, and stops nothing but Amazon's inline handler", async (given) => {
  const { buyer, crm, firefox, open, simulator } = given;
  const headers = headerOf(documentedPolicy(simulator));
  await open("/one-time.html", { flags: "login=auto", headers });
  const amazonOrderId = await buyer.signInAtOnce();
  await buyer.place();
  await buyer.sees({ state: "placed" });
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
  // Once for each frame.
  const violations = await buyer.run("return window.violations");
  const handler = ["script-src-attr", "inline"];
  assert.deepEqual(violations, [handler, handler]);
  for (const error of firefox.errors.splice(0)) assert.match(error, /\(script-src-attr\)/);
});

test("a policy without 'wasm-unsafe-eval': the page says so", async ({
  buyer,
  firefox,
  open,
  simulator,
}) => {
  const policy = documentedPolicy(simulator);
  const scripts = policy["script-src"].replace("'wasm-unsafe-eval' ", "");
  assert.notEqual(scripts, policy["script-src"]);
  await open("/one-time.html", { headers: headerOf({ ...policy, "script-src": scripts }) });
  const { said } = await buyer.sees({ state: "unavailable", code: "wasm_unavailable" });
  assert.equal(
    said,
    "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.",
  );
  firefox.errors.length = 0;
});

test("a window that the browser's blocker stops: the page says so, and the buyer's own press opens it", async (given) => {
  const { buyer, crm, firefox, open } = given;
  await open("/one-time.html");
  await buyer.sees({ state: "signed-out" });
  await buyer.find(By.css('[data-landerpay="button"] img'));
  const windows = (await firefox.driver.getAllWindowHandles()).length;
  // No press of a person's.
  await buyer.run(`document.querySelector('[data-landerpay="button"] img').click()`);
  await buyer.sees({
    state: "signed-out",
    code: "popup_blocked",
    said: "Your browser blocked Amazon's window: allow pop-ups here, then press the button again.",
  });
  assert.equal((await firefox.driver.getAllWindowHandles()).length, windows);
  await buyer.signInByWindow();
  await buyer.sees({ state: "ready" });
  const { amazonOrderId } = await buyer.snapshot();
  await buyer.place();
  await buyer.sees({ state: "placed" });
  assert.deepEqual(await crm.outcomes(amazonOrderId), ["accepted"]);
});

test("an order's id in the page's address is not believed", async ({ buyer, crm, open, shop }) => {
  const FORGED = "S01-6666666-6666666";
  await open("/one-time.html", { flags: "login=auto" });
  const amazonOrderId = await buyer.signInAtOnce();
  // Another widget of the page's is told it, as all of them are.
  await buyer.run(`new OffAmazonPayments.Widgets.AddressBook({
    sellerId: "A2EXAMPLE1234X",
    design: { designMode: "responsive" },
    onOrderReferenceCreate(order) {
      window.told = order.getAmazonOrderReferenceId();
    },
  })`);
  await buyer.run("location.hash = given[0]", `apay-pcId=${FORGED}`);
  await buyer.driver.wait(() => buyer.run("return window.told === given[0]", FORGED), 5000);
  assert.equal((await buyer.snapshot()).amazonOrderId, amazonOrderId);
  await buyer.place();
  await buyer.sees({ state: "placed" });
  assert.deepEqual(
    shop.orders.map(({ fields }) => fields.amazonOrderId),
    [amazonOrderId],
  );
  assert.deepEqual(await crm.outcomes(FORGED), []);
});
