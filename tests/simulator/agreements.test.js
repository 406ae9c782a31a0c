/** Recurring purchases: billing agreements, and the consent to them. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BOOK,
  CONSENT,
  contractOf,
  draw,
  events,
  heard,
  inside,
  recordForms,
  settle,
  signIn,
  startWorld,
  untilExpired,
  WALLET,
} from "./world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const AGREEMENT = /^C01-\d{7}-\d{7}$/;
const RECURRING = { agreementType: "BillingAgreement" };
const READY = ["onReady", "onConsent"];
const idOf = async (page, name, event) => (await heard(page, name, event))[0][2];

/** Draws an address book that creates an agreement, and returns its id once an address is set. */
async function createAgreement(page) {
  await draw(page, [{ ...BOOK, ...RECURRING, listen: ["onReady", "onAddressSelect"] }]);
  await heard(page, "book", "onAddressSelect");
  return idOf(page, "book", "onReady");
}

/** Draws a consent for a new agreement, and returns the agreement's id. */
async function drawConsent(page, options = {}) {
  const amazonBillingAgreementId = await createAgreement(page);
  await draw(page, [{ ...CONSENT, amazonBillingAgreementId, listen: READY, ...options }]);
  return amazonBillingAgreementId;
}

const boxOf = (page) => inside(page, "consent").getByRole("checkbox");
const heardConsents = async (page, event, count) =>
  (await heard(page, "consent", event, count)).map((entry) => entry[2]);

describe("a billing agreement", { concurrency: 4 }, () => {
  test("is bought as the guides do it: address, then wallet and consent with the id", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    const id = await createAgreement(page);
    assert.match(id, AGREEMENT);
    const given = { amazonBillingAgreementId: id };
    const nothing = { address: "address-1", payment: null, consent: false };
    const about = {
      id,
      agreementType: "BillingAgreement",
      sandbox: true,
      account: "maria",
      currency: "USD",
    };
    assert.deepEqual(await contractOf(page, id), { ...about, ...nothing });
    await draw(page, [
      { ...WALLET, ...given, listen: ["onPaymentSelect"] },
      { ...CONSENT, ...given, listen: READY },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.deepEqual(await heardConsents(page, "onReady"), ["false"]);
    await boxOf(page).check();
    assert.deepEqual(await heardConsents(page, "onConsent"), ["true"]);
    const everything = { address: "address-1", payment: "card-1", consent: true };
    assert.deepEqual(await contractOf(page, id), { ...about, ...everything });
    assert.deepEqual(
      forms.map((form) => [form.action, form.agreementType, form.createContract, form.contractId]),
      [
        ["spaAddressWidget", "BillingAgreement", "true", undefined],
        ["spaWalletWidget", "undefined", undefined, id],
        ["consentWidget", "undefined", undefined, id],
      ],
    );
  });

  test("has ids of its own by region and environment", async () => {
    for (const [region, expected] of [
      ["us", /^B01-/],
      ["uk/sandbox/lpa", /^C02-/],
    ]) {
      const page = await world.open("login=auto", { region });
      await page.waitForFunction(() => window.log?.includes("alias"));
      await signIn(page, {}, region.includes("sandbox"));
      assert.match(await createAgreement(page), expected);
    }
  });

  test("is created by a wallet that stands alone", async () => {
    const page = await world.openSignedIn();
    const listen = ["onBillingAgreementCreate", "onReady", "onPaymentSelect"];
    await draw(page, [{ ...WALLET, ...RECURRING, listen }]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.deepEqual(
      await events(page),
      listen.map((event) => `wallet ${event}`),
    );
    const id = await idOf(page, "wallet", "onBillingAgreementCreate");
    assert.match(id, AGREEMENT);
    assert.equal(await idOf(page, "wallet", "onReady"), id);
    const { address, payment, consent } = await contractOf(page, id);
    assert.deepEqual(
      { address, payment, consent },
      { address: null, payment: "card-1", consent: false },
    );
  });

  test("is not what any other agreementType or an option of another name gives", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, agreementType: "billingagreement", listen: ["onReady"] }]);
    const order = await idOf(page, "book", "onReady");
    const { agreementType, consent } = await contractOf(page, order);
    assert.deepEqual([order[0], agreementType, consent], ["S", "OrderReference", null]);
    const forms = recordForms(page);
    const typo = { billingAgreementId: "C01-0000000-0000000" };
    await draw(page, [{ ...WALLET, ...typo, listen: ["onReady", "onPaymentSelect"] }]);
    await heard(page, "wallet", "onReady");
    assert.deepEqual([forms[0].contractId, forms[0].createContract], [undefined, "true"]);
  });

  test("voids the card with each new address, and the consent stays", async () => {
    const page = await world.openSignedIn("cards=none-chosen");
    const id = await drawConsent(page);
    await draw(page, [{ ...WALLET, amazonBillingAgreementId: id, listen: ["onPaymentSelect"] }]);
    await inside(page, "wallet").getByRole("radio").first().check();
    await heard(page, "wallet", "onPaymentSelect");
    await boxOf(page).check();
    await heard(page, "consent", "onConsent");
    await inside(page, "book").getByRole("radio").nth(1).check();
    await heard(page, "book", "onAddressSelect", 2);
    const { address, payment, consent } = await contractOf(page, id);
    assert.deepEqual([address, payment, consent], ["address-2", null, true]);
  });

  test("with an unknown id has no error of its own", async () => {
    const page = await world.openSignedIn();
    const unknown = { amazonBillingAgreementId: "C01-0000000-0000000" };
    await draw(
      page,
      [BOOK, WALLET, CONSENT].map((widget) => ({ ...widget, ...unknown })),
    );
    for (const name of ["book", "wallet", "consent"]) {
      assert.equal(await idOf(page, name, "onError"), "InvalidParameterValue");
    }
  });
});

