// The pages for people: the front page, and the panel on a shop's own page.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import axe from "axe-core";
import { startSimulator } from "landerpay/simulator";
import { chromium } from "playwright-core";
import { FLAGS } from "../../www/simulator/scenario.js";

const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const SHOP = '<p id="top">The shop begins here</p><div style="height: 2000px"></div>';

let amazon;
let shop;
let browser;
let page;
let address;

before(async () => {
  amazon = await startSimulator({ panel: true });
  shop = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://shop");
    const base = searchParams.get("base") ?? amazon.url;
    response.writeHead(200, { "content-type": "text/html" });
    response.end(`<!doctype html><html lang="en"><title>Shop</title><body style="margin: 0">${SHOP}
      <script>window.loaded = performance.timeOrigin;
      window.onAmazonLoginReady = () => {};</script>
      <script async src="${base}/OffAmazonPayments/us/sandbox/js/Widgets.js"></script>`);
  });
  await new Promise((resolve) => shop.listen(0, "127.0.0.1", resolve));
  address = `http://localhost:${shop.address().port}/`;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu"],
  });
});
after(async () => {
  await browser.close();
  await amazon.close();
  shop.close();
});

const failures = [];
beforeEach(async () => {
  const context = await browser.newContext({ viewport: WIDE });
  page = await context.newPage();
  page.on("pageerror", (error) => failures.push(error.message));
  page.on("console", (message) => message.type() === "error" && failures.push(message.text()));
});
afterEach(async () => {
  await page.context().close();
  amazon.reset();
  assert.deepEqual(failures.splice(0), []);
});

const panelOf = (page) => page.frameLocator("#landerpay-simulator");
const radio = (place, name) => place.getByRole("radio", { name });

/** Opens the shop's page, and waits for the panel. */
async function openShop(base = "") {
  await page.goto(address + (base && `?base=${encodeURIComponent(base)}`));
  const panel = panelOf(page);
  await panel.locator("#toggle").waitFor();
  return panel;
}

const boxOf = (selector) => page.locator(selector).boundingBox();

/** What axe finds wrong with the page. */
async function faultsOf(page, rules) {
  await page.addScriptTag({ content: axe.source });
  const { violations } = await page.evaluate((rules) => window.axe.run({ rules }), rules);
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

describe("the panel", () => {
  test("says what is on, sets what is chosen, and loads the page again", async () => {
    const panel = await openShop();
    assert.equal(await panel.locator("#now").textContent(), "Everything as usual");
    await panel.locator("#toggle").click();
    await panel.locator("summary", { hasText: "Signing in" }).click();
    await radio(panel, /^The window closes without an answer/).check();
    await panel.locator("summary", { hasText: "The buyer" }).click();
    await radio(panel, /^One-word name/).check();
    const before = await page.evaluate(() => window.loaded);
    await panel.getByRole("button", { name: "Apply and reload" }).click();
    await page.waitForFunction((before) => window.loaded !== before, before);
    assert.equal(amazon.scenario.popup, "closes");
    assert.equal(amazon.scenario.account, "one-word");
    const now = panel.getByText("The window closes without an answer, One-word name");
    await now.waitFor();
    // It stays as it was: open, with what is on.
    await radio(panel, /^One-word name/).waitFor();
    assert.ok(await radio(panel, /^One-word name/).isChecked());
    await panel.getByRole("button", { name: "As usual" }).click();
    await panel.locator("#now", { hasText: "Everything as usual" }).waitFor();
    assert.equal(amazon.scenario.popup, "normal");
  });

  test("can be worked by keyboard alone", async () => {
    const panel = await openShop();
    await page.keyboard.press("Tab");
    const hasFocus = (selector) =>
      panel.locator(selector).evaluate((element) => element === document.activeElement);
    assert.ok(await hasFocus("#toggle"));
    await page.keyboard.press("Enter");
    await panel.locator("#body").waitFor();
    assert.equal(await panel.locator("#toggle").getAttribute("aria-expanded"), "true");
    // The first group, and the second one of its choices.
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    assert.ok(await radio(panel, /^Widgets\.js is missing/).isChecked());
    await page.keyboard.press("Escape");
    await panel.locator("#body").waitFor({ state: "hidden" });
    assert.ok(await hasFocus("#toggle"));
    assert.equal(amazon.scenario.widgets, "ok");
  });

  test("shows what a test has set though no list has it, and what the address fixes", async () => {
    amazon.set({ expires: 90, "wallet-error": "SomethingNew" });
    const panel = await openShop(amazon.with({ popup: "closes" }));
    await panel.locator("#toggle").click();
    assert.ok(await radio(panel, "SomethingNew").isChecked());
    assert.ok(await radio(panel, "90").isChecked());
    const fixed = radio(panel, /^The window closes/);
    assert.ok((await fixed.isChecked()) && (await fixed.isDisabled()));
    await panel.getByRole("button", { name: "As usual" }).click();
    await panel.locator("#now", { hasText: /^The window closes without an answer$/ }).waitFor();
  });

  test("covers nothing of the shop on a phone, open or closed", async () => {
    await page.setViewportSize(PHONE);
    const panel = await openShop();
    const expectAbove = async () => {
      const [bar, top] = [await boxOf("#landerpay-simulator"), await boxOf("#top")];
      assert.ok(bar.y + bar.height <= top.y, JSON.stringify({ bar, top }));
      assert.equal(bar.width, PHONE.width);
    };
    await expectAbove();
    await panel.locator("#toggle").click();
    await panel.getByRole("button", { name: "Apply and reload" }).waitFor();
    await page.waitForFunction(
      () => document.getElementById("landerpay-simulator").offsetHeight > 300,
    );
    await expectAbove();
    assert.equal(
      await panel
        .locator("html")
        .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth),
      0,
    );
  });

  test("is a small bar on a wide screen until it is opened", async () => {
    await openShop();
    const { height, width, y } = await boxOf("#landerpay-simulator");
    assert.ok(height <= 50 && width <= 360 && y > WIDE.height / 2);
    // Nothing in it wraps.
    for (const part of [".badge", "#do"]) {
      const { height } = await panelOf(page).locator(part).boundingBox();
      assert.ok(height < 30, part);
    }
    // The page is laid out as without it.
    assert.ok((await boxOf("#top")).y < 20);
  });

  test("is not there where nobody asked for it", async (t) => {
    const plain = await startSimulator();
    t.after(plain.close);
    await page.goto(`${address}?base=${encodeURIComponent(plain.url)}`);
    await page.waitForFunction(() => window.OffAmazonPayments);
    assert.equal(await page.locator("#landerpay-simulator").count(), 0);
  });
});

