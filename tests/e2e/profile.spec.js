import { field, option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const PROFILE = "**/user/profile";
const THANKS = /^Thank you\. Your order has been placed\./;
const READY = "Everything is chosen. You can place your order now.";
const CORS = { "access-control-allow-origin": "*" };
const MARIA = {
  user_id: "amzn1.account.SIMULATED00000000000000001",
  name: "Maria Bennett",
  email: "buyer1@example.com",
};
const TYPED = [
  field("emailAddress", "typed@example.com"),
  field("firstName", "Typed"),
  field("lastName", "Buyer"),
];
const typed = { emailAddress: "typed@example.com", firstName: "Typed", lastName: "Buyer" };
/** What the backend hears when it asks Amazon itself, whatever the page has heard. */
const amazons = { emailAddress: MARIA.email, firstName: "Maria", lastName: "Bennett" };

/** Amazon answers with this instead; gives how often it was asked. */
async function answerWith(page, answer) {
  const asked = [];
  await page.route(PROFILE, async (route) => {
    asked.push(route.request().headers().authorization);
    await (answer === "abort" ? route.abort() : route.fulfill({ headers: CORS, ...answer }));
  });
  return asked;
}

/** Holds Amazon's answer back until it is let go. */
async function holdBack(page) {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(PROFILE, async (route) => {
    await held;
    await route.fallback();
  });
  return release;
}

/**
 * Buys, and expects one import with what Amazon tells the backend about the buyer.
 *
 * @returns what the page has sent
 */
async function buy({ buyer, amazonOrderId }, { crm, watch }, told = amazons) {
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  const imports = await crm.imports(amazonOrderId);
  expect(imports).toMatchObject([{ outcome: "accepted", fields: told }]);
  const [order, ...more] = watch.orders;
  expect(more).toEqual([]);
  return order.fields;
}

const profileErrors = async (shop) =>
  (await shop.details("error")).filter(({ code }) => code === "profile_failed");

test.describe("what the page hears", () => {
  test("user_id, name and e-mail address, as Amazon names them", async ({ shop }) => {
    await shop.openReady();
    expect(await shop.heard("profile")).toEqual(MARIA);
    expect(await shop.details("profile")).toHaveLength(1);
  });

  test("the postal code too, if its scope is asked for", async ({ shop, crm, watch }) => {
    const scope = "profile postal_code payments:widget payments:shipping_address";
    const ready = await shop.openReady("", { edits: [option("scope", scope)] });
    expect(await shop.heard("profile")).toEqual({ ...MARIA, postal_code: "97205" });
    const sent = await buy(ready, { crm, watch });
    // It is the page's to use; the CRM takes the address from Amazon.
    expect(Object.keys(sent).join()).not.toMatch(/postal/i);
  });

  test("a buyer without an e-mail address: the rest is told, and what the form has reaches the CRM", async ({
    shop,
    crm,
    watch,
  }) => {
    const ready = await shop.openReady("account=no-email", { edits: TYPED });
    const profile = await shop.heard("profile");
    expect(profile).toEqual({
      user_id: expect.stringMatching(/^amzn1\.account\./),
      name: "Henrik Solberg",
    });
    const henrik = {
      emailAddress: "typed@example.com",
      firstName: "Henrik",
      lastName: "Solberg",
    };
    expect(await buy(ready, { crm, watch }, henrik)).toMatchObject(henrik);
  });

  for (const email of [null, ""]) {
    test(`the e-mail address is ${JSON.stringify(email)}: the page sends none, but what the form has`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      await answerWith(page, { json: { user_id: "amzn1.account.X", name: "Ann Example", email } });
      const ready = await shop.openReady("", { edits: TYPED });
      await shop.heard("profile");
      expect(await buy(ready, { crm, watch })).toMatchObject({
        emailAddress: "typed@example.com",
        firstName: "Ann",
        lastName: "Example",
      });
    });
  }

  test("no name: the event has none, and what the form has is sent", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const told = { user_id: "amzn1.account.X", email: "ann@example.com" };
    await answerWith(page, { json: told });
    const ready = await shop.openReady("", { edits: TYPED });
    expect(await shop.heard("profile")).toEqual(told);
    const sent = await buy(ready, { crm, watch });
    expect(sent).toMatchObject({ ...typed, emailAddress: "ann@example.com" });
  });

  test("Amazon's word about the buyer wins over the form's", async ({ shop, crm, watch }) => {
    const ready = await shop.openReady("", { edits: TYPED });
    await shop.heard("profile");
    expect(await buy(ready, { crm, watch })).toMatchObject(amazons);
  });

  test("what Amazon tells the backend wins over what it has told the page", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await answerWith(page, { json: { name: "Ann Example", email: "ann@example.com" } });
    const ready = await shop.openReady();
    await shop.heard("profile");
    expect(await buy(ready, { crm, watch })).toMatchObject({
      emailAddress: "ann@example.com",
      firstName: "Ann",
      lastName: "Example",
    });
  });
});

