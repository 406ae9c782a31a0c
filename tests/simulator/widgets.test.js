import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BOOK,
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

const ORDER = /^S01-\d{7}-\d{7}$/;
const CREATE = ["onOrderReferenceCreate", "onReady", "onAddressSelect"];

describe("construction", { concurrency: 4 }, () => {
  /** Constructs an AddressBook; answers what was thrown and reported. */
  function construct(page, options) {
    return page.evaluate((given) => {
      const errors = [];
      const onError = (error) => errors.push([error.getErrorCode(), error.getErrorMessage()]);
      let thrown;
      try {
        new OffAmazonPayments.Widgets.AddressBook({ sellerId: "S", onError, ...given });
      } catch (error) {
        thrown = error.message;
      }
      return { thrown, errors };
    }, options);
  }

  test("design: absent, empty, unknown, wrong sizes, null and numbers", async () => {
    const page = await world.openSignedIn();
    const missing = ["width", "height"].map((side) => [
      "MissingParameter",
      `Required parameter design.${side} is not specified.`,
    ]);
    const quiet = { thrown: undefined, errors: [] };
    assert.deepEqual(await construct(page, {}), {
      ...quiet,
      errors: [["InvalidParameterValue", "Value  assigned to a parameter design is not valid "]],
    });
    for (const design of [{}, { designMode: "wide" }]) {
      assert.deepEqual(await construct(page, { design }), { ...quiet, errors: missing });
    }
    const percent = await construct(page, { design: { size: { width: "100%", height: "300" } } });
    assert.equal(percent.errors[0][0], "InvalidParameterValue");
    const number = await construct(page, { design: { size: { width: 400, height: 228 } } });
    assert.match(number.thrown, /toUpperCase is not a function/);
    assert.match((await construct(page, { design: null })).thrown, /null/);
    const sound = { design: { designMode: "responsive" } };
    assert.match((await construct(page, { ...sound, displayMode: null })).thrown, /null/);
    assert.deepEqual(await construct(page, sound), quiet);
  });

  test("the alias merchantId is copied into the caller's object", async () => {
    const page = await world.openSignedIn();
    const seller = await page.evaluate(() => {
      const options = { merchantId: "M", design: { designMode: "responsive" } };
      const widget = new OffAmazonPayments.Widgets.Wallet(options);
      return [options.sellerId, widget.getSellerId()];
    });
    assert.deepEqual(seller, ["M", "M"]);
  });

  test("sizes are clamped, responsive fills the container, an error empties it", async () => {
    const page = await world.openSignedIn();
    const sizeOf = async (at) => {
      const box = await page.locator(`#${at} iframe`).boundingBox();
      return [box.width, box.height];
    };
    await draw(page, [
      { ...BOOK, design: { size: { width: "9999px", height: "1" } }, listen: ["onAddressSelect"] },
    ]);
    await heard(page, "book", "onAddressSelect");
    assert.deepEqual(await sizeOf("book"), [600, 228]);
    await draw(page, [{ ...BOOK, listen: ["onAddressSelect"] }]);
    await heard(page, "book", "onAddressSelect", 2);
    assert.deepEqual(await sizeOf("book"), [400, 300]);
    await draw(page, [{ ...BOOK, design: {} }]);
    await page.waitForFunction(() => document.getElementById("book").childNodes.length === 0);
  });

  test("a missing seller is shown by the frame, not reported", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, sellerId: "", listen: CREATE }]);
    await inside(page, "book").getByRole("alert").waitFor();
    assert.deepEqual(await events(page), []);
  });
});

