import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startWorld } from "./world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const readLog = (page) => page.evaluate(() => log);
const ready = (page) => page.waitForFunction(() => window.log?.includes("alias"));

test("the handlers run in order once the login script has come", async () => {
  const page = await world.open("");
  await ready(page);
  assert.deepEqual(await readLog(page), ["login", "payments", "alias"]);
});

test("OffAmazonPayments is there before amazon is", async () => {
  const page = await world.open("sdk=hang");
  await page.waitForFunction(() => window.OffAmazonPayments);
  assert.equal(await page.evaluate(() => typeof window.amazon), "undefined");
  assert.deepEqual(await readLog(page), []);
});

test("handlers are captured at execution: later ones never run, the captured ones do", async () => {
  const page = await world.open("sdk=slow");
  await page.waitForFunction(() => window.OffAmazonPayments);
  await page.evaluate(() => {
    for (const name of ["onAmazonLoginReady", "onAmazonPaymentsReady", "AmazonPaymentReady"]) {
      window[name] = () => log.push(`late ${name}`);
    }
  });
  await ready(page);
  assert.deepEqual(await readLog(page), ["login", "payments", "alias"]);
});

test("with a login script already there payments-ready runs inside the execution", async () => {
  const page = await world.open("sdk=404", {
    before: `<script src="${world.simulator.origin}/sdk/login1.js"></script>
      <script>
        log.push("present");
        window.onAmazonPaymentsReady = () => log.push(document.currentScript?.id, document.readyState);
      </script>
      <script id="now" src="${world.simulator.origin}/OffAmazonPayments/us/js/Widgets.js"></script>`,
  });
  await page.waitForFunction(() => log.includes("alias"));
  // A handler that sees its script as the current one runs inside it; the document still loads.
  assert.deepEqual((await readLog(page)).slice(0, 5), [
    "login",
    "present",
    "now",
    "loading",
    "alias",
  ]);
});

test("a missing script leaves the page without a word", async () => {
  const page = await world.open("widgets=404", {
    script: `addEventListener("error", (event) => log.push("error " + event.target.id), true);`,
  });
  await page.waitForFunction(() => log.includes("error widgets"));
  assert.equal(await page.evaluate(() => typeof window.OffAmazonPayments), "undefined");
});

test("a missing login script leaves every handler uncalled", async () => {
  const page = await world.open("sdk=404", {
    script: `addEventListener("error", (event) => log.push("error " + event.target.src), true);`,
  });
  await page.waitForFunction(() => log.some((entry) => entry.endsWith("/sdk/login1.js")));
  assert.equal((await readLog(page)).length, 1);
});

test("a second execution calls the current handlers and takes jQuery away", async () => {
  const page = await world.open("", {
    script: `window.jQuery = window.$ = { fn: { jquery: "3.7.1" } };`,
  });
  await ready(page);
  assert.equal(await page.evaluate(() => $.fn.jquery), "3.7.1");
  const core = await page.evaluateHandle(() => OffAmazonPayments);
  await page.evaluate(() => {
    window.onAmazonLoginReady = () => log.push("second login");
    window.onAmazonPaymentsReady = () => log.push("second payments");
    window.AmazonPaymentReady = () => log.push("second alias");
    const again = document.createElement("script");
    again.src = document.getElementById("widgets").src;
    document.head.append(again);
  });
  await page.waitForFunction(() => log.includes("second alias"));
  const expected = ["login", "payments", "alias", "second payments", "second alias"];
  assert.deepEqual(await readLog(page), expected);
  assert.equal(await page.evaluate(() => $.fn.jquery), "1.4.2");
  assert.ok(await page.evaluate((before) => before === OffAmazonPayments, core));
});
