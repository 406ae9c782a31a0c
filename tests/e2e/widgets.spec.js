import { option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const WIDGETS = ["address-book", "wallet"];

/** What each widget's form posts to Amazon, by its action. */
function postedForms(page) {
  const forms = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/gp/widgets/widgets")) {
      forms.push(Object.fromEntries(new URLSearchParams(request.postData())));
    }
  });
  return forms;
}

const wallets = (forms) => forms.filter(({ action }) => /wallet/i.test(action));

test.describe("phones", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("collapsible widgets are 135 pixels high whatever their containers are", async ({
    shop,
    page,
  }) => {
    const forms = postedForms(page);
    const designs = WIDGETS.map((name) => option(`${name}-design`, "smartphoneCollapsible"));
    const { buyer } = await shop.openReady("", { edits: [...designs, option("popup", "always")] });
    for (const frame of [buyer.addressFrame, buyer.walletFrame]) {
      expect((await frame.boundingBox()).height).toBe(135);
    }
    const modes = new Set(forms.map(({ widgetDesignMode }) => widgetDesignMode));
    expect([...modes]).toEqual(["smartphoneCollapsible"]);
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
  });

  test("a design that Amazon does not know is refused", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [option("wallet-design", "collapsible")] });
    await buyer.reads("invalid_option", /responsive, smartphoneCollapsible/);
  });
});

test.describe("a container without height", () => {
  const style = (css) => (html) => html.replace("</head>", `<style>${css}</style></head>`);
  const flat = (name) =>
    style(`[data-landerpay="${name}"] { height: auto !important; align-self: start }`);

  for (const [name, subject] of [
    ["address-book", "addressBook"],
    ["wallet", "wallet"],
  ]) {
    test(`${name}: no_height names the option`, async ({ shop }) => {
      const buyer = await shop.open("login=auto", { edits: [flat(name)] });
      await buyer.button.click();
      expect(await shop.heard("error")).toMatchObject({
        code: "no_height",
        audience: "developer",
        subject,
      });
      expect(await shop.details("error")).toHaveLength(1);
    });
  }

  test("that is hidden for now is none", async ({ shop }) => {
    const hidden = style('[data-landerpay="wallet"] { display: none }');
    const buyer = await shop.open("login=auto", { edits: [flat("wallet"), hidden] });
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await shop.details("error")).toEqual([]);
  });

  test("is fine for a collapsible widget", async ({ shop }) => {
    const edits = [flat("wallet"), option("wallet-design", "smartphoneCollapsible")];
    const { buyer } = await shop.openReady("", { edits });
    await expect(buyer.walletFrame).toBeVisible();
    expect(await shop.details("error")).toEqual([]);
  });
});

test.describe("the presentment currency", () => {
  const IN_GERMANY = [option("region", "de"), option("wallet-presentment-currency", "CHF")];

  const contract = async (shop, page) => {
    const { amazonOrderId } = await shop.snapshot();
    return (await page.request.get(`${shop.simulator}/contracts/${amazonOrderId}`)).json();
  };

  test("is what the Wallet shows and the order has", async ({ shop, page, crm }) => {
    const { buyer, amazonOrderId } = await shop.openReady("", { edits: IN_GERMANY });
    expect(await contract(shop, page)).toMatchObject({ currency: "CHF" });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("that Amazon refuses gives way to the region's own, and the page hears of it", async ({
    shop,
    page,
  }) => {
    const forms = postedForms(page);
    const { buyer } = await shop.openReady("currency=unsupported", { edits: IN_GERMANY });
    expect(await shop.details("error")).toEqual([
      expect.objectContaining({ code: "currency_refused", subject: "CurrencyUnsupported" }),
    ]);
    expect(await contract(shop, page)).toMatchObject({ currency: "EUR" });
    expect(wallets(forms)).toHaveLength(2);
    expect(wallets(forms)[0].presentmentCurrency).toBe("CHF");
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
  });

  test("changes with the page's prices", async ({ shop, page }) => {
    const { buyer } = await shop.openReady("", { edits: [option("region", "uk")] });
    expect(await contract(shop, page)).toMatchObject({ currency: "GBP" });
    const before = (await shop.events()).length;
    await page.evaluate(() => window.LanderPay.checkout.setPresentmentCurrency("USD"));
    await shop.heard("ready", 2);
    const since = (await shop.events()).slice(before);
    const states = since.filter(({ name }) => name === "state").map(({ detail }) => detail);
    expect(states).toMatchObject([
      { state: "choosing", missing: ["payment"] },
      { state: "ready", missing: [] },
    ]);
    expect(await contract(shop, page)).toMatchObject({ currency: "USD" });
    await expect(buyer.walletFrame).toHaveCount(1);
  });

  for (const [region, code] of [
    ["de", "chf"],
    ["de", 'C"F'],
    ["us", "CHF"],
  ]) {
    test(`${code} in ${region} is refused before anything is drawn`, async ({ shop, page }) => {
      const { buyer } = await shop.openReady("", { edits: [option("region", region)] });
      const error = await page.evaluate((wanted) => {
        try {
          window.LanderPay.checkout.setPresentmentCurrency(wanted);
        } catch ({ code, subject }) {
          return { code, subject };
        }
      }, code);
      expect(error.code).toBe("invalid_option");
      expect(error.subject).toContain("wallet.presentmentCurrency");
      await expect(buyer.placeOrder).toBeEnabled();
    });
  }

  test("and no other page's: without the option no currency is posted", async ({ shop, page }) => {
    const forms = postedForms(page);
    await shop.openReady("", { edits: [option("region", "de")] });
    expect(forms.length).toBeGreaterThanOrEqual(2);
    expect(wallets(forms)).not.toEqual([]);
    for (const form of forms) expect(form.presentmentCurrency ?? "").toMatch(/^(|undefined)$/);
  });
});