describe("bind", { concurrency: 4 }, () => {
  test("builds the frame and its hidden form, and returns the widget, open to changes", async () => {
    const page = await world.openSignedIn();
    const own = await page.evaluate(() => {
      const design = { designMode: "responsive" };
      const widget = new OffAmazonPayments.Widgets.AddressBook({ sellerId: "S", design });
      const bound = widget.bind("book ");
      bound.renderRequested = false;
      return [bound === widget, widget.renderRequested, widget.getID()];
    });
    assert.deepEqual(own, [true, false, "OffAmazonPaymentsWidgets0"]);
    const id = own[2];
    await page.locator(`#book > div.widget-container#${id} > h1`).waitFor({ state: "attached" });
    assert.equal(await page.locator(`#book iframe#${id}IFrame`).count(), 1);
    assert.equal(await page.locator(`#book form#${id}Form`).count(), 1);
  });

  test("inside a form the hidden form goes behind it", async () => {
    const page = await world.openSignedIn("", {
      body: `<form id="order"><div id="book" style="height:300px"></div></form>`,
    });
    await draw(page, [{ ...BOOK, listen: ["onAddressSelect"] }]);
    await heard(page, "book", "onAddressSelect");
    assert.equal(await page.locator("#order + span > form").count(), 1);
    assert.equal(await page.locator("#order form").count(), 0);
  });

  test("a hash or an element fails later and uncaught", async () => {
    const page = await world.openSignedIn();
    const inTime = await page.evaluate(() => {
      const options = { sellerId: "S", design: { designMode: "responsive" } };
      const { AddressBook } = OffAmazonPayments.Widgets;
      new AddressBook(options).bind("#book");
      new AddressBook(options).bind(document.getElementById("book"));
      return "no throw";
    });
    assert.equal(inTime, "no throw");
    await settle(page);
    assert.equal(page.failures.length, 2);
    for (const text of page.failures) assert.match(text, /Syntax error, unrecognized expression: /);
    assert.equal(await page.locator("#book iframe").count(), 0);
  });

  test("an unknown id or one with selector characters is silence", async () => {
    const page = await world.openSignedIn("", { body: `<div id="my.book"></div>` });
    await draw(page, [
      { ...BOOK, at: "nowhere" },
      { ...BOOK, at: "my.book" },
    ]);
    await settle(page);
    assert.equal(await page.locator("iframe").count(), 1);
    assert.deepEqual(page.failures, []);
    assert.deepEqual(await events(page), ["last onAddressSelect"]);
  });

  test("inside a frame of a foreign page bind leaves the container alone", async () => {
    const page = await world.open("");
    await page.waitForFunction(() => window.log?.includes("alias"));
    const bindHere = async () => {
      const container = document.getElementById("book");
      container.textContent = "untouched";
      const options = { sellerId: "S", design: { designMode: "responsive" } };
      new OffAmazonPayments.Widgets.AddressBook(options).bind("book");
      // Timers run in order: this one comes after the one in which bind does its work.
      await new Promise((resolve) => setTimeout(resolve));
      return container.textContent;
    };
    assert.notEqual(await page.evaluate(bindHere), "untouched");
    const shop = page.url();
    // The same server by another name is another site.
    await page.goto(shop.replace("localhost", "127.0.0.1"), { waitUntil: "commit" });
    await page.setContent(`<iframe src="${shop}"></iframe>`);
    const frame = page.frames()[1];
    await frame.waitForFunction(() => window.log?.includes("alias"));
    assert.equal(await frame.evaluate(bindHere), "untouched");
  });

  test("binding again redraws with a new submission", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await page.evaluate(() => book.bind("book"));
    await heard(page, "book", "onAddressSelect", 2);
    assert.equal(forms.length, 2);
    const [first, second] = await heard(page, "book", "onOrderReferenceCreate", 2);
    assert.notEqual(first[2], second[2]);
  });
});