describe("the front page", () => {
  test("sets what should happen, and makes an address of it", async () => {
    await page.goto(amazon.url);
    await page.locator("summary", { hasText: "Signing in" }).click();
    await radio(page, /^Signs in by itself/).check();
    assert.equal(await page.locator("#base").inputValue(), `${amazon.url}/with/login=auto`);
    assert.equal(amazon.scenario.login, "ask");
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.locator("#now", { hasText: "Signs in by itself" }).waitFor();
    assert.equal(amazon.scenario.login, "auto");
    assert.ok((await page.locator("#tag").inputValue()).includes(`data-simulator="${amazon.url}"`));
  });

  test("offers every flag", async () => {
    await page.goto(amazon.url);
    const names = await page
      .locator("#flags input")
      .evaluateAll((inputs) => [...new Set(inputs.map(({ name }) => name))]);
    assert.deepEqual(names.sort(), Object.keys(FLAGS).sort());
  });

  test("the address of an applied scenario has it alone", async () => {
    amazon.set({ account: "emoji" });
    await page.goto(amazon.url);
    assert.equal(await page.locator("#base").inputValue(), amazon.with({ account: "emoji" }));
  });
});

test("axe finds nothing wrong with the pages for people", async () => {
  for (const path of ["/", "/scenarios", "/panel"]) {
    // The policy of these pages allows only their own scripts.
    const context = await browser.newContext({ bypassCSP: true, viewport: PHONE });
    const open = await context.newPage();
    await open.goto(amazon.url + path);
    await open.locator("summary").evaluateAll((all) => all.map((one) => one.click()));
    if (path === "/panel") await open.locator("#toggle").click();
    // The heading of a page on which the panel stands is the shop's.
    const rules = { "page-has-heading-one": { enabled: path !== "/panel" } };
    assert.deepEqual(await faultsOf(open, rules), [], path);
    await context.close();
  }
});

test("a link of the list that nobody's page is known for leads back to the list", async () => {
  await page.goto(`${amazon.url}/scenarios`);
  await page.getByRole("link", { name: "The window closes without an answer" }).click();
  await page.getByText("Now: The window closes without an answer").waitFor();
  assert.equal(page.url(), `${amazon.url}/scenarios`);
  assert.equal(amazon.scenario.popup, "closes");
});