test.describe("names", () => {
  const long = (text) => text.repeat(200).slice(0, 200);

  for (const [what, name, firstName, lastName] of [
    ["one word", "Anjali", "Anjali", " "],
    ["one word amid blanks", "  Anjali \t", "Anjali", " "],
    ["five words", "Ana Lucía de la Vega", "Ana", "Lucía de la Vega"],
    ["a tab", "Ann\tExample", "Ann", "Example"],
    ["a line break", "Ann\r\nExample", "Ann", "Example"],
    ["a no-break space", "Ann\u00a0Example", "Ann", "Example"],
    ["a narrow no-break space", "Ann\u202fExample", "Ann", "Example"],
    ["an ideographic space", "花子\u3000山田", "花子", "山田"],
    ["an en space", "Ann\u2002Example", "Ann", "Example"],
    ["two blanks between", "Ann  Example", "Ann", "Example"],
    ["blanks everywhere", "\u00a0 Ann \t van  der\u00a0Berg ", "Ann", "van  der\u00a0Berg"],
    ["an emoji of several parts", "👩‍🚀 Ride", "👩‍🚀", "Ride"],
    ["right to left", "محمد بن سلمان", "محمد", "بن سلمان"],
    ["right to left with marks", "\u200fמרים כהן\u200f", "\u200fמרים", "כהן\u200f"],
    ["combining marks", "Zoe\u0308 O\u2019Neil-Smith", "Zoe\u0308", "O\u2019Neil-Smith"],
    ["200 letters", long("x"), "x".repeat(50), " "],
    ["200 letters behind the first", `A ${long("ß")}`, "A", "ß".repeat(50)],
    // Cut between characters, never inside of one.
    ["200 emoji", "🦊".repeat(200), "🦊".repeat(50), " "],
    ["digits and signs", "R2-D2 & Söhne <GmbH>", "R2-D2", "& Söhne <GmbH>"],
  ]) {
    test(`${what}: the page sends ${JSON.stringify([firstName, lastName])}`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      await answerWith(page, { json: { ...MARIA, name } });
      const ready = await shop.openReady();
      // The page hears it as Amazon wrote it.
      expect((await shop.heard("profile")).name).toBe(name);
      expect(await buy(ready, { crm, watch })).toMatchObject({ firstName, lastName });
    });
  }

  for (const name of ["", " \u00a0\t", null]) {
    test(`${JSON.stringify(name)} is no name: what the form has is sent`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      await answerWith(page, { json: { ...MARIA, name } });
      const ready = await shop.openReady("", { edits: TYPED });
      await shop.heard("profile");
      expect(await buy(ready, { crm, watch })).toMatchObject({
        ...typed,
        emailAddress: MARIA.email,
      });
    });
  }
});