describe("the posted form", { concurrency: 4 }, () => {
  test("carries seller, page, token, and absent options as the text undefined", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: ["onAddressSelect"] }]);
    await heard(page, "book", "onAddressSelect");
    const { access_token } = await signIn(page, { interactive: "never" });
    const [form] = forms;
    assert.equal(form.action, "spaAddressWidget");
    assert.equal(form.cartOwnerId, "S");
    assert.equal(form.referringURL, page.url());
    assert.equal(form.access_token, access_token);
    assert.equal(form.agreementType, "undefined");
    assert.equal(form.env, "SANDBOX");
  });

  test("a sandbox build turns sandbox mode on before it asks for the token", async () => {
    const page = await world.openSignedIn();
    await page.evaluate(() => {
      amazon.Login.setSandboxMode = (on) => log.push(["sdk", "sandbox", on]);
    });
    await draw(page, [BOOK]);
    const [[, , on]] = await heard(page, "sdk", "sandbox");
    assert.equal(on, true);
  });

  test("asks for a contract only when a callback could learn its id", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    for (const [listen, expected] of [
      [[], undefined],
      [["onReady"], "true"],
      [["onOrderReferenceCreate"], "true"],
      [["onBillingAgreementCreate"], "true"],
    ]) {
      forms.length = 0;
      await page.evaluate(() => log.splice(0));
      await draw(page, [{ ...BOOK, listen: ["onAddressSelect", ...listen] }]);
      await heard(page, "book", "onAddressSelect");
      assert.equal(forms[0].createContract, expected, String(listen));
      assert.equal(forms[0].contractId, undefined);
    }
  });

  test("an id that is given is used, and known again", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    const [[, , id]] = await heard(page, "book", "onOrderReferenceCreate");
    await heard(page, "book", "onAddressSelect");
    await inside(page, "book").getByRole("radio").nth(1).check();
    await heard(page, "book", "onAddressSelect", 2);
    const forms = recordForms(page);
    await draw(page, [
      { ...BOOK, amazonOrderReferenceId: id, listen: ["onReady", "onAddressSelect"] },
    ]);
    await heard(page, "book", "onAddressSelect", 3);
    assert.deepEqual([forms[0].contractId, forms[0].createContract], [id, undefined]);
    assert.equal(await page.evaluate(() => book.getContractId()), id);
    assert.ok(await inside(page, "book").getByRole("radio").nth(1).isChecked());
  });

  test("without a token the error code is posted as one, and the frame tells of a session", async () => {
    const page = await world.open("");
    await page.waitForFunction(() => window.log?.includes("alias"));
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    const [[, , code]] = await heard(page, "book", "onError");
    assert.equal(code, "BuyerSessionExpired");
    assert.equal(forms[0].access_token, "invalid_grant");
    await inside(page, "book")
      .getByText(/sign in again/)
      .waitFor();
  });

  test("regions and environments give their own ids", async () => {
    for (const [region, expected] of [
      ["us", /^P01-/],
      ["uk/sandbox/lpa", /^S02-/],
      ["eur/lpa", /^P02-/],
      ["jp/sandbox/lpa", /^S03-/],
    ]) {
      const page = await world.open("login=auto", { region });
      await page.waitForFunction(() => window.log?.includes("alias"));
      await signIn(page, {}, region.includes("sandbox"));
      await draw(page, [{ ...BOOK, listen: CREATE }]);
      const [[, , id]] = await heard(page, "book", "onOrderReferenceCreate");
      assert.match(id, expected);
    }
  });
});

