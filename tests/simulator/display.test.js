/** How widgets are shown: read mode, collapsible ones for phones, and sizes that show nothing. */
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
  startWorld,
  WALLET,
} from "./world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const READ = { displayMode: "Read" };
const PAIR = `
<div id="book" style="width: 400px; height: 185px"></div>
<div id="wallet" style="width: 400px; height: 185px"></div>
<div id="book-2" style="width: 400px; height: 185px"></div>
<div id="wallet-2" style="width: 400px; height: 185px"></div>`;

/** Draws the pair to choose in, and returns the id of its order. */
async function drawPair(page, options = {}) {
  await draw(page, [{ ...BOOK, ...options, listen: ["onReady", "onAddressSelect"] }]);
  const [[, , id]] = await heard(page, "book", "onReady");
  await heard(page, "book", "onAddressSelect");
  const named = { ...options, amazonOrderReferenceId: id };
  await draw(page, [{ ...WALLET, ...named, listen: ["onPaymentSelect"] }]);
  await heard(page, "wallet", "onPaymentSelect");
  return id;
}

const sizeOf = async (page, at) => {
  const { width, height } = await page.locator(`#${at} iframe`).boundingBox();
  return [width, height];
};

describe("read mode", { concurrency: 4 }, () => {
  test("shows what was chosen, lets nothing be chosen and selects nothing", async () => {
    const page = await world.openSignedIn("", { body: PAIR });
    const id = await drawPair(page);
    await inside(page, "book").getByRole("radio").nth(1).check();
    await heard(page, "wallet", "onPaymentSelect", 2);
    const before = (await events(page)).length;
    await draw(page, [
      { ...BOOK, ...READ, at: "book-2", amazonOrderReferenceId: id, listen: ["onAddressSelect"] },
      {
        ...WALLET,
        displayMode: "READ",
        at: "wallet-2",
        amazonOrderReferenceId: id,
        listen: ["onPaymentSelect"],
      },
    ]);
    await inside(page, "book-2").getByText("88 Harbor Road").waitFor();
    await inside(page, "wallet-2").getByText("Visa ending in 1111").waitFor();
    assert.equal(await inside(page, "book-2").getByText("1420 Maple Street").count(), 0);
    for (const at of ["book-2", "wallet-2"]) {
      assert.equal(await inside(page, at).getByRole("radio").count(), 0);
    }
    const choice = await contractOf(page, id);
    assert.deepEqual([choice.address, choice.payment], ["address-2", "card-1"]);
    assert.equal((await events(page)).length, before);
  });

  test("tells the buyer, and not the page, that nothing has been chosen", async () => {
    const page = await world.openSignedIn("addresses=none-chosen");
    await draw(page, [{ ...BOOK, listen: ["onReady"] }]);
    const [[, , id]] = await heard(page, "book", "onReady");
    await draw(page, [{ ...BOOK, ...READ, name: "read", amazonOrderReferenceId: id }]);
    await inside(page, "book").getByText("No shipping address has been chosen yet.").waitFor();
    // Without an id there is nothing chosen either, whatever order the token has.
    await draw(page, [{ ...BOOK, ...READ, name: "bare" }]);
    await inside(page, "book").getByText("No shipping address has been chosen yet.").waitFor();
    assert.deepEqual(await events(page), ["book onReady"]);
  });

  test("does not take the newest order of the token in place of an id", async () => {
    const page = await world.openSignedIn();
    await drawPair(page);
    await draw(page, [{ ...WALLET, ...READ, name: "read" }]);
    await inside(page, "wallet").getByText("No payment method has been chosen yet.").waitFor();
  });

  test("reports an unknown id", async () => {
    const page = await world.openSignedIn();
    const named = { ...READ, amazonOrderReferenceId: "S01-0000000-0000000" };
    await draw(page, [{ ...BOOK, ...named }]);
    const [[, , code]] = await heard(page, "book", "onError");
    assert.equal(code, "InvalidOrderReferenceId");
  });

  test("any other displayMode is shown by the frame as a fault, the empty one too", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    for (const displayMode of ["", "Readonly"]) {
      await draw(page, [{ ...BOOK, displayMode }]);
      await inside(page, "book").getByRole("alert").waitFor();
      assert.equal(forms.at(-1).clientErrorType, "InvalidParameterValue");
    }
  });

  test("makes the wallet wait as long as it may, since that address book selects nothing", async () => {
    const page = await world.openSignedIn("wallet-wait=400");
    const id = await drawPair(page);
    await page.reload();
    await page.waitForFunction(() => window.log?.includes("alias"));
    const named = { amazonOrderReferenceId: id };
    const started = Date.now();
    await draw(page, [
      { ...BOOK, ...READ, ...named },
      { ...WALLET, ...named, listen: ["onPaymentSelect"] },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.ok(Date.now() - started >= 400);
  });

  test("may be lower than a widget to choose in: from 290 × 150 to 600 × 400", async () => {
    const page = await world.openSignedIn();
    for (const [size, expected] of [
      [{ width: "1", height: "1" }, [290, 150]],
      [{ width: "999", height: "999" }, [600, 400]],
      [{ width: "400", height: "185" }, [400, 185]],
    ]) {
      await draw(page, [{ ...BOOK, ...READ, design: { size } }]);
      await inside(page, "book").getByRole("alert").waitFor();
      assert.deepEqual(await sizeOf(page, "book"), expected);
    }
  });
});

describe("responsive", { concurrency: 4 }, () => {
  test("in a container without a height nothing is to be seen, and nothing is wrong", async () => {
    const body = `<div id="book"></div><div id="consent" style="min-height: 140px"></div>`;
    const page = await world.openSignedIn("", { body });
    await draw(page, [{ ...BOOK, agreementType: "BillingAgreement", listen: ["onReady"] }]);
    const [[, , id]] = await heard(page, "book", "onReady");
    await draw(page, [{ ...CONSENT, amazonBillingAgreementId: id, listen: ["onReady"] }]);
    await heard(page, "consent", "onReady");
    for (const at of ["book", "consent"]) assert.equal((await sizeOf(page, at))[1], 0);
    assert.deepEqual(await events(page), ["book onReady", "consent onReady"]);
    assert.deepEqual(page.failures, []);
  });

  test("neither it nor a collapsible widget takes a size; padding wants a mode", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    const size = { width: "400px", height: "228px" };
    for (const [design, expected] of [
      [{ designMode: "responsive", size }, "InvalidParameterValueSmartPhone"],
      [{ designMode: "smartphoneCollapsible", size }, "InvalidParameterValueSmartPhone"],
      [{ size, padding: "4" }, "InvalidParameterValueNonSmartPhone"],
    ]) {
      await draw(page, [{ ...BOOK, design }]);
      await inside(page, "book").getByRole("alert").waitFor();
      assert.equal(forms.at(-1).clientErrorType, expected);
    }
    assert.deepEqual(await events(page), []);
  });
});

