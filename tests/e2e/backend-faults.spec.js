import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const HTML = "<!doctype html><title>Maintenance</title><h1>Back soon</h1>";
const ORDER = "**/import-order";
const THANKS = /^Thank you\. Your order has been placed\./;

const keys = (watch) => watch.orders.map(({ key }) => key);
const codes = async (shop) => (await shop.details("error")).map(({ code }) => code);
const fault = (custom5) => ({ edits: [field("custom5", custom5)] });

/** Presses the button once more, and expects the same order under the same key. */
async function askAgain(buyer, watch) {
  const before = watch.orders.length;
  await buyer.place();
  await expect.poll(() => watch.orders.length).toBeGreaterThan(before);
  const [first, last] = [watch.orders[0], watch.orders.at(-1)];
  expect(last.key).toBe(first.key);
  expect(last.fields).toEqual(first.fields);
}

test.describe("an answer that is none", () => {
  for (const [name, status, body, code] of [
    ["a page of HTML", 200, HTML, "backend_unreadable"],
    ["a page of HTML with status 404", 404, HTML, "backend_unreadable"],
    ["a page of HTML with status 500", 500, HTML, "backend_failed"],
    ["a page of HTML with status 502", 502, HTML, "backend_failed"],
    ["nothing", 200, "", "backend_unreadable"],
    ["a JSON array", 200, "[]", "backend_unreadable"],
    ["a JSON text", 200, '"SUCCESS"', "backend_unreadable"],
    ["an unknown result", 200, '{"result":"PENDING","message":"soon"}', "unknown_result"],
  ]) {
    test(`${name}: the buyer reads it, and the next press asks about the same order`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady();
      await page.route(ORDER, (route) =>
        route.fulfill({ status, body, contentType: "text/html; charset=utf-8" }),
      );
      await buyer.place();
      await buyer.reads(code);
      const error = await shop.heard("error");
      const subject = code === "unknown_result" ? "PENDING" : String(status);
      expect(error).toMatchObject({ code, audience: "merchant", subject });
      await expect(buyer.status).toHaveText(error.message);
      await expect(buyer.placeOrder).toBeEnabled();
      expect(await crm.outcomes(amazonOrderId)).toEqual([]);

      await page.unroute(ORDER);
      await askAgain(buyer, watch);
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      expect(new Set(keys(watch)).size).toBe(1);
    });
  }
});