describe("events", { concurrency: 4 }, () => {
  test("create, ready, then the default address; select gets the widget without an id", async () => {
    const page = await world.openSignedIn();
    await page.evaluate(() => {
      new OffAmazonPayments.Widgets.AddressBook({
        sellerId: "S",
        design: { designMode: "responsive" },
        onOrderReferenceCreate: (r) => log.push(["create", Object.keys(r)]),
        onBillingAgreementCreate: (r) => log.push(["agreement", Object.keys(r)]),
        onReady: (r) =>
          log.push(["ready", r.getAmazonOrderReferenceId() === r.getAmazonBillingAgreementId()]),
        onAddressSelect: (widget) =>
          log.push([
            "select",
            typeof widget.getAmazonOrderReferenceId,
            widget.getContractId(),
            widget.getID(),
          ]),
      }).bind("book");
    });
    await page.waitForFunction(() => log.some((entry) => entry[0] === "select"));
    assert.deepEqual(await page.evaluate(() => log.slice(3)), [
      ["create", ["getAmazonOrderReferenceId"]],
      ["agreement", ["getAmazonBillingAgreementId"]],
      ["ready", true],
      ["select", "undefined", null, "OffAmazonPaymentsWidgets0"],
    ]);
  });

  test("a created order is told to every widget, abandoned ones included", async () => {
    const page = await world.openSignedIn();
    await draw(page, [
      { ...BOOK, name: "old", listen: ["onReady", "onAddressSelect"] },
      { ...WALLET, amazonOrderReferenceId: "S01-1111111-1111111", listen: ["onReady"] },
    ]);
    const [[, , first]] = await heard(page, "wallet", "onReady");
    assert.match(first, ORDER);
    await heard(page, "old", "onAddressSelect");
    await page.evaluate(() => document.getElementById("book").replaceChildren());
    await draw(page, [{ ...BOOK, name: "fresh", listen: ["onReady"] }]);
    const [[, , second]] = await heard(page, "fresh", "onReady");
    const old = await heard(page, "old", "onReady", 2);
    assert.deepEqual(
      old.map((entry) => entry[2]),
      [first, second],
    );
    assert.equal((await heard(page, "wallet", "onReady", 2)).length, 2);
  });

  test("a null callback fails later, uncaught; a null onReady of an address book does not", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, onAddressSelect: null, onReady: null }]);
    const failure = await page.waitForEvent("pageerror");
    assert.match(failure.message, /this\.onAddressSelect is not a function/);
    assert.equal(page.failures.length, 1);
  });

  test("nothing is chosen without a default, until the buyer chooses by keyboard", async () => {
    for (const flags of ["addresses=none-chosen", "account=no-default"]) {
      const page = await world.openSignedIn(flags);
      await draw(page, [{ ...BOOK, listen: CREATE }]);
      const frame = inside(page, "book");
      const group = frame.getByRole("radiogroup", { name: "Shipping address" });
      assert.equal(await group.getByRole("radio", { checked: true }).count(), 0);
      await group.getByRole("radio").first().focus();
      assert.deepEqual(await events(page), ["book onOrderReferenceCreate", "book onReady"]);
      await group.getByRole("radio").first().press("Space");
      await heard(page, "book", "onAddressSelect");
      await group.getByRole("radio").first().press("ArrowDown");
      await heard(page, "book", "onAddressSelect", 2);
    }
  });

  test("a frame is a labelled part of the page, and its list scrolls above the footer", async () => {
    const body = `<div id="book" style="width: 280px; height: 150px"></div>`;
    const page = await world.openSignedIn("", { body });
    await draw(page, [{ ...BOOK, listen: ["onAddressSelect"] }]);
    await heard(page, "book", "onAddressSelect");
    const frame = inside(page, "book");
    const part = frame.getByRole("region", { name: "Shipping address" });
    assert.equal(await part.count(), 1);
    assert.equal(await frame.getByRole("heading").count(), 0);
    assert.equal(await frame.getByRole("main").count(), 0);
    const last = part.locator(".choice").last();
    await last.scrollIntoViewIfNeeded();
    const end = ({ y, height }) => y + height;
    const footer = await part.getByText("no real payment").boundingBox();
    const box = await page.locator("#book").boundingBox();
    assert.ok(end(await last.boundingBox()) <= footer.y, "an address is behind the footer");
    assert.ok(end(footer) <= end(box), "the footer is outside of the frame");
  });

  test("the buyer's addresses and cards are shown, markup as text", async () => {
    const page = await world.openSignedIn("account=markup");
    await draw(page, [BOOK, { ...WALLET, listen: ["onPaymentSelect"] }]);
    await heard(page, "wallet", "onPaymentSelect");
    const book = inside(page, "book");
    assert.equal(await book.getByRole("radio").count(), 2);
    await book.getByText("<img src=x onerror=alert(1)>").first().waitFor();
    assert.equal(await book.locator("img").count(), 0);
    await inside(page, "wallet")
      .getByRole("radio", { name: /Visa ending in 1111/ })
      .waitFor();
  });
});

