import { field, option, without } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const REGIONS = "`region`: expected us, uk, de, eur, gbp, jp";
const ENVIRONMENTS = "`environment`: expected live, sandbox";
const URLS = "`backend.url`: expected a path or an https address";

/** An edit: takes an element off the page. */
const noPart = (part) => (html) => html.replace(`data-landerpay="${part}"`, "");

/** An edit for the whole order form, as an older page of the merchant's may have it. */
const fieldNamed = (name) => field(name, "1");

const missing = (subject) => [
  "missing_option",
  subject,
  `The option \`${subject}\` is missing: set it.`,
];
const unknown = (subject) => [
  "unknown_option",
  subject,
  `The option \`${subject}\` does not exist: check its spelling.`,
];
const invalid = (subject) => ["invalid_option", subject, `An option is not usable: ${subject}.`];
const absent = (subject) => [
  "missing_container",
  subject,
  `No element matches \`${subject}\`: add it to the page.`,
];
const forbidden = (subject) => [
  "forbidden_field",
  subject,
  `\`${subject}\` belongs to the backend: it must not come from a page.`,
];

test.describe("the drop-in", () => {
  for (const [name, edits, [code, subject, message]] of [
    ["no environment", [without("environment")], missing("environment")],
    ["no region", [without("region")], missing("region")],
    ["no client id", [without("client-id")], missing("clientId")],
    ["no seller id", [without("seller-id")], missing("sellerId")],
    ["no backend", [without("backend")], missing("backend.url")],
    ["no button", [noPart("button")], absent('[data-landerpay="button"]')],
    ["no address book", [noPart("address-book")], absent('[data-landerpay="address-book"]')],
    ["no wallet", [noPart("wallet")], absent('[data-landerpay="wallet"]')],
    ["an unknown option", [option("colour", "Gold")], unknown("colour")],
    [
      "an unknown option of the button",
      [option("button-colour", "Gold")],
      unknown("button.colour"),
    ],
    ["an unknown option of the backend", [option("backend-uri", "/x")], unknown("backend.uri")],
    ["an unknown region", [option("region", "fr")], invalid(REGIONS)],
    ["a region in capitals", [option("region", "US")], invalid(REGIONS)],
    ["an unknown environment", [option("environment", "production")], invalid(ENVIRONMENTS)],
    ["an environment left empty", [option("environment", "")], invalid(ENVIRONMENTS)],
    [
      "a colour of the button that Amazon does not know",
      [option("button-color", "gold")],
      invalid("`button.color`: expected Gold, LightGray, DarkGray"),
    ],
    [
      "an agreement that is not sold here",
      [option("agreement", "forever")],
      invalid("`agreement`: expected one-time, recurring"),
    ],
    [
      "a client id that is none",
      [option("client-id", "A2EXAMPLE")],
      invalid("`clientId`: expected amzn1.application-oa2-client.…"),
    ],
    ["a backend without encryption", [option("backend", "http://shop.example/pay")], invalid(URLS)],
    ["a backend elsewhere by two slashes", [option("backend", "//evil.example")], invalid(URLS)],
    [
      "a format that the backend does not read",
      [option("backend-format", "xml")],
      invalid("`backend.format`: expected json, form"),
    ],
    ["a price in the form", [fieldNamed("product1_price")], forbidden("product1_price")],
    [
      "two values under one name",
      [field("product2_id", "1"), field("product2_id", "2")],
      [
        "invalid_field",
        "product2_id",
        "The order field `product2_id` must be one text, number or boolean.",
      ],
    ],
    ["the CRM's login in the form", [fieldNamed("loginId")], forbidden("loginId")],
    ["the CRM's password in the form", [fieldNamed("password")], forbidden("password")],
    ["our own field in the form", [fieldNamed("amazonOrderId")], forbidden("amazonOrderId")],
    ["the CRM's password on the tag", [option("password", "x")], forbidden("password")],
  ]) {
    test(`${name}: ${code}`, async ({ shop, page, watch }) => {
      const buyer = await shop.open("", { edits });
      await buyer.reads(code, message);
      await expect(buyer.status).toBeVisible();
      await shop.expectState("unavailable");
      const audience = "developer";
      const error = { name: "LanderPayError", message, code, audience, subject };
      expect(await shop.details("error")).toEqual([error]);
      expect(await shop.details("state")).toEqual([
        { state: "unavailable", missing: [], canPlace: false, unresolved: false },
      ]);
      await expect(buyer.placeOrder).toBeDisabled();
      const rejection = await page.evaluate(() => window.LanderPay.ready.catch(({ code }) => code));
      expect(rejection).toBe(code);
      // The rest of the page lives.
      const question = page.locator("details").first();
      await question.locator("summary").click();
      await expect(question).toHaveAttribute("open", "");
      await expect(page.getByText("You can still order")).toBeVisible();
      expect(watch.orders).toEqual([]);
    });
  }

  test("the simulator on a live page: buyers are told no details", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [option("environment", "live")] });
    await buyer.reads("invalid_option", "Amazon Pay is not available right now. (invalid_option)");
    const subject = "`simulator`: expected absent on live";
    expect(await shop.heard("error")).toMatchObject({
      code: "invalid_option",
      audience: "developer",
      subject,
    });
    await shop.expectState("unavailable");
    await expect(buyer.placeOrder).toBeDisabled();
  });

  test("a page without status, order form and place-order button still works", async ({ shop }) => {
    const buyer = await shop.open("login=auto", {
      edits: [noPart("status"), noPart("order"), noPart("place-order"), noPart("order-id")],
    });
    await buyer.signInAtOnce();
    await shop.heard("ready");
  });

  test("attributes of optimizers, consent tools and frameworks are nobody's options", async ({
    shop,
  }) => {
    const foreign = ["cfasync", "no-optimize", "nscript", "rocket-defer", "cookieconsent"];
    const edits = foreign.map((name) => option(name, "false"));
    const buyer = await shop.open("", { edits });
    await expect(buyer.button).toBeVisible();
    await shop.expectState("signed-out");
  });

  test("two tags make one checkout", async ({ shop, page }) => {
    const twice = (html) => html.replace(/<script[^>]*landerpay\.js[^>]*><\/script>/, "$&$&");
    const { buyer } = await shop.openReady("", { edits: [twice] });
    expect(await page.locator('[data-landerpay="wallet"] iframe').count()).toBe(1);
    await buyer.place();
    await shop.heard("placed");
  });
});