test.describe("an order of unknown fate", () => {
  const UNRESOLVED = /^We do not know yet whether your order was placed/;

  /** A checkout whose order was sent while the shop was out of order. */
  async function sendInVain({ shop, page }) {
    await page.clock.install();
    const ready = await shop.openReady();
    await page.route(ORDER, (route) => route.fulfill({ status: 502, body: HTML }));
    await ready.buyer.place();
    await ready.buyer.reads("backend_failed");
    return ready;
  }

  test("is asked about without a press, until the shop can say", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await sendInVain({ shop, page });
    expect(watch.orders).toHaveLength(1);
    for (const asked of [2, 3, 4]) {
      await page.clock.runFor(10_500);
      await expect.poll(() => watch.orders.length).toBe(asked);
    }
    // Nobody is told of each.
    expect(await codes(shop)).toEqual(["backend_failed"]);
    await shop.expectState("ready");
    expect((await shop.snapshot()).unresolved).toBe(true);
    await page.unroute(ORDER);
    await page.clock.runFor(10_500);
    await expect(buyer.status).toHaveText(THANKS);
    expect(new Set(keys(watch)).size).toBe(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("is asked about as soon as the browser is online again", async ({
    shop,
    crm,
    page,
    context,
  }) => {
    await page.clock.install();
    const { buyer, amazonOrderId } = await shop.openReady();
    await context.setOffline(true);
    await buyer.place();
    await page.clock.runFor(2_100);
    await page.clock.runFor(2_100);
    await buyer.reads("backend_unreachable");
    expect(await crm.outcomes(amazonOrderId)).toEqual([]);
    // One more question in vain, and no timer asks any more.
    const failed = page.waitForEvent("requestfailed");
    await page.clock.pauseAt(Date.now() + 60_000);
    await failed;
    await shop.snapshot();
    await context.setOffline(false);
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("is asked about once at a time, and a press asks at once", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await sendInVain({ shop, page });
    await page.unroute(ORDER);
    const held = [];
    await page.route(ORDER, (route) => held.push(route));
    await page.clock.runFor(10_500);
    await expect.poll(() => held.length).toBe(1);
    await page.clock.runFor(21_000);
    expect(watch.orders).toHaveLength(2);
    await buyer.place();
    await expect.poll(() => held.length).toBe(2);
    await shop.expectState("placing");
    // What was asked before does not answer what is asked now.
    await held[0].fulfill({ status: 502, body: HTML });
    await held[1].continue();
    await expect(buyer.status).toHaveText(THANKS);
    expect(new Set(keys(watch)).size).toBe(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(await shop.details("placed")).toHaveLength(1);
  });

  test("says so to whoever changes the choice meanwhile", async ({ shop, page }) => {
    const { buyer } = await sendInVain({ shop, page });
    await buyer.address(/Harbor Road/).dispatchEvent("click");
    await expect(buyer.status).toHaveText(UNRESOLVED);
    await expect(buyer.placeOrder).toBeEnabled();
  });
});

test("no connection: three sends under one key, then the buyer tries again under the same key", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const { buyer, amazonOrderId } = await shop.openReady();
  await page.route(ORDER, (route) => route.abort("connectionrefused"));
  await buyer.place();
  await buyer.reads(
    "backend_unreachable",
    "The shop's answer did not arrive. Try again: the order is not placed twice.",
  );
  expect(watch.orders).toHaveLength(3);
  expect(new Set(keys(watch)).size).toBe(1);
  expect(await codes(shop)).toEqual(["backend_unreachable"]);
  expect(await crm.outcomes(amazonOrderId)).toEqual([]);

  await page.unroute(ORDER);
  await askAgain(buyer, watch);
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test("an answer that is lost on the way: the order is there once, and the buyer sees its number", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const { buyer, amazonOrderId } = await shop.openReady();
  let lost = 0;
  await page.route(ORDER, async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    await route.abort("connectionreset");
  });
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(new Set(keys(watch)).size).toBe(1);
  expect(watch.orders).toHaveLength(2);
  const imports = await crm.imports(amazonOrderId);
  expect(imports).toHaveLength(1);
  await expect(buyer.orderId).toHaveText(imports[0].orderId);
});

test("an answer that never comes: after 150 seconds the buyer may try again, and there is one order", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  await page.clock.install();
  const { buyer, amazonOrderId } = await shop.openReady();
  let hangs = true;
  await page.route(ORDER, (route) => (hangs ? undefined : route.continue()));
  await buyer.place();
  await expect.poll(() => watch.orders.length).toBe(1);
  await expect(buyer.status).toHaveText(/^Your order is being placed/);
  await expect(buyer.placeOrder).toHaveAttribute("aria-busy", "true");
  await page.clock.fastForward(140_000);
  await shop.expectState("placing");
  await page.clock.fastForward(11_000);
  await buyer.reads(
    "backend_timeout",
    "The shop did not answer in time. Try again: the order is not placed twice.",
  );
  hangs = false;
  await askAgain(buyer, watch);
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
});

test.describe("declined", () => {
  for (const reason of ["InvalidPaymentMethod", "PaymentMethodNotAllowed", "PaymentPlanNotSet"]) {
    test(`${reason}: the wallet is drawn anew on the same order, and another card is taken`, async ({
      shop,
      crm,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady("", fault(`once:decline:${reason}`));
      const wallet = await buyer.walletFrame.getAttribute("id");
      await buyer.place();
      await shop.expectState("declined");
      await expect(buyer.status).toHaveText(
        "Your payment method was declined. Please choose another one and try again.",
      );
      expect(await shop.heard("declined")).toEqual({
        reason,
        message: `Transaction Declined: ${reason}`,
      });
      await expect(buyer.walletFrame).not.toHaveId(wallet);
      // Amazon knows the address of this order, and takes no other.
      await expect(buyer.addresses).toHaveCount(0);
      await expect(buyer.addressFrame.contentFrame().getByText(/Maple Street/)).toBeVisible();
      await buyer.card(/Mastercard/).check();
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
      expect(new Set(keys(watch)).size).toBe(2);
      expect(await codes(shop)).toEqual([]);
    });
  }

  test("nothing can be placed until the new wallet has spoken", async ({ shop, page, crm }) => {
    const { buyer, amazonOrderId } = await shop.openReady(
      "",
      fault("decline:InvalidPaymentMethod"),
    );
    let show;
    const shown = new Promise((resolve) => {
      show = resolve;
    });
    await page.route("**/gp/widgets/widgets", async (route) => {
      await shown;
      await route.fallback();
    });
    await buyer.place();
    await shop.expectState("declined");
    await expect(buyer.placeOrder).toBeDisabled();
    expect(await shop.snapshot()).toMatchObject({ missing: ["payment"], canPlace: false });
    show();
    await buyer.place();
    await shop.heard("declined", 2);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "declined"]);
  });

  for (const reason of ["ProcessingFailure", "TransactionTimedOut"]) {
    test(`${reason}: the same order may be placed again`, async ({ shop, crm, watch }) => {
      const { buyer, amazonOrderId } = await shop.openReady("", fault(`once:decline:${reason}`));
      await buyer.place();
      await shop.expectState("declined");
      await expect(buyer.status).toHaveText("The payment did not go through. Please try again.");
      await buyer.place();
      await expect(buyer.status).toHaveText(THANKS);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
      expect(new Set(keys(watch)).size).toBe(2);
    });
  }

  test("AmazonRejected: a new order reference, on which the buyer chooses again", async ({
    shop,
    crm,
    page,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady("", fault("decline:AmazonRejected"));
    await buyer.place();
    await shop.expectState("declined");
    await expect(buyer.status).toHaveText(
      "The payment was declined. Please choose again or pay another way.",
    );
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId: next } = await shop.snapshot();
    expect(next).not.toBe(amazonOrderId);
    await page.locator('input[name="custom5"]').evaluate((input) => input.remove());
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined"]);
    expect(await crm.outcomes(next)).toEqual(["accepted"]);
  });

  test("placeOrder() rejects with the reason", async ({ shop, page }) => {
    await shop.openReady("", fault("decline:InvalidPaymentMethod"));
    const error = await page.evaluate(() =>
      window.LanderPay.checkout
        .placeOrder()
        .catch(({ code, audience, subject }) => ({ code, audience, subject })),
    );
    expect(error).toEqual({
      code: "declined",
      audience: "buyer",
      subject: "InvalidPaymentMethod",
    });
  });
});

test.describe("what the CRM answers", () => {
  for (const [name, custom5, code, words] of [
    ["a message for each field", "fields", "order_refused", /shipState is invalid/],
    ["a number as message", "numeric-message", "order_refused", "The order was not accepted: 400."],
    [
      "a payment at PayPal",
      "paypal",
      "payment_unfinished",
      "The CRM asked for a further payment step.",
    ],
    [
      "a redirect to a script",
      "redirect:javascript:document.title='run'",
      "redirect_refused",
      "The address of the next page cannot be used.",
    ],
    [
      "a redirect without encryption",
      "redirect:http://bank.example/3ds",
      "redirect_refused",
      "The address of the next page cannot be used.",
    ],
    ["an unknown result", "unknown-result", "unknown_result", /`PENDING`/],
    ["HTML", "html", "backend_failed", /HTTP 502/],
    ["HTML with status 500", "http-500", "backend_failed", /HTTP 502/],
    ["nothing", "empty", "backend_failed", /HTTP 502/],
    ["half an answer", "lost", "backend_failed", /HTTP 50[24]/],
    ["the shop's credentials and the token", "quote", "order_refused", /not accepted/],
  ]) {
    test(`${name}: the buyer reads it, and the CRM is asked once`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady("", fault(custom5));
      const title = await page.title();
      await buyer.place();
      await buyer.reads(code, words);
      await expect(buyer.status).toBeVisible();
      await expect(buyer.orderId).toBeHidden();
      expect(await codes(shop)).toEqual([code]);
      const expected = custom5 === "lost" ? "accepted" : "unfinished";
      expect(await crm.outcomes(amazonOrderId)).toEqual([expected]);
      expect(watch.orders).toHaveLength(1);
      expect(await page.title()).toBe(title);
      expect(await page.content()).not.toMatch(/stand-in-(api-user|password)/);
    });
  }

  test("lost, and the buyer presses again: the order is placed, and imported once", async ({
    shop,
    crm,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady("", fault("lost"));
    await buyer.place();
    await buyer.reads("backend_failed", /HTTP 504/);
    await expect(buyer.placeOrder).toHaveAccessibleName("Ask again");
    await expect(buyer.orderId).toBeHidden();
    await askAgain(buyer, watch);
    await expect(buyer.status).toHaveText(THANKS);
    const [imported, ...more] = await crm.imports(amazonOrderId);
    expect(more).toEqual([]);
    expect(imported.outcome).toBe("accepted");
    await expect(buyer.orderId).toHaveText(imported.orderId);
    expect(watch.orders).toHaveLength(2);
    expect(await codes(shop)).toEqual(["backend_failed"]);
  });

  for (const [what, custom5, status, outcome] of [
    ["html: the CRM has no order yet", "html", 502, "unfinished"],
    ["lost, and the CRM cannot be asked", "lost query-html", 504, "accepted"],
  ]) {
    test(`${what}: the buyer presses again in vain, and nothing is imported twice`, async ({
      shop,
      crm,
      watch,
    }) => {
      const { buyer, amazonOrderId } = await shop.openReady("", fault(custom5));
      await buyer.place();
      await buyer.reads("backend_failed", new RegExp(`HTTP ${status}`));
      await askAgain(buyer, watch);
      await shop.heard("error", 2);
      await buyer.reads("backend_failed", /HTTP 504/);
      await expect(buyer.placeOrder).toHaveAccessibleName("Ask again");
      expect((await shop.snapshot()).unresolved).toBe(true);
      await expect(buyer.orderId).toBeHidden();
      expect(await crm.outcomes(amazonOrderId)).toEqual([outcome]);
    });
  }

  test("a redirect to the bank: the browser goes there", async ({ shop, crm, page, context }) => {
    await context.route("https://bank.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>Bank</title>" }),
    );
    const { buyer, amazonOrderId } = await shop.openReady(
      "",
      fault("redirect:https://bank.example/3ds?id=1"),
    );
    await buyer.place();
    await page.waitForURL("https://bank.example/3ds?id=1");
    await expect(page).toHaveTitle("Bank");
    expect(await crm.outcomes(amazonOrderId)).toEqual(["unfinished"]);
  });

  test("a redirect with a script: the script does not run", async ({ shop, page, context }) => {
    await context.route("https://bank.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<p>Bank</p>" }),
    );
    const { buyer } = await shop.openReady();
    const titles = [];
    await page.exposeFunction("sawTitle", (title) => titles.push(title));
    const script = "document.title = 'run'; sawTitle('run')";
    await page.route(ORDER, (route) =>
      route.fulfill({ json: { result: "MERC_REDIRECT", message: { script } } }),
    );
    await buyer.place();
    await buyer.reads("payment_unfinished");
    await page.unroute(ORDER);
    await page.route(ORDER, (route) =>
      route.fulfill({
        json: { result: "MERC_REDIRECT", message: { script, url: "https://bank.example/" } },
      }),
    );
    await buyer.place();
    await page.waitForURL("https://bank.example/");
    expect(titles).toEqual([]);
  });

  for (const result of ["ERROR", "DECLINED"]) {
    test(`markup in a message (${result}) is shown or told as text, and runs nowhere`, async ({
      shop,
      page,
    }) => {
      const { buyer } = await shop.openReady();
      const dialogs = [];
      page.on("dialog", (dialog) => dialogs.push(dialog.message()) && dialog.dismiss());
      const message = '<img src=x onerror="alert(1)"><b>Sold out</b>';
      await page.route(ORDER, (route) => route.fulfill({ json: { result, message } }));
      await buyer.place();
      if (result === "ERROR") await expect(buyer.status).toContainText(message);
      else expect(await shop.heard("declined")).toMatchObject({ reason: "Other", message });
      await expect(buyer.status.locator("*")).toHaveCount(0);
      expect(dialogs).toEqual([]);
    });
  }
});

