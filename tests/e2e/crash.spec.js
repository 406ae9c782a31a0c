import {
  ANSWERED,
  BEGIN,
  BUTTON_PRESSED,
  CHOSEN,
  DISPOSE,
  ON,
  ORDER_CREATED,
  PLACE_ORDER,
  PROFILE_ARRIVED,
  SEEN,
  SENT,
  SET_AGREEMENT,
  SIGNED_IN,
  SNAPSHOT,
  TIME_UP,
} from "../../src/js/talk.js";
import { Module } from "./support/module.js";
import { otherWay, payAnotherWay } from "./support/shop.js";
import { expect, test } from "./support/test.js";
import { allowTraps, BEGINNING, KINDS, setNextTrap, setTrap } from "./support/traps.js";

const CRASHED =
  "Amazon Pay has stopped. Load this page again: an order on its way is found, and not placed twice.";
const THANKS = /^Thank you\. Your order has been placed\./;
const ERROR = {
  name: "LanderPayError",
  message: CRASHED,
  code: "module_crashed",
  audience: "developer",
};

/** Opens the drop-in's page, signed out or with everything chosen. */
async function open(shop, page, { isReady = true } = {}) {
  await allowTraps(page);
  const flags = "login=auto";
  const options = { edits: [otherWay] };
  const buyer = await shop.open(flags, options);
  await expect(buyer.button).toBeVisible();
  if (isReady) {
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    await shop.heard("profile");
  }
  await page.evaluate(() => {
    window.crashing = window.LanderPay.checkout;
  });
  return buyer;
}

/** It is told once, and nothing of it is thrown into anybody's code. */
async function expectOneReport(watch, shop) {
  await expect.poll(() => watch.exceptions).toEqual([`LanderPayError: ${CRASHED}`]);
  watch.exceptions = [];
  expect((await shop.details("error")).map(({ code }) => code)).toEqual(["module_crashed"]);
}

/** The same with everything chosen; the shop's answer to the order waits for `answer()`. */
async function openHeld(shop, page) {
  const answer = await shop.holdAnswer();
  const buyer = await open(shop, page);
  const { amazonOrderId } = await shop.snapshot();
  return { answer, buyer, amazonOrderId };
}

async function expectEnd(shop, page, buyer, watch, unresolved = false) {
  await shop.expectState("unavailable");
  await buyer.reads("module_crashed", CRASHED);
  await expectOneReport(watch, shop);
  expect(await shop.heard("error")).toEqual(ERROR);
  expect((await shop.details("state")).at(-1)).toEqual({
    state: "unavailable",
    missing: [],
    canPlace: false,
    unresolved,
  });
  expect((await shop.names()).slice(-2)).toEqual(["state", "error"]);
  await expect(buyer.placeOrder).toBeDisabled();
  await expect(buyer.signOut).toBeHidden();
  await expect(buyer.button).toHaveCount(0);
  await expect(page.locator("iframe")).toHaveCount(0);
  await payAnotherWay(page);
}

/** What every call of the checkout throws or rejects with. */
const callsOf = (page) =>
  page.evaluate(async () => {
    const { placeOrder, dispose, state, ...rest } = window.crashing;
    const answers = { dispose: dispose() ?? "nothing" };
    for (const [name, call] of Object.entries(rest)) {
      try {
        answers[name] = call("x", () => {});
      } catch (error) {
        answers[name] = error.code;
      }
    }
    answers.placeOrder = await placeOrder().catch(({ code }) => code);
    return answers;
  });

const REFUSED = {
  on: "module_crashed",
  placeOrder: "module_crashed",
  setAgreement: "module_crashed",
  setPresentmentCurrency: "module_crashed",
  snapshot: "module_crashed",
  signOut: "module_crashed",
  retry: "module_crashed",
  dispose: "nothing",
};