describe("the consent", { concurrency: 4 }, () => {
  test("is told as text, undefined before the first message", async () => {
    const page = await world.openSignedIn();
    const early = await page.evaluate(() => {
      const design = { designMode: "responsive" };
      return new OffAmazonPayments.Widgets.Consent({ design }).getConsentStatus();
    });
    assert.equal(early, undefined);
    await drawConsent(page);
    await heard(page, "consent", "onReady");
    await boxOf(page).check();
    await boxOf(page).uncheck();
    assert.deepEqual(await heardConsents(page, "onConsent", 2), ["true", "false"]);
    assert.equal(await page.evaluate(() => consent.getConsentStatus()), "false");
  });

  test("gets the widget itself, at ready and at each click", async () => {
    const page = await world.openSignedIn();
    const id = await createAgreement(page);
    await page.evaluate((amazonBillingAgreementId) => {
      const note = (event) => (given) => log.push(["own", event, given === own]);
      const own = new OffAmazonPayments.Widgets.Consent({
        sellerId: "S",
        design: { designMode: "responsive" },
        amazonBillingAgreementId,
        onReady: note("onReady"),
        onConsent: note("onConsent"),
      }).bind("consent");
    }, id);
    await boxOf(page).check();
    assert.deepEqual(await heard(page, "own", "onConsent"), [["own", "onConsent", true]]);
    assert.deepEqual(await heard(page, "own", "onReady"), [["own", "onReady", true]]);
  });

  test("hears its onReady with ids too, whenever an agreement is created", async () => {
    const page = await world.openSignedIn();
    const id = await drawConsent(page, { listen: ["onReady", "onBillingAgreementCreate"] });
    await heard(page, "consent", "onReady");
    await draw(page, [{ ...BOOK, ...RECURRING, name: "next", listen: ["onReady"] }]);
    const next = await idOf(page, "next", "onReady");
    assert.notEqual(next, id);
    assert.deepEqual(await heardConsents(page, "onReady", 2), ["false", next]);
    const asText = await page.evaluate(() => log.map(([, event]) => event));
    assert.ok(!asText.includes("onBillingAgreementCreate"), "a consent has no such option");
  });

  test("consent-ready=twice: first ids without a status, then the widget", async () => {
    const page = await world.openSignedIn("consent-ready=twice");
    const id = await drawConsent(page);
    assert.deepEqual(await heardConsents(page, "onReady", 2), [id, "false"]);
    // Such a message is for the whole page, so the address book hears of its own agreement again.
    const ids = (await heard(page, "book", "onReady", 2)).map((entry) => entry[2]);
    assert.deepEqual(ids, [id, id]);
  });

  test("is told to every consent of the page, abandoned ones included", async () => {
    const page = await world.openSignedIn();
    const id = await drawConsent(page, { name: "old" });
    await heard(page, "old", "onReady");
    await draw(page, [{ ...CONSENT, amazonBillingAgreementId: id, listen: READY }]);
    await heard(page, "consent", "onReady");
    await boxOf(page).check();
    await heard(page, "consent", "onConsent");
    assert.equal((await heard(page, "old", "onReady", 2))[1][2], "false");
    assert.equal((await heard(page, "old", "onConsent"))[0][2], "true");
  });

  test("is forgotten when it is drawn again", async () => {
    const page = await world.openSignedIn();
    const id = await drawConsent(page);
    await boxOf(page).check();
    await heard(page, "consent", "onConsent");
    await page.evaluate(() => consent.bind("consent"));
    assert.deepEqual(await heardConsents(page, "onReady", 2), ["false", "false"]);
    assert.equal(await boxOf(page).isChecked(), false);
    assert.equal((await contractOf(page, id)).consent, false);
  });

  test("can be ticked from the start, by flag or by the scope of the sign-in", async () => {
    const ticked = await world.openSignedIn("consent=ticked");
    const scoped = await world.openSignedIn();
    const scope = "payments:widget payments:autopay_consent";
    await signIn(scoped, { scope, interactive: "always" });
    for (const [page, before] of [
      [ticked, false],
      [scoped, true],
    ]) {
      const id = await createAgreement(page);
      assert.equal((await contractOf(page, id)).consent, before);
      await draw(page, [{ ...CONSENT, amazonBillingAgreementId: id, listen: READY }]);
      assert.deepEqual(await heardConsents(page, "onReady"), ["true"]);
      assert.ok(await boxOf(page).isChecked());
      assert.equal((await contractOf(page, id)).consent, true);
    }
  });

  test("without an id, or as consent=400 says, is a page of status 400 and silence", async () => {
    for (const flags of ["", "consent=400"]) {
      const page = await world.openSignedIn(flags);
      const forms = recordForms(page);
      const id = await createAgreement(page);
      const given = flags ? { amazonBillingAgreementId: id } : {};
      const statuses = [];
      page.on("response", (answer) => statuses.push(answer.status()));
      await page.evaluate(() => log.splice(3));
      await draw(page, [{ ...CONSENT, ...RECURRING, ...given, listen: READY }]);
      await inside(page, "consent").getByRole("alert").waitFor();
      assert.ok(statuses.includes(400));
      assert.equal(forms.at(-1).createContract, undefined);
      await settle(page);
      assert.deepEqual(await events(page), ["last onAddressSelect"]);
    }
  });

  test("is for agreements: an order reference is an invalid value", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, listen: ["onReady"] }]);
    const id = await idOf(page, "book", "onReady");
    await draw(page, [{ ...CONSENT, amazonOrderReferenceId: id, listen: ["onConsent"] }]);
    assert.equal(await idOf(page, "consent", "onError"), "InvalidParameterValue");
    assert.equal((await contractOf(page, id)).consent, null);
  });

  test("reports errors as the others do: any code, ITP on the way, the end of the session", async () => {
    const broken = await world.openSignedIn("consent-error=SomethingNew");
    await drawConsent(broken);
    assert.equal(await idOf(broken, "consent", "onError"), "SomethingNew");
    assert.ok(!(await events(broken)).includes("book onError"));
    const tracked = await world.openSignedIn("consent-error=ITP");
    await drawConsent(tracked);
    assert.equal(await idOf(tracked, "consent", "onError"), "ITP");
    assert.deepEqual(await heardConsents(tracked, "onReady"), ["false"]);
    const over = await world.openSignedIn("expires=4");
    await drawConsent(over);
    await heard(over, "consent", "onReady");
    await untilExpired(over);
    await over.evaluate(() => consent.bind("consent"));
    assert.equal(await idOf(over, "consent", "onError"), "BuyerSessionExpired");
  });

  test("fails later and uncaught with null callbacks", async () => {
    const page = await world.openSignedIn();
    const atReady = page.waitForEvent("pageerror");
    await drawConsent(page, { listen: [], onReady: null, onConsent: null });
    await atReady;
    const atClick = page.waitForEvent("pageerror");
    await boxOf(page).check();
    await atClick;
    const [ready, consent] = page.failures;
    assert.match(ready, /this\.onReady is not a function/);
    assert.match(consent, /this\.onConsent is not a function/);
  });

  test("can be forged through the page's hash, and then the agreement knows nothing", async () => {
    const page = await world.openSignedIn();
    const id = await drawConsent(page);
    await heard(page, "consent", "onReady");
    await page.evaluate(() => {
      location.hash = "apay-onConsentStatusChanged=true";
    });
    assert.deepEqual(await heardConsents(page, "onConsent"), ["true"]);
    assert.equal((await contractOf(page, id)).consent, false);
  });

  test("has a box that is worked by keyboard, in a frame from 260 × 135 to 600 × 150", async () => {
    const page = await world.openSignedIn();
    const size = { width: "1", height: "1" };
    await drawConsent(page, { design: { size } });
    await boxOf(page).press("Space");
    assert.deepEqual(await heardConsents(page, "onConsent"), ["true"]);
    const sizeOf = async () => {
      const { width, height } = await page.locator("#consent iframe").boundingBox();
      return [width, height];
    };
    assert.deepEqual(await sizeOf(), [260, 135]);
    const [id] = await page.evaluate(() => [consent.getContractId()]);
    const large = { size: { width: "999px", height: "999px" } };
    await draw(page, [{ ...CONSENT, amazonBillingAgreementId: id, design: large, listen: READY }]);
    await page.waitForFunction(
      () => document.querySelector("#consent iframe")?.offsetWidth === 600,
    );
    assert.deepEqual(await sizeOf(), [600, 150]);
  });
});

describe("what is known of a contract", () => {
  test("nothing, if the id is unknown", async () => {
    const response = await fetch(`${world.simulator.origin}/contracts/S01-0000000-0000000`);
    assert.equal(response.status, 404);
  });

  test("an order reference without shipping: the wallet creates it, and no address is set", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...WALLET, listen: ["onOrderReferenceCreate", "onPaymentSelect"] }]);
    await heard(page, "wallet", "onPaymentSelect");
    const id = await idOf(page, "wallet", "onOrderReferenceCreate");
    assert.deepEqual(await contractOf(page, id), {
      id,
      agreementType: "OrderReference",
      sandbox: true,
      account: "maria",
      currency: "USD",
      address: null,
      payment: "card-1",
      consent: null,
    });
  });
});
