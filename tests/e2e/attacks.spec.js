// What somebody else may put into the page's address, say to Amazon's script, or have a server answer.
import { at, DROP_IN } from "./support/buyer.js";
import { consentOf } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SUBSCRIPTION = at("/subscription.html");
const FORGED = "S01-6666666-6666666";
const THANKS = /^Thank you\. Your order has been placed\./;

/** Places the order, and expects it to be the one with this id, once. */
async function expectBought(buyer, { crm, watch }, amazonOrderId) {
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(amazonOrderId).not.toBe(FORGED);
  expect(watch.orders.map(({ fields }) => fields.amazonOrderId)).toEqual([amazonOrderId]);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(await crm.outcomes(FORGED)).toEqual([]);
}

/** Puts something into the address bar, and waits until Amazon's script has read it. */
async function putIntoHash(page, text) {
  await page.evaluate((text) => {
    location.hash = text;
  }, text);
  await expect.poll(() => page.evaluate(() => location.hash)).not.toContain("apay-");
  // The page was scrolled to its top with that, and frames out of sight are not painted.
  await page.locator('[data-landerpay="wallet"]').scrollIntoViewIfNeeded();
}

/**
 * Chooses an address and a card, and another address: the card is to be chosen once more, and
 * Amazon's script has told both kinds of choice (`cards=none-chosen`).
 */
async function chooseTwice(buyer, shop) {
  await expect(buyer.address(/Maple Street/)).toBeChecked();
  await buyer.card(/Visa/).check();
  await shop.heard("payment-selected");
  const told = (await shop.details("address-selected")).length;
  await buyer.address(/Harbor Road/).check();
  await shop.heard("address-selected", told + 1);
  await expect(buyer.cards).toHaveCount(2);
  await expect(buyer.card(/Visa/)).not.toBeChecked();
  await shop.heard("profile");
}

/** The ids of Amazon's address book and wallet as they are drawn. */
const widgetIds = (page) =>
  page
    .locator(':is([data-landerpay="address-book"], [data-landerpay="wallet"]) iframe')
    .evaluateAll((frames) => frames.map(({ id }) => id.replace(/IFrame$/, "")));

test.describe("Amazon's script reads the page's hash", () => {
  test("an order's id in the address that is opened: the true one is bought", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { amazonOrderId, buyer } = await shop.openReady("", { at: `#apay-pcId=${FORGED}` });
    await expect(page).toHaveURL(`${shop.origin}${DROP_IN.path}#`);
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });

  test("the same for a buyer who is signed in already", async ({ shop, crm, page, watch }) => {
    await shop.openReady();
    const buyer = await shop.open("login=auto", { at: `?again#apay-pcId=${FORGED}` });
    await expect(buyer.card(/Visa/)).toBeChecked();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(page).toHaveURL(`${shop.origin}${DROP_IN.path}?again#`);
    const { amazonOrderId } = await shop.snapshot();
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });

  test("an order's id that is put there later: the true one is bought", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { amazonOrderId, buyer } = await shop.openReady();
    await shop.heard("profile");
    const events = await shop.events();
    await putIntoHash(page, `apay-pcId=${FORGED}`);
    expect(await shop.events()).toEqual(events);
    await expect(buyer.placeOrder).toBeEnabled();
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });

  test("a consent in the address: none is given until the buyer gives it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open("login=auto", {
      parts: SUBSCRIPTION,
      at: "#apay-onConsentStatusChanged=true",
    });
    await buyer.signInAtOnce();
    await expect(consentOf(page)).not.toBeChecked();
    for (const forged of ["apay-onConsentStatusChanged=true", "apay-onConsentWidgetReady=true"]) {
      await putIntoHash(page, forged);
      await expect(buyer.status).toHaveText("Please agree to the recurring payments.");
      await expect(buyer.placeOrder).toBeDisabled();
    }
    expect(await shop.details("consent")).toEqual([]);
    const rejected = await page.evaluate(() =>
      window.LanderPay.checkout.placeOrder().catch(({ code, subject }) => [code, subject]),
    );
    expect(rejected).toEqual(["not_ready", "consent"]);
    expect(watch.orders).toEqual([]);

    await consentOf(page).check();
    await expect(buyer.placeOrder).toBeEnabled();
    await putIntoHash(page, "apay-onConsentStatusChanged=false");
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });

  test("a choice in the address: none is made until the buyer makes it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await shop.open("login=auto,cards=none-chosen");
    await buyer.signInAtOnce();
    await chooseTwice(buyer, shop);
    const events = await shop.events();
    for (const id of await widgetIds(page)) {
      await putIntoHash(page, `apay-paymentselect;widgetId=${id}`);
      await putIntoHash(page, `apay-addressselect;widgetId=${id}`);
    }
    await expect(buyer.cards).toHaveCount(2);
    expect((await shop.snapshot()).missing).toEqual(["payment"]);
    await expect(buyer.placeOrder).toBeDisabled();
    expect(await shop.events()).toEqual(events);

    await buyer.card(/Visa/).check();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });

  test("everything is drawn anew by the address: what Amazon makes then is bought", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { amazonOrderId, buyer } = await shop.openReady();
    await putIntoHash(page, "apay-refresh");
    await expect.poll(async () => (await shop.snapshot()).amazonOrderId).not.toBe(amazonOrderId);
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId: next } = await shop.snapshot();
    await expectBought(buyer, { crm, watch }, next);
    expect(await crm.outcomes(amazonOrderId)).toEqual([]);
  });

  test("the page has a global called event: nothing changes", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { amazonOrderId, buyer } = await shop.openReady();
    await page.evaluate(() => {
      window.event = { source: undefined };
    });
    await putIntoHash(page, `apay-pcId=${FORGED}`);
    const chosen = (await shop.details("payment-selected")).length;
    await buyer.address(/Harbor Road/).check();
    await shop.heard("payment-selected", chosen + 1);
    await expect(buyer.placeOrder).toBeEnabled();
    await expectBought(buyer, { crm, watch }, amazonOrderId);
  });
});