test.describe("while the profile is out", () => {
  test("hang: address and card are there, can be chosen, and the order is ready", async ({
    shop,
    page,
  }) => {
    const answered = [];
    page.on("requestfinished", (request) => answered.push(new URL(request.url()).pathname));
    page.on("requestfailed", (request) => answered.push(new URL(request.url()).pathname));
    const buyer = await shop.open(
      "login=auto,profile=hang,addresses=none-chosen,cards=none-chosen",
    );
    const asked = page.waitForRequest(PROFILE);
    await buyer.signInAtOnce();
    await asked;
    await buyer.address(/Harbor Road/).check();
    await buyer.card(/Mastercard/).check();
    await shop.expectState("ready");
    await expect(buyer.status).toHaveText(READY);
    await expect(buyer.placeOrder).toBeEnabled();
    expect((await shop.snapshot()).amazonOrderId).toMatch(/^S01-\d{7}-\d{7}$/);
    expect(await shop.names("state")).toEqual([
      "signed-in",
      "address-selected",
      "payment-selected",
      "ready",
    ]);
    expect(answered.filter((path) => path.endsWith("/user/profile"))).toEqual([]);
  });

  test("late: nothing waits, and the page still sends the names", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const release = await holdBack(page);
    const ready = await shop.openReady();
    expect(await shop.names("state")).not.toContain("profile");
    const states = await shop.details("state");
    release();
    expect(await shop.heard("profile")).toEqual(MARIA);
    // It changes nothing that the buyer sees.
    expect(await shop.details("state")).toEqual(states);
    await expect(ready.buyer.status).toHaveText(READY);
    expect(await buy(ready, { crm, watch })).toMatchObject(amazons);
  });

  test("slow: the purchase works with Amazon's names", async ({ shop, crm, watch }) => {
    const ready = await shop.openReady("profile=slow");
    expect(await buy(ready, { crm, watch })).toMatchObject(amazons);
    expect(await shop.details("error")).toEqual([]);
  });

  test("the buyer signs out: what comes then is told to nobody", async ({ shop, page }) => {
    const release = await holdBack(page);
    const { buyer } = await shop.openReady();
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    const answer = page.waitForResponse(PROFILE);
    release();
    await (await answer).finished();
    await expect(buyer.button).toBeVisible();
    expect(await shop.names("state")).not.toContain("profile");
    await shop.expectState("signed-out");
  });

  test("dispose(): what comes then is told to nobody", async ({ shop, page }) => {
    const release = await holdBack(page);
    await shop.openReady();
    const before = await shop.names();
    await page.evaluate(() => window.LanderPay.checkout.dispose());
    const answer = page.waitForResponse(PROFILE);
    release();
    await answer;
    // Whatever is made of it has been made once the page has had another answer.
    await page.evaluate(() => fetch("/style.css").then((response) => response.text()));
    expect(await shop.names()).toEqual(before);
  });
});

