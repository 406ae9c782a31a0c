/** The currency that a wallet presents: Europe and the UK. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  contractOf,
  draw,
  events,
  heard,
  inside,
  recordForms,
  signIn,
  startWorld,
  WALLET,
} from "./world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

const LISTEN = ["onReady", "onPaymentSelect"];

async function openIn(region, flags = "") {
  const page = await world.open(`login=auto${flags}`, { region: `${region}/sandbox/lpa` });
  await page.waitForFunction(() => window.log?.includes("alias"));
  await signIn(page);
  return page;
}

async function currencyOf(page) {
  const [[, , id]] = await heard(page, "wallet", "onReady");
  return (await contractOf(page, id)).currency;
}

const footer = (page, text) => inside(page, "wallet").getByText(text).waitFor();

describe("presentment currency", { concurrency: 4 }, () => {
  test("comes from the option, and without it is the region's own", async () => {
    const page = await openIn("de");
    const forms = recordForms(page);
    await draw(page, [{ ...WALLET, listen: LISTEN }]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.equal(await currencyOf(page), "EUR");
    assert.equal(forms[0].presentmentCurrency, undefined);
    const other = await openIn("uk");
    await draw(other, [{ ...WALLET, presentmentCurrency: "CHF", listen: LISTEN }]);
    await heard(other, "wallet", "onPaymentSelect");
    assert.equal(await currencyOf(other), "CHF");
    assert.equal(await other.evaluate(() => wallet.getPresentmentCurrency()), "CHF");
    await footer(other, /paid in CHF/);
  });

  test("is changed by the setter, which draws nothing, and the next bind", async () => {
    const page = await openIn("eur");
    await draw(page, [{ ...WALLET, listen: LISTEN }]);
    await heard(page, "wallet", "onPaymentSelect");
    const forms = recordForms(page);
    const same = await page.evaluate(() => wallet.setPresentmentCurrency("CHF") === wallet);
    assert.ok(same);
    assert.equal(await currencyOf(page), "EUR");
    await page.evaluate(() => {
      // As after a creation: the wallet goes on with the order that it has.
      const [, , id] = log.find((entry) => entry[1] === "onReady");
      wallet.setContractId(id).bind("wallet");
    });
    await heard(page, "wallet", "onPaymentSelect", 2);
    assert.equal(await currencyOf(page), "CHF");
    assert.deepEqual(
      forms.map((form) => form.presentmentCurrency),
      ["CHF"],
    );
  });

  test("is refused by flag, where it is unknown, and where the region has no choice", async () => {
    for (const [region, flags, presentmentCurrency, expected] of [
      ["uk", ",currency=unsupported", "CHF", "CurrencyUnsupported"],
      ["uk", "", "PLN", "CurrencyUnsupported"],
      ["jp", "", "EUR", "CurrencyUnsupported"],
      ["uk", "", "Francs", "InvalidParameterValue"],
    ]) {
      const page = await openIn(region, flags);
      await draw(page, [{ ...WALLET, presentmentCurrency, listen: LISTEN }]);
      const [[, , code]] = await heard(page, "wallet", "onError");
      assert.equal(code, expected, `${region} ${presentmentCurrency}`);
      await inside(page, "wallet").getByRole("alert").waitFor();
      assert.deepEqual(await events(page), ["wallet onError"]);
    }
  });

  test("of the region's own is never refused", async () => {
    const page = await openIn("uk", ",currency=unsupported");
    await draw(page, [{ ...WALLET, presentmentCurrency: "GBP", listen: LISTEN }]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.equal(await currencyOf(page), "GBP");
  });
});