test("the backend reads forms: the same fields arrive", async ({ shop, crm, watch }) => {
  const { buyer, amazonOrderId } = await shop.openReady("account=emoji", {
    edits: [option("backend-format", "form"), field("custom1", "a&amp;b=c+d %7C")],
  });
  const token = await shop.token();
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  const [order] = watch.orders;
  expect(order.contentType).toMatch(/^application\/x-www-form-urlencoded/);
  const [imported, ...more] = await crm.imports(amazonOrderId);
  expect(more).toEqual([]);
  expect(imported.fields).toMatchObject({
    ...order.fields,
    amazonAddressConsent: token,
    firstName: "Zoë",
    lastName: "🦊 Lindqvist",
    custom1: "a&b=c+d %7C",
    paySource: "AMAZON",
    product1_id: "345",
  });
});

test.describe("haste", () => {
  test("a double click places one order", async ({ shop, crm, watch }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await buyer.placeOrder.dblclick();
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("Enter and a click place one order, and the page is not left", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await buyer.placeOrder.focus();
    const { x, y } = await buyer.placeOrder.boundingBox();
    await Promise.all([page.keyboard.press("Enter"), page.mouse.click(x + 9, y + 9)]);
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
    expect(page.url()).toBe(`${shop.origin}/one-time.html`);
  });

  test("Enter in the order form places the order, and the page is not left", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const typed = (html) =>
      html.replace(/<form [^>]*data-landerpay="order">/, '$&<input name="custom2" id="typed">');
    const { buyer, amazonOrderId } = await shop.openReady("", { edits: [typed] });
    await page.locator("#typed").fill("now");
    await page.locator("#typed").press("Enter");
    await expect(buyer.status).toHaveText(THANKS);
    expect(watch.orders).toHaveLength(1);
    expect(await crm.imports(amazonOrderId)).toMatchObject([{ fields: { custom2: "now" } }]);
    expect(page.url()).toBe(`${shop.origin}/one-time.html`);
  });

  test("a button of the page's own in the order form places nothing", async ({
    shop,
    page,
    watch,
  }) => {
    const coupon = (html) =>
      html.replace(/<form [^>]*data-landerpay="order">/, '$&<button id="coupon">Apply</button>');
    const { buyer } = await shop.openReady("", { edits: [coupon] });
    await page.evaluate(() => {
      const form = document.querySelector("[data-landerpay=order]");
      form.addEventListener("submit", (event) => event.preventDefault());
    });
    await page.locator("#coupon").click();
    await expect(buyer.placeOrder).toBeEnabled();
    await shop.expectState("ready");
    expect(watch.orders).toEqual([]);
  });

  test("a form that the page has drawn anew is read, not the old one", async ({
    shop,
    crm,
    page,
  }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await page.evaluate(() => {
      const form = document.querySelector("[data-landerpay=order]");
      const anew = form.cloneNode(true);
      anew.elements.product1_qty.value = "3";
      form.replaceWith(anew);
    });
    await page.evaluate(() => window.LanderPay.checkout.placeOrder());
    await expect(buyer.orderId).toBeVisible();
    expect(await crm.imports(amazonOrderId)).toMatchObject([{ fields: { product1_qty: "3" } }]);
  });

  test("a press after the order places nothing", async ({ shop, crm, watch }) => {
    const { buyer, amazonOrderId } = await shop.openReady();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    await buyer.placeOrder.dispatchEvent("click");
    await expect(buyer.orderId).toBeVisible();
    expect(watch.orders).toHaveLength(1);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});
