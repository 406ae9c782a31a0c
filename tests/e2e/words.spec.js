import { NPM } from "./support/buyer.js";
import { expect, test } from "./support/test.js";

/** The same page in another language. */
const inLanguage = (language) => (html) =>
  html.replace('<html lang="en"', `<html lang="${language}"`);
/** The same tag with more attributes. */
const withAttributes = (attributes) => (html) =>
  html.replace("data-region", () => `${attributes} data-region`);
const onLive = (html) =>
  html
    .replace('data-environment="sandbox"', 'data-environment="live"')
    .replace(/data-simulator="[^"]*"/, "");

const THANKS = {
  de: /^Vielen Dank\. Ihre Bestellung ist eingegangen\. Ihre Bestellnummer ist \w+\.$/,
  es: /^Gracias\. Su pedido se ha realizado\. Su número de pedido es \w+\.$/,
  fr: /^Merci\. Votre commande a bien été enregistrée\. Votre numéro de commande est \w+\.$/,
  it: /^Grazie\. Il Suo ordine è stato ricevuto\. Il Suo numero d’ordine è \w+\.$/,
  ja: /^ありがとうございます。ご注文を承りました。 ご注文番号は\w+です。$/,
};

/** The files of languages that the page asks for. */
function watchLanguages(page) {
  const asked = [];
  page.on("request", (request) => {
    const [, name] = /\/words\/(\w+)\.js$/.exec(request.url()) ?? [];
    if (name) asked.push(name);
  });
  return asked;
}

test.describe("the language of the page", () => {
  for (const [language, thanks] of Object.entries(THANKS)) {
    test(`${language}: a purchase is told in it`, async ({ shop, page }) => {
      const asked = watchLanguages(page);
      const { buyer } = await shop.openReady("", { edits: [inLanguage(language)] });
      await buyer.place();
      await expect(buyer.status).toHaveText(thanks);
      expect(asked).toEqual([language]);
    });
  }

  test("de-AT and de_CH are German", async ({ shop, page }) => {
    for (const language of ["de-AT", "DE", "de_CH"]) {
      const buyer = await shop.open("", { edits: [inLanguage(language)] });
      await expect(buyer.status).toHaveText(/^Melden Sie sich/);
      await page.unrouteAll();
    }
  });

  test("English and unknown ones: English, and no file is loaded", async ({ shop, page }) => {
    const asked = watchLanguages(page);
    for (const language of ["en", "en-GB", "nl", "constructor", ""]) {
      const buyer = await shop.open("", { edits: [inLanguage(language)] });
      await expect(buyer.status).toHaveText(/^Sign in with your Amazon account/);
      await page.unrouteAll();
    }
    expect(asked).toEqual([]);
  });

  test("gives way to the tag's own", async ({ shop }) => {
    const edits = [inLanguage("de"), withAttributes('data-language="fr"')];
    const buyer = await shop.open("", { edits });
    await expect(buyer.status).toHaveText(/^Connectez-vous/);
  });

  test("an error that the buyer can mend is told in it, by the line and by the error", async ({
    shop,
  }) => {
    const { buyer } = await shop.openReady("", { edits: [inLanguage("fr")] });
    await shop.page.route("**/import-order", (route) => route.abort());
    await buyer.place();
    const french = /^La réponse de la boutique n’est pas arrivée\./;
    await expect(buyer.status).toHaveText(french);
    expect((await shop.heard("error")).message).toMatch(french);
  });

  test("an error that only the shop can mend is not", async ({ shop }) => {
    const { buyer } = await shop.openReady("", { edits: [inLanguage("fr")] });
    const json = { result: "ERROR", message: "No stock." };
    await shop.page.route("**/import-order", (route) => route.fulfill({ json }));
    await buyer.place();
    await buyer.reads("order_refused", "The order was not accepted: No stock.");
  });

  test("a file that does not come: English, and the purchase works", async ({ shop, page }) => {
    await page.route("**/words/ja.js", (route) => route.abort());
    const { buyer } = await shop.openReady("", { edits: [inLanguage("ja")] });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
  });

  test("a file that comes late: English until then, and nothing waits for it", async ({
    shop,
    page,
  }) => {
    let answer;
    const held = new Promise((resolve) => {
      answer = resolve;
    });
    await page.route("**/words/ja.js", async (route) => {
      await held;
      await route.continue();
    });
    const { buyer } = await shop.openReady("", { edits: [inLanguage("ja")] });
    await expect(buyer.status).toHaveText(/^Everything is chosen/);
    const [response] = await Promise.all([page.waitForResponse("**/words/ja.js"), answer()]);
    await response.finished();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS.ja);
  });

  test("without the module: the loader says so in it", async ({ shop, page }) => {
    await page.route("**/landerpay/index.js*", (route) => route.abort());
    const buyer = await shop.open("", { edits: [inLanguage("it"), onLive] });
    await buyer.reads(
      "module_unreachable",
      "Amazon Pay non è disponibile in questo momento. (module_unreachable)",
    );
  });

  test("where the module cannot start: the same", async ({ shop, page }) => {
    await page.route("**/landerpay.wasm", (route) => route.abort());
    const edits = [inLanguage("es"), withAttributes('data-words-unavailable="Ahora no."'), onLive];
    const buyer = await shop.open("", { edits });
    await buyer.reads("wasm_unavailable", "Ahora no. (wasm_unavailable)");
    expect((await shop.heard("error")).message).toBe(
      "Amazon Pay no ha podido iniciarse en este navegador.",
    );
  });
});

