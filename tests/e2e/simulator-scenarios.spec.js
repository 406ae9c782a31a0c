// The list of scenarios, as people use it: every link opens the shop with what it promises.

import { ACCOUNTS } from "../../www/simulator/accounts.js";
import { SCENARIOS } from "../../www/simulator/catalogue.js";
import { FLAGS, SLOW_MS } from "../../www/simulator/scenario.js";
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
  test(`${flag}=${value}: ${title}`, async ({ page, shop, servers }) => {
    const popups = [];
    const requests = [];
    page.on("popup", (popup) => popups.push(popup));
    page.on("request", (request) => requests.push(request));
    const known = (await get(servers, "contracts")).length;
    if (seconds) await page.clock.install();
    await page.goto(`${servers.simulator}/scenarios`);
    const link = page.locator(".scenario a").and(page.locator(`[href*="${flag}=${value}"]`));
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
    // What the wallet shows meanwhile is looked at below.
    if (seconds && flag !== "wallet-wait") await passTime(page, shop, ends, seconds);
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
    const prove = PROOFS[`${flag}=${value}`] ?? PROOFS[flag];
    await prove?.({ page, shop, servers, value, buyer, popups, requests, known });
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

/** The request for this took as long as `slow` means, or longer. */
const expectSlow =
  (end) =>
  async ({ requests }) => {
    const request = requests.find((one) => new URL(one.url()).pathname.endsWith(end));
    await request.response().then((response) => response.finished());
    expect(request.timing().responseStart).toBeGreaterThanOrEqual(SLOW_MS - 1);
  };

/** What the frame of a widget was told by Amazon's server. */
const expectTold =
  (part, text) =>
  async ({ page }) => {
    const frame = page.frameLocator(`[data-landerpay="${part}"] iframe`);
    await expect.poll(() => frame.locator("#view").textContent()).toContain(text);
  };

const expectNoneChecked = async (choices) => {
  await expect(choices).toHaveCount(2);
  for (const choice of await choices.all()) await expect(choice).not.toBeChecked();
};

/** What shows the scenario where the checkout ends as it does without it, by flag and value. */
const PROOFS = {
  "widgets=slow": expectSlow("/Widgets.js"),
  "sdk=slow": expectSlow("/login1.js"),
  "profile=slow": expectSlow("/user/profile"),
  "popup=closes": async ({ popups }) => {
    await expect.poll(() => popups.map((popup) => popup.isClosed())).toEqual([true]);
  },
  "origin=refused": async ({ popups }) => {
    await expect(popups[0].getByRole("heading", { name: "400" })).toBeVisible();
  },
  "addresses=none-chosen": ({ buyer }) => expectNoneChecked(buyer.addresses),
  "cards=none-chosen": ({ buyer }) => expectNoneChecked(buyer.cards),
  "wallet-wait=20000": async ({ page, buyer }) => {
    await expectNoneChecked(buyer.addresses);
    await page.clock.fastForward(10_000);
    expect(await buyer.cards.count()).toBe(0);
    await page.clock.fastForward(10_000);
    await expect(buyer.cards).toHaveCount(2);
  },
  "address-error=ITP": expectTold("address-book", '"code":"ITP"'),
  "wallet-error=ITP": expectTold("wallet", '"code":"ITP"'),
  "consent-ready=twice": expectTold("consent", '"created":true'),
  "consent=400": async ({ page }) => {
    const frame = page.frameLocator('[data-landerpay="consent"] iframe');
    await expect(frame.getByRole("alert")).toBeVisible();
    await expect(frame.getByRole("checkbox")).toHaveCount(0);
  },
  account: async ({ shop, value }) => {
    expect((await shop.heard("profile")).name).toBe(ACCOUNTS[value].name);
  },
  visit: async ({ servers, shop, known }) => {
    const ids = (await get(servers, "contracts")).map(({ id }) => id);
    expect(ids.length - known).toBe(2);
    expect(ids.at(-1)).toBe((await shop.snapshot()).amazonOrderId);
  },
};

test("every flag is among them", () => {
  expect(new Set(SCENARIOS.map(({ flag }) => flag))).toEqual(new Set(Object.keys(FLAGS)));
});
