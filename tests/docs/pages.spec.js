// The documentation's site in a browser, as the demo serves it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { navigation, pages } from "../../scripts/docs/navigation.mjs";
import { addressOf } from "../../scripts/docs/render.mjs";
import { expect, test } from "../e2e/support/test.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const PHONE = { width: 360, height: 740 };

async function open(shop, file) {
  await shop.page.goto(`${shop.origin}/docs/${addressOf(file)}`);
  return shop.page;
}

test.afterEach(async ({ page, watch }) => {
  expect(watch.consoleErrors).toEqual([]);
  // The texts say what a token looks like, and would count as one that leaks.
  await page.goto("about:blank");
});

/** What axe finds, by rule. */
async function problems(page, rules) {
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(rules ? { runOnly: rules } : {}),
    rules,
  );
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}

for (const file of pages) {
  test(`${file} can be read by everybody, in the dark, and on a phone`, async ({ shop, page }) => {
    await open(shop, file);
    await page.evaluate(AXE);
    expect(await problems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await problems(page, ["color-contrast"])).toEqual([]);
    await page.setViewportSize(PHONE);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(PHONE.width);
  });
}

test("next leads through all pages, to the last", async ({ shop, page }) => {
  await open(shop, pages[0]);
  for (const file of pages.slice(1)) {
    await page.locator("a[rel=next]").click();
    await page.waitForURL(`**/docs/${addressOf(file)}`);
    await expect(page.locator("nav.pages [aria-current=page]")).toHaveCount(1);
  }
  await expect(page.locator("a[rel=next]")).toHaveCount(0);
});

test("the first stop of Tab skips the navigation", async ({ shop, page }) => {
  await open(shop, "docs/one-time.md");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the text" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});

test("code is copied as it stands", async ({ shop, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(shop, "docs/one-time.md");
  const figure = page.locator(".code").first();
  await figure.getByRole("button", { name: "Copy" }).click();
  await expect(figure.getByRole("status")).toHaveText("Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await figure.locator("code").textContent());
  expect(copied).toMatch(/^<!doctype html>\n/);
});

test("on a phone the pages are folded away, and unfold", async ({ shop, page }) => {
  await page.setViewportSize(PHONE);
  await open(shop, "docs/one-time.md");
  const [[, [first]]] = navigation;
  const link = page.locator(`nav.pages a[href="${addressOf(first)}"]`);
  await expect(link).toBeHidden();
  await page.getByText("Pages", { exact: true }).click();
  await link.click();
  await page.waitForURL(`**/docs/${addressOf(first)}`);
});