test.describe("no profile", () => {
  for (const [what, answer] of [
    ["a token that is revoked", { status: 401, json: { error: "invalid_token" } }],
    ["a scope that was not granted", { status: 401, json: { error: "insufficient_scope" } }],
    ["too many questions", { status: 429, body: "" }],
    ["a fault of the server's", { status: 500, json: { error: "ServerError" } }],
    ["a page of HTML", { contentType: "text/html", body: "<!doctype html><p>Please wait." }],
    ["nothing", { status: 200, body: "" }],
    ["no content", { status: 204 }],
    ["half an object", { body: '{"user_id":"amzn1.account.X","name":"Ann' }],
    ["null", { body: "null" }],
    ["a list", { json: [MARIA] }],
    ["a text", { json: "Maria Bennett" }],
    ["an error by status 200", { json: { error: "invalid_token" } }],
    ["an object without name and address", { json: { user_id: "amzn1.account.X" } }],
    [
      "a name and an address that are no text",
      { json: { name: { first: "A" }, email: ["a@b.example"] } },
    ],
    ["a network that is gone", "abort"],
  ]) {
    test(`${what}: asked twice, told once, and the order goes`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const asked = await answerWith(page, answer);
      const ready = await shop.openReady("", { edits: TYPED });
      expect(await shop.heard("error")).toEqual({
        name: "LanderPayError",
        message: "The buyer's profile could not be read from Amazon.",
        code: "profile_failed",
        audience: "merchant",
      });
      await expect(ready.buyer.placeOrder).toBeEnabled();
      await shop.expectState("ready");
      expect(await buy(ready, { crm, watch })).toMatchObject(typed);
      expect(asked).toEqual([expect.stringMatching(/^bearer Atza/), asked[0]]);
      expect(await profileErrors(shop)).toHaveLength(1);
      expect(await shop.names("state")).not.toContain("profile");
    });
  }

  test("no permission by CORS: asked twice, told once, and the order goes", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/user/profile")) asked.push(request.method());
    });
    const ready = await shop.openReady("profile=no-cors", { edits: TYPED });
    expect(await shop.heard("error")).toMatchObject({ code: "profile_failed" });
    expect(await buy(ready, { crm, watch })).toMatchObject(typed);
    expect(asked.filter((method) => method === "GET")).toHaveLength(2);
    expect(await profileErrors(shop)).toHaveLength(1);
  });

  test("one failure is none: the second answer counts, and nobody hears of the first", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.route(PROFILE, (route) => route.fulfill({ status: 500, headers: CORS }), {
      times: 1,
    });
    const ready = await shop.openReady();
    expect(await shop.heard("profile")).toEqual(MARIA);
    expect(await shop.details("error")).toEqual([]);
    expect(await buy(ready, { crm, watch })).toMatchObject(amazons);
  });

  test("it fails while the buyer still chooses: the buyer goes on to the purchase", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await answerWith(page, { status: 500 });
    const buyer = await shop.open("login=auto,addresses=none-chosen,cards=none-chosen", {
      edits: TYPED,
    });
    await buyer.signInAtOnce();
    await shop.heard("error");
    await shop.expectState("choosing");
    await buyer.address(/Maple Street/).check();
    await expect(buyer.status).toHaveText("Please choose a payment method.");
    await buyer.card(/Visa/).check();
    await expect(buyer.status).toHaveText(READY);
    const { amazonOrderId } = await shop.snapshot();
    expect(await buy({ buyer, amazonOrderId }, { crm, watch })).toMatchObject(typed);
    expect(await profileErrors(shop)).toHaveLength(1);
  });

  test("the next sign-in asks anew", async ({ shop, page }) => {
    const asked = await answerWith(page, { status: 500 });
    const { buyer } = await shop.openReady();
    await shop.heard("error");
    expect(asked).toHaveLength(2);
    await page.unroute(PROFILE);
    await page.evaluate(() => window.LanderPay.checkout.signOut());
    await buyer.signInAtOnce();
    expect(await shop.heard("profile")).toEqual(MARIA);
    expect(await profileErrors(shop)).toHaveLength(1);
  });

  test("hang: the word about it comes once, when both tries are over, and the order was ready all along", async ({
    shop,
    page,
  }) => {
    await page.clock.install();
    const { buyer } = await shop.openReady("profile=hang");
    const second = page.waitForRequest(PROFILE);
    await page.clock.fastForward(10_500);
    await page.clock.runFor(1_500);
    await second;
    expect(await shop.details("error")).toEqual([]);
    await expect(buyer.placeOrder).toBeEnabled();
    await page.clock.fastForward(10_500);
    expect(await shop.heard("error")).toMatchObject({ code: "profile_failed" });
    await page.clock.fastForward(30_000);
    expect(await shop.details("error")).toHaveLength(1);
    await shop.expectState("ready");
    await expect(buyer.placeOrder).toBeEnabled();
  });
});