const PAGE = (simulator) => `<!doctype html><html lang="en"><title>Module</title><body>
<h1>A page of the merchant's own</h1>
<div id="pay"></div><div id="addresses"></div><div id="cards"></div>
<form id="priced"><input name="product1_price" value="1"></form>
<form id="order"><input name="campaignId" value="12"></form>
<script type="module">
  import { createCheckout, isLanderPayError } from "/landerpay/index.js";
  const good = {
    environment: "sandbox", region: "us", clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
    sellerId: "A2EXAMPLE1234X", button: "#pay", addressBook: "#addresses", wallet: "#cards",
    backend: "/amazon-pay", simulator: "${simulator}", order: { campaignId: 12 },
  };
  window.attempt = async (changes) => {
    try {
      const options = changes && typeof changes === "object" ? { ...good, ...changes } : changes;
      const { state } = await createCheckout(options);
      return { state };
    } catch (error) {
      const { name, code, audience, subject, message } = error;
      const isReal = error instanceof Error && isLanderPayError(error);
      return { isReal, name, code, audience, subject, message };
    }
  };
</script>`;

test.describe("createCheckout()", () => {
  for (const [name, changes, [code, subject, message]] of [
    ["no environment", { environment: null }, missing("environment")],
    ["no region", { region: null }, missing("region")],
    ["no client id", { clientId: null }, missing("clientId")],
    ["no seller id", { sellerId: null }, missing("sellerId")],
    ["no button", { button: null }, missing("button.container")],
    ["no container for the button", { button: { type: "PwA" } }, missing("button.container")],
    ["no address book", { addressBook: null }, missing("addressBook.container")],
    ["no wallet", { wallet: null }, missing("wallet.container")],
    ["no backend", { backend: null }, missing("backend.url")],
    ["no backend's url", { backend: { format: "form" } }, missing("backend.url")],
    ["an unknown option", { colour: "Gold" }, unknown("colour")],
    ["an unknown part", { wallet: { container: "#cards", size: 1 } }, unknown("wallet.size")],
    ["an unknown region", { region: "fr" }, invalid(REGIONS)],
    ["an unknown environment", { environment: "production" }, invalid(ENVIRONMENTS)],
    ["an environment that is no text", { environment: true }, invalid(ENVIRONMENTS)],
    ["a backend without encryption", { backend: "http://shop.example" }, invalid(URLS)],
    [
      "a colour that Amazon does not know",
      { button: { container: "#pay", color: "Red" } },
      invalid("`button.color`: expected Gold, LightGray, DarkGray"),
    ],
    [
      "the simulator on live",
      { environment: "live" },
      invalid("`simulator`: expected absent on live"),
    ],
    ["a container that is nowhere", { wallet: "#nowhere" }, absent("#nowhere")],
    ["a selector that is none", { wallet: "###" }, absent("###")],
    ["a form that is nowhere", { order: "#nowhere" }, absent("#nowhere")],
    ["a form that is none", { order: "#cards" }, invalid("`order`: expected a form")],
    ["a price among the fields", { order: { product1_price: 1 } }, forbidden("product1_price")],
    ["a price in the form", { order: "#priced" }, forbidden("product1_price")],
    ["the CRM's login among the fields", { order: { loginId: "x" } }, forbidden("loginId")],
    ["the CRM's password among the options", { password: "x" }, forbidden("password")],
    [
      "a field with a list in it",
      { order: { items: [1] } },
      ["invalid_field", "items", "The order field `items` must be one text, number or boolean."],
    ],
    ["text in place of options", "sandbox", invalid("`options`: expected an object")],
    ["nothing in place of options", null, invalid("`options`: expected an object")],
  ]) {
    test(`${name}: ${code}, and the next call works`, async ({ shop, page }) => {
      await shop.openOwn(PAGE(shop.simulator));
      await page.waitForFunction(() => window.attempt);
      expect(await page.evaluate((given) => window.attempt(given), changes)).toEqual({
        isReal: true,
        name: "LanderPayError",
        code,
        audience: "developer",
        subject,
        message,
      });
      await expect(page.getByRole("heading")).toHaveText("A page of the merchant's own");
      expect(await page.evaluate(() => window.attempt({}))).toEqual({ state: "loading" });
      await expect(page.locator("#pay img")).toBeVisible();
    });
  }

  test("elements serve as well as selectors, also without an id", async ({ shop, page }) => {
    await shop.openOwn(PAGE(shop.simulator));
    await page.waitForFunction(() => window.attempt);
    const made = await page.evaluate(() => {
      const [button, addressBook, wallet] = document.querySelectorAll("div");
      for (const element of [button, addressBook, wallet]) element.removeAttribute("id");
      const order = document.querySelector("#order");
      return window.attempt({ button, addressBook: { container: addressBook }, wallet, order });
    });
    expect(made).toEqual({ state: "loading" });
    await expect(page.locator("div img").first()).toBeVisible();
  });
});