test.describe("the page's own words", () => {
  test("stand in place of ours, whatever the language", async ({ shop }) => {
    const attributes = 'data-words-sign-in="Grüezi!" data-words-order_number="Nummer {}, merci."';
    const { buyer } = await shop.openReady("", {
      edits: [inLanguage("de"), withAttributes(attributes)],
    });
    await buyer.place();
    await expect(buyer.status).toHaveText(
      /^Vielen Dank\. Ihre Bestellung ist eingegangen\. Nummer \w+, merci\.$/,
    );
    const states = (await shop.details("state")).map(({ state }) => state);
    expect(states).toContain("signed-out");
  });

  test("are text, never markup", async ({ shop, page }) => {
    const attributes = `data-words-sign-in="<img src=x onerror='window.ran = true'>$&"`;
    const buyer = await shop.open("", { edits: [withAttributes(attributes)] });
    await expect(buyer.status).toHaveText("<img src=x onerror='window.ran = true'>$&");
    expect(await page.evaluate(() => window.ran)).toBeUndefined();
  });

  test("of an unknown key are refused", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [withAttributes('data-words-sing-in="Hello"')] });
    await buyer.reads(
      "unknown_option",
      "The option `words.sing_in` does not exist: check its spelling.",
    );
  });

  test("npm: by the options, which must be texts", async ({ shop, page }) => {
    await shop.open("", { parts: NPM });
    const errors = await page.evaluate(async () => {
      const { createCheckout } = await import("/landerpay/index.js");
      const refusals = [];
      for (const words of [
        { ready: 1n },
        { ready: {} },
        { declined: "" },
        "Hello",
        { toString: "x" },
      ]) {
        const options = { environment: "sandbox", region: "us", words };
        await createCheckout(options, "", "").catch((error) => refusals.push(error.subject));
      }
      return refusals;
    });
    expect(errors).toEqual([
      "`words.ready`: expected text",
      "`words.ready`: expected text",
      "`words.declined`: expected text",
      "`words`: expected sentences by their keys",
      "words.toString",
    ]);
  });
});

test.describe("who is signed in", () => {
  test("is shown by name, as text, until the sign-out", async ({ shop, page }) => {
    const buyer = await shop.open("login=auto");
    const name = page.locator('[data-landerpay="buyer"]');
    await expect(buyer.button).toBeVisible();
    await expect(name).toBeHidden();
    await buyer.signInAtOnce();
    const { name: told } = await shop.heard("profile");
    await expect(name).toHaveText(told);
    await expect(name).toBeVisible();
    await expect(page.locator('[data-landerpay="button"]')).toBeHidden();
    await buyer.signOut.click();
    await expect(name).toBeHidden();
    await expect(name).toHaveText("");
    await expect(buyer.button).toBeVisible();
  });

  test("is nobody any more when the session ends", async ({ shop, page }) => {
    await page.clock.install();
    const { buyer } = await shop.openReady();
    const name = page.locator('[data-landerpay="buyer"]');
    await expect(name).toHaveText(/\w/);
    await page.clock.fastForward("55:00");
    await page.clock.runFor(10_500);
    await shop.expectState("expired");
    await expect(name).toHaveText("");
    await expect(name).toBeHidden();
    await expect(buyer.button).toBeVisible();
  });

  test("stays hidden while the profile fails", async ({ shop, page }) => {
    await page.route("**/user/profile", (route) => route.fulfill({ status: 500, body: "" }));
    const buyer = await shop.open("login=auto");
    await buyer.signInAtOnce();
    await expect(buyer.placeOrder).toBeEnabled();
    await expect(page.locator('[data-landerpay="buyer"]')).toBeHidden();
  });

  test("is known on the next page", async ({ shop, page }) => {
    const { buyer } = await shop.openReady();
    await expect(buyer.placeOrder).toBeEnabled();
    await page.reload();
    await expect(page.locator('[data-landerpay="buyer"]')).toHaveText(/\w/);
    await expect(page.locator('[data-landerpay="buyer"]')).toBeVisible();
  });
});