describe("the wallet and the address book", { concurrency: 4 }, () => {
  test("each address choice hides and redraws the wallet, which chooses again", async () => {
    const page = await world.openSignedIn();
    await draw(page, [
      { ...BOOK, listen: CREATE },
      { ...WALLET, listen: ["onPaymentSelect"] },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    // One draw or two: the address may have been chosen before the wallet's first draw or after it.
    const cards = inside(page, "wallet").getByRole("radio");
    await cards.nth(1).check();
    const before = (await heard(page, "wallet", "onPaymentSelect", 2)).length;
    await page.evaluate(() => {
      const frame = document.querySelector("#wallet iframe");
      new MutationObserver(() => log.push(["frame", frame.style.visibility])).observe(frame, {
        attributeFilter: ["style"],
      });
    });
    await inside(page, "book").getByRole("radio").nth(1).check();
    await heard(page, "wallet", "onPaymentSelect", before + 1);
    await heard(page, "frame", "hidden");
    await heard(page, "frame", "visible");
    assert.ok(await cards.first().isChecked(), "the chosen card is void with the old address");
    const order = await events(page);
    assert.ok(
      order.lastIndexOf("book onAddressSelect") < order.lastIndexOf("wallet onPaymentSelect"),
    );
  });

  test("the redraw posts the old form, token included", async () => {
    const page = await world.openSignedIn();
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await draw(page, [{ ...WALLET, listen: ["onPaymentSelect"] }]);
    await heard(page, "wallet", "onPaymentSelect");
    const { access_token } = await signIn(page, { interactive: "never" });
    await signIn(page, { interactive: "always" });
    await inside(page, "book").getByRole("radio").nth(1).check();
    await heard(page, "wallet", "onPaymentSelect", 2);
    const posted = forms.filter(({ action }) => action === "spaWalletWidget");
    assert.deepEqual(
      posted.map((form) => form.access_token),
      [access_token, access_token],
    );
  });

  test("a token that is over shows at the redraw, in either widget", async () => {
    const page = await world.openSignedIn("expires=6");
    await draw(page, [
      { ...BOOK, listen: CREATE },
      { ...WALLET, listen: ["onPaymentSelect"] },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    await untilExpired(page);
    // The clock alone says nothing.
    assert.ok(!(await events(page)).some((event) => event.endsWith("onError")));
    await page.evaluate(() => {
      book.bind("book");
      wallet.bind("wallet");
    });
    for (const [name, title] of [
      ["book", "Shipping address"],
      ["wallet", "Payment method"],
    ]) {
      const [[, , code]] = await heard(page, name, "onError");
      assert.equal(code, "BuyerSessionExpired");
      const region = inside(page, name).getByRole("region", { name: title });
      await region.getByText("Your session is over.").waitFor();
      assert.equal(await region.getByRole("radio").count(), 0);
    }
  });

  test("a wallet that an address choice redraws posts its old token, and hears of its end", async () => {
    const page = await world.openSignedIn("expires=6");
    await draw(page, [
      { ...BOOK, listen: CREATE },
      { ...WALLET, listen: ["onPaymentSelect"] },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    const { access_token } = await signIn(page, { interactive: "never" });
    await untilExpired(page);
    const forms = recordForms(page);
    await page.evaluate((origin) => {
      const data = `apay-addressselect;widgetId=${book.getID()}`;
      dispatchEvent(new MessageEvent("message", { data, origin }));
    }, world.simulator.origin);
    const [[, , code]] = await heard(page, "wallet", "onError");
    assert.equal(code, "BuyerSessionExpired");
    assert.deepEqual(
      forms.map((form) => form.access_token),
      [access_token],
    );
  });

  test("no token and an unknown token are no session, be it the page's own cookie", async () => {
    const ready = (page) => page.waitForFunction(() => window.log?.includes("alias"));
    const page = await world.open("origin=refused");
    await ready(page);
    const forms = recordForms(page);
    await draw(page, [BOOK]);
    const [[, , code]] = await heard(page, "book", "onError");
    assert.equal(code, "BuyerSessionExpired");
    await page.evaluate(() => {
      // biome-ignore lint/suspicious/noDocumentCookie: as shops do it.
      document.cookie = "amazon_Login_accessToken=Atza|of-nobody; path=/";
      amazon.Login.setUseCookie(true);
    });
    await draw(page, [{ ...WALLET, amazonOrderReferenceId: "S01-1111111-1111111" }]);
    const [[, , other]] = await heard(page, "wallet", "onError");
    assert.equal(other, "BuyerSessionExpired");
    assert.deepEqual(
      forms.map((form) => form.access_token),
      ["invalid_grant", "Atza|of-nobody"],
    );
  });

  test("a wallet waits for the first address book, even one that never draws", async () => {
    const page = await world.openSignedIn("wallet-wait=400");
    const forms = recordForms(page);
    const started = Date.now();
    await draw(page, [
      { ...BOOK, at: "nowhere" },
      { ...WALLET, listen: ["onPaymentSelect"] },
    ]);
    await heard(page, "wallet", "onPaymentSelect");
    assert.ok(Date.now() - started >= 400);
    assert.equal(forms.length, 1);
  });

  test("a wallet that waits is freed by the first address choice", async () => {
    const page = await world.openSignedIn("wallet-wait=60000,addresses=none-chosen");
    await draw(page, [
      { ...BOOK, listen: CREATE },
      { ...WALLET, listen: ["onPaymentSelect"] },
    ]);
    await inside(page, "book").getByRole("radio").first().check();
    await heard(page, "wallet", "onPaymentSelect");
  });

  test("alone, the wallet creates the order", async () => {
    const page = await world.openSignedIn("wallet-wait=60000");
    await draw(page, [{ ...WALLET, listen: ["onOrderReferenceCreate", "onPaymentSelect"] }]);
    const [[, , id]] = await heard(page, "wallet", "onOrderReferenceCreate");
    assert.match(id, ORDER);
    await heard(page, "wallet", "onPaymentSelect");
  });

  test("cards=none-chosen leaves the choice to the buyer", async () => {
    const page = await world.openSignedIn("cards=none-chosen");
    await draw(page, [{ ...WALLET, listen: ["onReady", "onPaymentSelect"] }]);
    const cards = inside(page, "wallet").getByRole("radio");
    await cards.first().waitFor();
    assert.equal(await inside(page, "wallet").getByRole("radio", { checked: true }).count(), 0);
    await heard(page, "wallet", "onReady");
    assert.deepEqual(await events(page), ["wallet onReady"]);
    await cards.nth(1).check();
    await heard(page, "wallet", "onPaymentSelect");
  });
});

describe("errors", { concurrency: 4 }, () => {
  test("any code reaches the widget that has it, and only that", async () => {
    for (const code of ["UnknownError", "SomethingNew"]) {
      const page = await world.openSignedIn(`wallet-error=${code}`);
      await draw(page, [
        { ...BOOK, listen: CREATE },
        { ...WALLET, listen: ["onPaymentSelect"] },
      ]);
      const [[, , given, text]] = await heard(page, "wallet", "onError");
      assert.equal(given, code);
      assert.match(text, /contact the seller/);
      await heard(page, "book", "onAddressSelect");
      const others = await events(page);
      assert.ok(!others.includes("book onError") && !others.includes("wallet onPaymentSelect"));
    }
  });

  test("ITP is told, and the widget goes on", async () => {
    const page = await world.openSignedIn("address-error=ITP");
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    const [[, , code]] = await heard(page, "book", "onError");
    assert.equal(code, "ITP");
  });

  test("a live token is no session for a sandbox widget", async () => {
    const page = await world.openSignedIn();
    await signIn(page, { interactive: "always" }, false);
    await draw(page, [BOOK]);
    const [[, , code]] = await heard(page, "book", "onError");
    assert.equal(code, "BuyerSessionExpired");
  });

  test("ids that are unknown, foreign or of the other environment are refused", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, amazonOrderReferenceId: "S01-0000000-0000000" }]);
    const [[, , unknown]] = await heard(page, "book", "onError");
    assert.equal(unknown, "InvalidOrderReferenceId");
    await draw(page, [{ ...BOOK, name: "mine", listen: CREATE }]);
    const [[, , id]] = await heard(page, "mine", "onOrderReferenceCreate");
    const live = await world.open("login=auto", { region: "us" });
    await live.waitForFunction(() => window.log?.includes("alias"));
    await signIn(live, {}, false);
    await draw(live, [{ ...BOOK, amazonOrderReferenceId: id }]);
    const [[, , mismatch]] = await heard(live, "book", "onError");
    assert.equal(mismatch, "ReleaseEnvironmentMismatch");
    const other = await world.openSignedIn("account=rtl");
    await draw(other, [{ ...BOOK, amazonOrderReferenceId: id }]);
    const [[, , foreign]] = await heard(other, "book", "onError");
    assert.equal(foreign, "BuyerNotAssociated");
  });
});

describe("messages", { concurrency: 4 }, () => {
  test("only texts from the simulator's origin are read; others from there throw", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await page.evaluate((origin) => {
      const say = (data, from) =>
        dispatchEvent(new MessageEvent("message", { data, origin: from }));
      say("apay-pcId=FOREIGN", "https://example.com");
      say({ some: "object" }, "https://example.com");
      say("apay-pcId=OWN", origin);
      say({ some: "object" }, origin);
    }, world.simulator.origin);
    const ids = (await heard(page, "book", "onReady", 2)).map((entry) => entry[2]);
    assert.equal(ids.length, 2);
    assert.equal(ids[1], "OWN");
    await settle(page);
    assert.equal(page.failures.length, 1);
    assert.match(page.failures[0], /indexOf is not a function/);
  });

  test("the page's hash is read as a message and the matched part removed", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await page.evaluate(() => {
      location.hash = "route&apay-pcId=FORGED";
    });
    const created = await heard(page, "book", "onOrderReferenceCreate", 2);
    assert.equal(created[1][2], "FORGED");
    assert.equal(await page.evaluate(() => location.hash), "#route&");
  });

  test("the page's hash has everything drawn anew", async () => {
    const page = await world.openSignedIn();
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await page.evaluate(() => {
      location.hash = "apay-refresh";
    });
    await heard(page, "book", "onAddressSelect", 2);
    await page.evaluate(() => {
      location.hash = `apay-widgetrefresh;widgetId=${book.getID()}`;
    });
    await heard(page, "book", "onAddressSelect", 3);
  });

  test("a quote in an option is markup in the page", async () => {
    const page = await world.openSignedIn();
    const sellerId = 'A2"><img src="data:," onerror="window.isRun = true">';
    await draw(page, [{ ...BOOK, sellerId }]);
    await page.waitForFunction(() => window.isRun);
  });
});

