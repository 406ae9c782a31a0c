// Every page in every state, as support/access.js looks at them. Each test walks one page, or one way
// through several, and looks at each step.
import { inspect } from "./support/access.js";
import { at, DROP_IN, NPM } from "./support/buyer.js";
import {
  CART,
  FIRST,
  LANDER,
  openFunnel,
  REVIEW,
  readOnly,
  SECOND,
  THANKS,
} from "./support/funnel.js";
import { consentOf, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const SUBSCRIPTION = at("/subscription.html");
const DIGITAL = at("/digital.html");
// Nothing is preselected, so that each choice is a step of its own.
const ASKING = "addresses=none-chosen,cards=none-chosen";
// What there is to do next differs by the page's own markup, not by what is sold.
const DECLINES = ["TransactionTimedOut", "InvalidPaymentMethod", "AmazonRejected"];
const DECLINED_ON = ["one-time", "npm"];
const isOrder = "**/import-*";

// Each look would be a picture in the trace.
test.use({ trace: "off" });

/** Answers the orders of a page from now on, and each only when it is let. */
async function answerOrders(page, json) {
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  await page.unroute(isOrder);
  await page.route(isOrder, async (route) => {
    await answered;
    await route.fulfill({ json });
  });
  return answer;
}

const declined = (reason) => ({ result: "ERROR", message: `Transaction Declined: ${reason}` });
const UNKNOWN = { result: "ERROR", code: "order_outcome_unknown", message: "?" };
const ACCEPTED = { result: "SUCCESS", message: { orderId: "A1B2C3D4E5" } };

async function signIn(buyer) {
  const window = await buyer.openSignIn();
  const closed = window.waitForEvent("close");
  await Promise.all([closed, window.getByRole("button", { name: "Sign in" }).click()]);
}

/** Chooses whatever is still to be chosen, and looks at each step. */
async function choose(page, buyer, parts, see = () => {}) {
  const { path } = parts;
  if (path !== DIGITAL.path) {
    await expect(buyer.addresses).toHaveCount(2);
    await see("choosing an address");
    await buyer.address(/Maple Street/).check();
  }
  await expect(buyer.cards).toHaveCount(2);
  await expect(buyer.walletFrame).toBeVisible();
  await see("choosing a payment method");
  await buyer.card(/Visa/).check();
  if (path === SUBSCRIPTION.path) {
    await expect(buyer.status).toHaveText(/agree/);
    await see("consent is missing");
    await consentOf(page).check();
  }
  await expect(buyer.placeOrder).toBeEnabled();
}

for (const [name, parts] of Object.entries({
  "one-time": DROP_IN,
  subscription: SUBSCRIPTION,
  digital: DIGITAL,
  npm: NPM,
})) {
  test(`${name}: a purchase with all its detours`, async ({ shop, page }) => {
    test.slow();
    const see = (step) => inspect(page, `${name}: ${step}`);
    let load;
    const loaded = new Promise((resolve) => {
      load = resolve;
    });
    await page.route("**/Widgets.js", async (route) => {
      await loaded;
      await route.fallback();
    });
    await page.clock.install();
    const buyer = await shop.open(ASKING, { parts });
    await expect(buyer.status).toHaveText("Amazon Pay is loading…");
    await see("loading");
    load();
    await expect(buyer.button).toBeVisible();
    await see("signed out");
    const window = await buyer.openSignIn();
    await expect(buyer.status).toHaveText(/Amazon window/);
    await see("signing in");
    const closed = window.waitForEvent("close");
    await Promise.all([closed, window.getByRole("button", { name: "Cancel" }).click()]);
    await expect(buyer.status).toHaveText(/declined/);
    await see("sign-in declined");
    await signIn(buyer);
    await choose(page, buyer, parts, see);
    await see("ready");

    await page.clock.fastForward("55:00");
    await page.clock.runFor(10_500);
    await expect(buyer.status).toHaveText(/session has ended/);
    await see("expired");
    await signIn(buyer);
    // A box that is drawn anew is to be ticked again.
    await expect(async () => {
      if (parts === SUBSCRIPTION) await consentOf(page).check({ timeout: 1000 });
      await expect(buyer.placeOrder).toBeEnabled({ timeout: 1000 });
    }).toPass();

    let answer = await answerOrders(page, UNKNOWN);
    await buyer.place();
    await expect(buyer.status).toHaveText(/being placed|Placing/);
    await see("placing");
    answer();
    await expect(buyer.status).toHaveText(/Nobody knows|on our side/);
    await see("nobody knows what became of it");
    for (const reason of DECLINED_ON.includes(name) ? DECLINES : []) {
      answer = await answerOrders(page, declined(reason));
      answer();
      await buyer.place();
      await expect(buyer.status).toHaveText(/declined|did not go through/);
      await see(reason);
      if (reason === "InvalidPaymentMethod") await buyer.card(/Mastercard/).check();
      if (reason === "AmazonRejected") await choose(page, buyer, parts);
      await expect(buyer.placeOrder).toBeEnabled();
    }
    answer = await answerOrders(page, ACCEPTED);
    answer();
    await buyer.place();
    await expect(buyer.orderId).toHaveText("A1B2C3D4E5");
    await see("placed");
  });

  test(`${name}: Amazon Pay is unavailable`, async ({ shop, page }) => {
    const buyer = await shop.open("widgets=404", { parts });
    await expect(buyer.status).toHaveText(/could not be loaded/);
    await inspect(page, `${name}: unavailable`);
  });
}

test("the funnel's other pages", async ({ shop, page }) => {
  test.slow();
  const see = (step) => inspect(page, step);
  await page.clock.install();
  for (const [step, parts] of Object.entries({ upsell: FIRST, "thank-you": THANKS })) {
    const buyer = await shop.open("", { parts });
    await buyer.reads("first_order_missing");
    await see(`${step}: no order before it`);
  }
  const buyer = await openFunnel(shop);
  await buyer.signInAtOnce();
  await buyer.place();
  await page.waitForURL(`**${FIRST.path}`);
  await expect(buyer.placeOrder).toBeEnabled();
  await see("upsell: ready");
  for (const frame of [buyer.addressFrame, buyer.walletFrame]) {
    await frame.contentFrame().getByRole("button", { name: "Change" }).click();
    await expect(frame.contentFrame().getByRole("radio")).toHaveCount(2);
    await see("upsell: a list is unfolded");
    await frame.contentFrame().getByRole("button", { name: "Cancel" }).click();
  }
  let answer = await answerOrders(page, UNKNOWN);
  await buyer.place();
  await expect(buyer.status).toHaveText(/being added/);
  await see("upsell: placing");
  answer();
  await buyer.reads("outcome_unknown");
  await see("upsell: nobody knows what became of it");
  answer = await answerOrders(page, declined("InvalidPaymentMethod"));
  answer();
  await buyer.place();
  await expect(buyer.status).toHaveText(/declined/);
  await see("upsell: declined");
  await expect(buyer.placeOrder).toBeEnabled();
  // By the shop itself: the tab knows what was added by the order's own number.
  await page.unroute(isOrder);
  await buyer.place();
  await page.waitForURL(`**${SECOND.path}`);
  await expect(buyer.placeOrder).toBeEnabled();
  await see("second upsell: ready");
  await page.goto(shop.origin + FIRST.path);
  await buyer.reads("upsell_taken");
  await see("upsell: taken");
  await page.goto(shop.origin + THANKS.path);
  await expect(buyer.status).toHaveText(/^Thank you/);
  await expect(buyer.signOut).toBeVisible();
  await see("thank-you: placed");

  await page.evaluate(() => sessionStorage.removeItem("landerpay"));
  await page.goto(shop.origin + SECOND.path);
  await expect(buyer.button).toBeVisible();
  await see("second upsell: signed out");
  await shop.prepare("widgets=404", { parts: SECOND });
  await page.reload();
  await buyer.reads("amazon_unreachable");
  await see("second upsell: unavailable");
  await page.clock.setSystemTime(Date.now() + 7_300_000);
  await page.goto(shop.origin + FIRST.path);
  await buyer.reads("upsell_over");
  await see("upsell: over");
});

test("a cart and its review", async ({ shop, page }) => {
  test.slow();
  const see = (step) => inspect(page, step);
  await shop.prepare("login=auto", { parts: REVIEW });
  const buyer = await shop.open("login=auto", { parts: CART });
  await expect(buyer.button).toBeVisible();
  await see("cart: signed out");
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  await see("cart: ready");
  await buyer.place();
  await page.waitForURL(`**${REVIEW.path}`);
  await expect(readOnly(page, "address").getByText(/Maple Street/)).toBeVisible();
  await expect(readOnly(page, "wallet").getByText(/Visa/)).toBeVisible();
  await see("review: ready");
  const answer = await answerOrders(page, declined("TransactionTimedOut"));
  await buyer.place();
  await expect(buyer.status).toHaveText(/being placed/);
  await see("review: placing");
  answer();
  await expect(buyer.status).toHaveText(/did not go through/);
  await see("review: declined");
  await expect(buyer.placeOrder).toBeEnabled();
});

test("a review of nothing", async ({ shop, page }) => {
  const buyer = await shop.open("login=auto", { parts: REVIEW });
  await buyer.button.click();
  await buyer.reads("nothing_to_review");
  await inspect(page, "review: nothing is chosen");
});

test("the lander of a funnel", async ({ shop, page }) => {
  const buyer = await shop.open("login=auto", { parts: LANDER });
  await expect(buyer.button).toBeVisible();
  await inspect(page, "lander: signed out");
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  await inspect(page, "lander: ready");
});

for (const path of ["/product.html", "/log-in.html"]) {
  test(`${path}: signed out, signed in`, async ({ shop, page }) => {
    const buyer = await shop.open("login=auto", { parts: at(path) });
    await expect(buyer.button).toBeVisible();
    await inspect(page, `${path}: signed out`);
    await buyer.button.click();
    await expect(page.locator('[data-landerpay="buyer"]').first()).toHaveText(/\w/);
    await inspect(page, `${path}: signed in`);
  });
}

test("what Amazon Pay is", async ({ shop, page }) => {
  await shop.open("", { parts: CART });
  await page.getByRole("button", { name: "What is this?" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspect(page, "cart: what Amazon Pay is");
});

test("widgets that fail", async ({ shop, page }) => {
  const errors = ["address-error", "wallet-error", "consent-error"];
  const flags = ["login=auto", ...errors.map((name) => `${name}=ServerError`)].join();
  const buyer = await shop.open(flags, { parts: SUBSCRIPTION });
  await buyer.button.click();
  await buyer.reads("address_book_error");
  await expect(buyer.addressFrame.contentFrame().getByRole("alert")).toBeVisible();
  await inspect(page, "an address book with an error");
  await shop.open("login=auto,consent=400", { parts: SUBSCRIPTION });
  await expect(
    page.frameLocator('[data-landerpay="consent"] iframe').getByRole("alert"),
  ).toBeVisible();
  await inspect(page, "a consent with an error");
});

test("the pages around: the front page, Amazon's, and the simulator's own", async ({
  shop,
  page,
}) => {
  await page.goto(shop.origin);
  await inspect(page, "the front page");
  await page.goto(`${shop.simulator}/`);
  await page.getByRole("button", { name: "Copy" }).first().click();
  await expect(page.getByRole("status").filter({ hasText: /./ })).toHaveCount(1);
  await inspect(page, "the simulator's panel");
  const never = { edits: [option("popup", "never")] };
  for (const flags of ["", "origin=refused"]) {
    const buyer = await shop.open(flags, never);
    await buyer.button.click();
    await page.waitForURL(/\/ap\/oa/);
    await inspect(page, flags || "signing in on Amazon's page");
  }
});
