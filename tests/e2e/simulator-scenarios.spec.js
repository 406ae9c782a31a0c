// The list of scenarios, as people use it: every link opens the shop with what it promises.

import { ACCOUNTS } from "../../www/simulator/accounts.js";
import { SCENARIOS } from "../../www/simulator/catalogue.js";
import { FLAGS } from "../../www/simulator/scenario.js";
import { at, Buyer, DROP_IN } from "./support/buyer.js";
import { expect, test } from "./support/test.js";

const PARTS = { checkout: DROP_IN, recurring: at("/subscription.html") };

/** Which a page of the demo shows. */
const shown = SCENARIOS.filter(({ page }) => page in PARTS);

const get = async (servers, path) => (await fetch(`${servers.simulator}/${path}`)).json();

// What is set counts for the whole worker.
test.afterEach(({ servers }) =>
  fetch(`${servers.simulator}/scenario`, { method: "PUT", body: "{}" }),
);

test("the list has every scenario, and a link for each that the demo can show", async ({
  page,
  servers,
}) => {
  await page.goto(`${servers.simulator}/scenarios`);
  await expect(page.locator(".scenario")).toHaveCount(SCENARIOS.length);
  await expect(page.locator(".scenario a")).toHaveCount(shown.length);
  const without = SCENARIOS.filter((scenario) => !shown.includes(scenario));
  expect(without.map(({ flag, value }) => `${flag}=${value}`)).toEqual(["currency=unsupported"]);
});

for (const scenario of shown) {
  const { flag, value, title, press, seconds, page: kind, ends } = scenario;
  test(`${flag}=${value}: ${title}`, async ({ page, shop, servers, watch }) => {
    if (seconds) await page.clock.install();
    await page.goto(`${servers.simulator}/scenarios`);
    const link = page.locator(".scenario a").and(page.locator(`[href*="${flag}=${value}"]`));
    await page.evaluate(() => document.documentElement.scrollTo(0, 0));
    // Amazon's script may hang, and would hold up the event "load".
    await Promise.all([
      page.waitForURL(shop.origin + PARTS[kind].path, { waitUntil: "domcontentloaded" }),
      link.filter({ hasText: title }).click({ noWaitAfter: true }),
    ]);
    const buyer = new Buyer(page, PARTS[kind]);
    expect((await get(servers, "scenario"))[flag]).toBe(value);
    if (press) {
      await shop.expectState("signed-out");
      await buyer.button.click();
    }
    if (seconds) await passTime(page, shop, ends, seconds);
    await shop.expectState(ends.state);
    if (ends.code) {
      await expect
        .poll(async () => (await shop.details("error")).map(({ code }) => code))
        .toContain(ends.code);
      const error = (await shop.details("error")).find(({ code }) => code === ends.code);
      expect(error.subject).toBe(ends.subject);
    } else {
      expect(await shop.details("error")).toEqual([]);
    }
    await PROOFS[flag]?.({ page, shop, servers, watch, value, buyer });
  });
}

/** Lets the page's clock run until the checkout is where it ends. */
async function passTime(page, shop, ends, seconds) {
  const isThere = async () =>
    ends.code
      ? (await shop.details("error")).some(({ code }) => code === ends.code)
      : (await page.locator("html").getAttribute("data-landerpay-state")) === ends.state;
  await expect(async () => {
    if (await isThere()) return;
    await page.clock.fastForward(seconds * 1000);
    expect(await isThere()).toBe(true);
  }).toPass();
}

/** What shows the scenario where the checkout ends as it always does. */
const PROOFS = {
  account: async ({ shop, value }) => {
    expect((await shop.heard("profile")).name).toBe(ACCOUNTS[value].name);
  },
  visit: async ({ servers, shop }) => {
    const ids = (await get(servers, "contracts")).map(({ id }) => id);
    expect(ids.at(-1)).toBe((await shop.snapshot()).amazonOrderId);
    expect(ids.length % 2).toBe(0);
  },
};

test("every flag is among them", () => {
  expect(new Set(SCENARIOS.map(({ flag }) => flag))).toEqual(new Set(Object.keys(FLAGS)));
});