describe("the first visit", { concurrency: 4 }, () => {
  test("one bind submits twice, both times asking for an order", async () => {
    const page = await world.openSignedIn("visit=first");
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    const [first, second] = await heard(page, "book", "onOrderReferenceCreate", 2);
    assert.notEqual(first[2], second[2]);
    assert.deepEqual(
      forms.map((form) => form.createContract),
      ["true", "true"],
    );
    assert.match(await page.evaluate(() => document.cookie), /session-set=true/);
  });

  test("a widget whose renderRequested was reset submits once", async () => {
    const page = await world.openSignedIn("visit=first");
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await page.evaluate(() => (book.renderRequested = false));
    await heard(page, "book", "onAddressSelect");
    await settle(page);
    assert.equal(forms.filter((form) => form.createContract).length, 1);
  });

  test("the next page of the visit submits once", async () => {
    const page = await world.openSignedIn("visit=first");
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    // The first drawing may be gone before its selection is told.
    await heard(page, "book", "onOrderReferenceCreate", 2);
    await page.reload();
    await page.waitForFunction(() => window.log?.includes("alias"));
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    await heard(page, "book", "onAddressSelect");
    await settle(page);
    assert.equal(forms.filter((form) => form.createContract).length, 1);
  });

  test("without the stabilizer widgets stay blank and silent", async () => {
    const page = await world.openSignedIn("stabilizer=never");
    const forms = recordForms(page);
    await draw(page, [{ ...BOOK, listen: CREATE }]);
    // The form is filled when the token has come; a returning buyer's is submitted right then.
    await page.waitForFunction(() => document.querySelector("#book input[name=access_token]"));
    await page.evaluate((base) => fetch(`${base}/auth/o2/tokeninfo`), page.base);
    assert.deepEqual(forms, []);
    assert.deepEqual(await events(page), []);
  });
});