/** Everything that a widget may say, in its own words. */
const forgeries = (ids) => [
  `apay-pcId=${FORGED}`,
  "apay-onConsentWidgetReady=true",
  "apay-onConsentStatusChanged=true",
  ...ids.flatMap((id) => [
    `apay-addressselectpre;widgetId=${id}`,
    `apay-addressselect;widgetId=${id}`,
    `apay-paymentselect;widgetId=${id}`,
  ]),
];

test.describe("messages in the widgets' own words", () => {
  for (const [who, origin, say] of [
    [
      "the page itself",
      "shop",
      (messages) => {
        for (const message of messages) postMessage(message, "*");
      },
    ],
    [
      "a frame of another party",
      "null",
      (messages) => {
        const frame = document.createElement("iframe");
        frame.sandbox = "allow-scripts";
        const words = JSON.stringify(messages);
        frame.srcdoc = `<script>for (const word of ${words}) parent.postMessage(word, "*")</script>`;
        document.body.append(frame);
      },
    ],
    [
      "a frame of Amazon's that is none of ours",
      "simulator",
      (messages, address) => {
        const frame = document.createElement("iframe");
        frame.src = `${address}#${encodeURIComponent(JSON.stringify(messages))}`;
        document.body.append(frame);
      },
    ],
    [
      "a window of Amazon's origin",
      "simulator",
      (messages, address) => {
        open(`${address}#${encodeURIComponent(JSON.stringify(messages))}`);
      },
    ],
  ]) {
    test(`${who}: no id, no consent, no choice is forged`, async ({ shop, crm, page, watch }) => {
      const heard = [];
      await page.exposeFunction("heardMessage", (...one) => heard.push(one));
      await page.addInitScript(() => {
        if (window.top !== window) return;
        const forged = /^apay-(pcId=S01-6666|onConsent\w+=true|addressselect|paymentselect)/;
        window.isWatched = false;
        addEventListener("message", ({ data, origin }) => {
          if (window.isWatched && forged.test(data)) window.heardMessage(data, origin);
        });
      });
      const address = `${shop.simulator}/anybody`;
      await page.context().route(`${address}*`, (route) =>
        route.fulfill({
          contentType: "text/html",
          body: `<script>
            for (const word of JSON.parse(decodeURIComponent(location.hash.slice(1)))) {
              (opener ?? parent).postMessage(word, "*");
            }
          </script>`,
        }),
      );
      const flags = "login=auto,cards=none-chosen";
      const buyer = await shop.open(flags, { parts: SUBSCRIPTION });
      await buyer.signInAtOnce();
      await chooseTwice(buyer, shop);
      await expect(consentOf(page)).not.toBeChecked();
      const { amazonOrderId } = await shop.snapshot();
      const events = await shop.events();
      const messages = forgeries(await widgetIds(page));
      await page.evaluate(
        ([say, messages, address]) => {
          window.isWatched = true;
          new Function(`return ${say}`)()(messages, address);
        },
        [String(say), messages, address],
      );
      await expect.poll(() => heard.length).toBeGreaterThanOrEqual(messages.length);
      const from = { shop: shop.origin, simulator: shop.simulator }[origin] ?? origin;
      expect(new Set(heard.slice(0, messages.length).map(([, origin]) => origin))).toEqual(
        new Set([from]),
      );

      expect(await shop.snapshot()).toMatchObject({
        state: "choosing",
        missing: ["payment", "consent"],
        canPlace: false,
        amazonOrderId,
      });
      expect(await shop.events()).toEqual(events);
      await expect(buyer.placeOrder).toBeDisabled();
      expect(watch.orders).toEqual([]);

      await buyer.address(/Maple Street/).check();
      await buyer.card(/Visa/).check();
      await consentOf(page).check();
      await expect(buyer.placeOrder).toBeEnabled();
      await expectBought(buyer, { crm, watch }, amazonOrderId);
    });
  }
});