test.describe("a trap", () => {
  for (const kind of KINDS) {
    test(`${kind}, in a listener of ours: the page says so once, stays alive, and LanderPay.retry() begins anew`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const buyer = await open(shop, page);
      await setTrap(page, PLACE_ORDER, kind);
      await buyer.placeOrder.click();
      await expectEnd(shop, page, buyer, watch, kind === "inside");
      expect(await page.evaluate(() => window.LanderPay.checkout)).toBeUndefined();
      expect(await callsOf(page)).toEqual(REFUSED);
      expect(watch.orders).toEqual([]);

      await page.evaluate(() => window.LanderPay.retry());
      await expect(buyer.placeOrder).toBeEnabled();
      const { amazonOrderId } = await shop.snapshot();
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      expect(watch.orders).toHaveLength(1);
      expect(await callsOf(page)).toEqual(REFUSED);
    });
  }

  for (const [name, topic, isReady, act] of [
    ["Amazon's button", BUTTON_PRESSED, false, (buyer) => buyer.button.click()],
    ["the answer of the sign-in", SIGNED_IN, false, (buyer) => buyer.button.click()],
    ["a profile that arrives", PROFILE_ARRIVED, false, (buyer) => buyer.button.click()],
    ["a widget that makes an order reference", ORDER_CREATED, false, (b) => b.button.click()],
    ["a widget in which something is chosen", CHOSEN, true, (b) => b.address(/Harbor/).check()],
    [
      "the page that comes into sight",
      SEEN,
      true,
      ({ page }) => page.evaluate(() => dispatchEvent(new Event("pageshow"))),
    ],
  ]) {
    test(`told by ${name}: the page says so once, and stays alive`, async ({
      shop,
      page,
      watch,
    }) => {
      const buyer = await open(shop, page, { isReady });
      await setTrap(page, topic);
      await act(buyer);
      await expectEnd(shop, page, buyer, watch);
    });
  }

  test("told by a timer: the page says so once, and no timer is left", async ({
    shop,
    page,
    watch,
  }) => {
    await page.clock.install();
    const buyer = await open(shop, page);
    await setTrap(page, TIME_UP);
    await page.clock.runFor(11_000);
    await expectEnd(shop, page, buyer, watch);
    await page.clock.runFor(60_000);
    expect(watch.exceptions).toEqual([]);
    expect(await shop.details("error")).toHaveLength(1);
  });

  test("told by the first timer of all: the same", async ({ shop, page, watch }) => {
    await allowTraps(page);
    await page.addInitScript((topic) => {
      window.due = topic;
    }, BEGIN);
    const buyer = await shop.open("login=auto", { edits: [otherWay] });
    await expectEnd(shop, page, buyer, watch);
  });

  for (const [name, topic, call] of [
    ["snapshot()", SNAPSHOT, () => window.LanderPay.checkout.snapshot()],
    ["on()", ON, () => window.LanderPay.checkout.on("state", () => {})],
    ["setAgreement()", SET_AGREEMENT, () => window.LanderPay.checkout.setAgreement("one-time")],
    ["placeOrder()", PLACE_ORDER, () => window.LanderPay.checkout.placeOrder()],
  ]) {
    test(`in the page's own call of ${name}: the page gets the error`, async ({
      shop,
      page,
      watch,
    }) => {
      const buyer = await open(shop, page);
      await setTrap(page, topic);
      const code = await page.evaluate(async (call) => {
        try {
          // biome-ignore lint/security/noGlobalEval: it is the test's own.
          return await eval(`(${call})()`);
        } catch ({ code, cause }) {
          return [code, cause instanceof WebAssembly.RuntimeError];
        }
      }, String(call));
      expect(code).toEqual(["module_crashed", true]);
      await expectEnd(shop, page, buyer, watch);
    });
  }

  test("the page's own code fills the stack: what is half done is not gone on with", async ({
    shop,
    page,
    watch,
  }) => {
    const buyer = await open(shop, page);
    await page.evaluate(() => {
      const { snapshot } = window.crashing;
      const fall = () => {
        try {
          snapshot();
        } finally {
          fall();
        }
      };
      try {
        fall();
      } catch {
        // The page's own mistake.
      }
      try {
        snapshot();
      } catch {
        // It is told elsewhere.
      }
    });
    await expectEnd(shop, page, buyer, watch);
  });

  test("in dispose(): nothing is thrown", async ({ shop, page, watch }) => {
    const buyer = await open(shop, page);
    await setTrap(page, DISPOSE);
    await page.evaluate(() => window.LanderPay.checkout.dispose());
    await expect(buyer.addressFrame).toHaveCount(0);
    await expect.poll(() => watch.exceptions).toEqual([`LanderPayError: ${CRASHED}`]);
    watch.exceptions = [];
  });

  test("in a handler of the page's, under another call: both calls end, and it is told once", async ({
    shop,
    page,
    watch,
    crm,
  }) => {
    const buyer = await open(shop, page);
    await page.evaluate(() => {
      const { on, snapshot } = window.LanderPay.checkout;
      on("state", () => snapshot());
    });
    await setTrap(page, SNAPSHOT);
    await buyer.placeOrder.click();
    await expectEnd(shop, page, buyer, watch, true);
    await page.reload();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(watch.orders).toEqual([]);
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(watch.orders[0].fields.amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("LanderPay.retry()", () => {
  test("in the page's own listener for the crash: a fresh module begins", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await open(shop, page);
    await page.evaluate(() => {
      document.addEventListener("landerpay:error", ({ detail }) => {
        if (detail.code === "module_crashed") window.LanderPay.retry();
      });
    });
    await setTrap(page, PLACE_ORDER);
    await buyer.placeOrder.click();
    await expectOneReport(watch, shop);
    await expect(buyer.placeOrder).toBeEnabled();
    expect(watch.orders).toEqual([]);
    expect(await page.evaluate(() => window.instances.length)).toBe(2);
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("and then dispose() of the crashed checkout: the new one lives", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await open(shop, page);
    await setTrap(page, PLACE_ORDER);
    await buyer.placeOrder.click();
    await expectOneReport(watch, shop);
    await page.evaluate(() => window.LanderPay.retry());
    await expect(buyer.placeOrder).toBeEnabled();
    await page.evaluate(() => window.crashing.dispose());
    expect(await page.evaluate(() => window.LanderPay.checkout.state)).toBe("ready");
    await shop.expectState("ready");
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("an order is on its way", () => {
  for (const [how, again] of [
    ["the page is loaded again", (page) => page.reload()],
    ["LanderPay.retry()", (page) => page.evaluate(() => window.LanderPay.retry())],
  ]) {
    test(`the module traps at the answer, then ${how}: the same order is asked about, and exists once`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const { answer, buyer, amazonOrderId } = await openHeld(shop, page);
      await page.evaluate(() => {
        const { placeOrder } = window.LanderPay.checkout;
        window.rejected = placeOrder().catch(({ code }) => code);
      });
      await shop.expectState("placing");
      await setTrap(page, ANSWERED);
      answer();
      await expectEnd(shop, page, buyer, watch, true);
      expect(await page.evaluate(() => window.rejected)).toBe("module_crashed");

      await again(page);
      await expect(buyer.status).toHaveText(THANKS);
      const [first, second] = watch.orders;
      expect(watch.orders).toHaveLength(2);
      expect(second.key).toBe(first.key);
      expect(second.fields).toEqual(first.fields);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    });
  }

  test("it traps while the shop is still asked: the answer that comes then reaches nobody, and the order exists once", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { answer, buyer, amazonOrderId } = await openHeld(shop, page);
    await buyer.place();
    await shop.expectState("placing");
    await expect.poll(() => watch.orders.length).toBe(1);
    await setTrap(page, SNAPSHOT);
    await page.evaluate(() => {
      try {
        window.LanderPay.checkout.snapshot();
      } catch {
        // It is told elsewhere.
      }
    });
    await expectEnd(shop, page, buyer, watch, true);
    answer();
    await page.reload();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders[1].key).toBe(watch.orders[0].key);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("it traps again where the order is asked about: a third try asks with the same key", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { answer, buyer, amazonOrderId } = await openHeld(shop, page);
    await buyer.place();
    await setTrap(page, ANSWERED);
    answer();
    await expectEnd(shop, page, buyer, watch, true);
    await setNextTrap(page, SENT);
    await page.evaluate(() => window.LanderPay.retry());
    await expect.poll(() => watch.exceptions.length).toBe(1);
    watch.exceptions = [];
    await buyer.reads("module_crashed", CRASHED);
    await page.evaluate(() => window.LanderPay.retry());
    await expect(buyer.status).toHaveText(THANKS);
    expect(new Set(watch.orders.map(({ key }) => key)).size).toBe(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("it traps once the order is placed: the buyer goes on reading so", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const buyer = await open(shop, page);
    const { amazonOrderId } = await shop.snapshot();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const id = await buyer.orderId.textContent();
    await setTrap(page, SEEN);
    await page.evaluate(() => dispatchEvent(new Event("pageshow")));
    await expectOneReport(watch, shop);
    await shop.expectState("placed");
    await expect(buyer.status).toHaveText(THANKS);
    await expect(buyer.orderId).toHaveText(id);
    await expect(buyer.placeOrder).toBeDisabled();
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test.describe("the package", () => {
  test("createCheckout() traps: it rejects, and the next one works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await allowTraps(page);
    await module.open("login=auto");
    await module.create(1);
    await setTrap(page, BEGINNING);
    expect(await module.create(2)).toEqual({ code: "module_crashed", audience: "developer" });
    await expect.poll(() => watch.exceptions).toEqual([`LanderPayError: ${CRASHED}`]);
    watch.exceptions = [];
    expect((await module.heard(1)).slice(-2)).toEqual([
      "state unavailable",
      "error module_crashed",
    ]);
    expect(await module.createAgain(2)).toBe("loading");
    await module.look(2).signInAtOnce();
    await buy(module.look(2), crm, watch);
  });

  test("all checkouts of the module end, and what is said to them reaches no later one", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await allowTraps(page);
    await module.open("login=auto");
    await module.create(1);
    await module.look(1).signInAtOnce();
    await expect(module.look(1).placeOrder).toBeEnabled();
    await module.call(1, "dispose");
    await module.create(2);
    await expect(module.look(2).placeOrder).toBeEnabled();
    await module.create(3);
    await expect(module.look(3).placeOrder).toBeEnabled();
    const heard = await module.heard(1);
    await setTrap(page, SEEN);
    await page.evaluate(() => dispatchEvent(new Event("pageshow")));
    await expect.poll(() => watch.exceptions).toEqual([`LanderPayError: ${CRASHED}`]);
    watch.exceptions = [];
    for (const n of [2, 3]) {
      const ends = ["state unavailable", "error module_crashed"];
      expect((await module.heard(n)).slice(-2)).toEqual(ends);
      await module.look(n).reads("module_crashed", CRASHED);
      await expect(module.look(n).placeOrder).toBeDisabled();
    }

    // These have the numbers of those before.
    for (const n of [4, 5, 6]) {
      await module.create(n, { order: { campaignId: 12, product1_id: 341 + n } });
      await expect(module.look(n).placeOrder).toBeEnabled();
    }
    const silent = await Promise.all([4, 5, 6].map((n) => module.heard(n)));
    await page.evaluate(async () => {
      for (const n of [1, 2, 3]) {
        await window.checkouts[n].placeOrder().catch(() => {});
        try {
          window.checkouts[n].signOut();
        } catch {
          // It is told elsewhere.
        }
        window.checkouts[n].dispose();
      }
    });
    expect(watch.orders).toEqual([]);
    expect(await Promise.all([4, 5, 6].map((n) => module.heard(n)))).toEqual(silent);
    expect(await module.heard(1)).toEqual(heard);
    await buy(module.look(6), crm, watch);
    await buy(module.look(4), crm, watch);
  });
});

/** Places the order, which exists once afterwards. */
async function buy(buyer, crm, watch) {
  await buyer.place();
  await expect(buyer.status).toHaveText(/Thank you/);
  const { fields } = watch.orders.at(-1);
  expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
}