describe("collapsible", { concurrency: 4 }, () => {
  const design = { designMode: "smartphoneCollapsible" };
  const body = `<p style="height: 200px">Cart</p><div id="book"></div><div id="wallet"></div>
    <p style="height: 900px">Terms</p>`;

  async function openPhone(flags = "") {
    const page = await world.openSignedIn(flags, { body });
    await page.setViewportSize({ width: 375, height: 667 });
    return page;
  }

  const changeOf = (page, at) => inside(page, at).getByRole("button", { name: "Change" });
  const radios = (page, at) => inside(page, at).getByRole("radio");
  const waitForHeight = (page, at, pixels) =>
    page.waitForFunction(
      ([id, height]) => document.querySelector(`#${id} iframe`).offsetHeight === height,
      [at, pixels],
    );

  test("is 135 high over the whole width, and shows only what is chosen", async () => {
    const page = await openPhone();
    await drawPair(page, { design });
    const { width } = await page.locator("#book").boundingBox();
    for (const at of ["book", "wallet"]) {
      assert.deepEqual(await sizeOf(page, at), [width, 135]);
      assert.equal(await radios(page, at).count(), 0);
      await changeOf(page, at).waitFor();
    }
    await inside(page, "book").getByText("1420 Maple Street").waitFor();
    assert.ok(!(await inside(page, "book").getByText("88 Harbor Road").isVisible()));
  });

  test("opens over the height of the screen, and closes with the choice", async () => {
    const page = await openPhone();
    const id = await drawPair(page, { design });
    await changeOf(page, "book").click();
    await waitForHeight(page, "book", 667);
    assert.equal((await page.locator("#book iframe").boundingBox()).y, 0);
    await radios(page, "book").nth(1).check();
    await waitForHeight(page, "book", 135);
    await heard(page, "book", "onAddressSelect", 2);
    await inside(page, "book").getByText("88 Harbor Road").waitFor();
    assert.equal((await contractOf(page, id)).address, "address-2");
    await heard(page, "wallet", "onPaymentSelect", 2);
  });

  test("closes without a choice by Cancel", async () => {
    const page = await openPhone();
    await drawPair(page, { design });
    await changeOf(page, "wallet").click();
    await waitForHeight(page, "wallet", 667);
    assert.equal(await sizeOf(page, "book").then(([, height]) => height), 135);
    await inside(page, "wallet").getByRole("button", { name: "Cancel" }).click();
    await waitForHeight(page, "wallet", 135);
    await changeOf(page, "wallet").waitFor();
    assert.equal((await heard(page, "wallet", "onPaymentSelect")).length, 1);
  });

  test("says that nothing is chosen, until something is", async () => {
    const page = await openPhone("addresses=none-chosen");
    await draw(page, [{ ...BOOK, design, listen: ["onReady", "onAddressSelect"] }]);
    const nothing = inside(page, "book").getByText("Nothing is chosen yet.");
    await nothing.waitFor();
    await changeOf(page, "book").click();
    await radios(page, "book").first().check();
    await heard(page, "book", "onAddressSelect");
    await nothing.waitFor({ state: "hidden" });
  });

  test("in read mode has nothing to open, and a consent has not either", async () => {
    const page = await openPhone();
    const id = await drawPair(page, { design, agreementType: "BillingAgreement" });
    const named = { design, amazonBillingAgreementId: id };
    await draw(page, [
      { ...BOOK, ...READ, ...named },
      { ...CONSENT, ...named, name: "box", at: "wallet", listen: ["onReady"] },
    ]);
    await inside(page, "book").locator(".fixed").waitFor();
    await heard(page, "box", "onReady");
    for (const at of ["book", "wallet"]) {
      assert.equal(await inside(page, at).getByRole("button").count(), 0);
      assert.equal((await sizeOf(page, at))[1], 135);
    }
  });
});
