// The PHP page as a merchant's hosting runs it, in front of the stand-in for the CRM.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { startServers } from "../../scripts/servers.mjs";
import { blockOf, read } from "../docs/support.js";
import { Crm } from "../e2e/support/crm.js";
import {
  CLIENT_ID,
  freshId,
  Host,
  LOGIN_ID,
  PASSWORD,
  selfSigned,
  serve,
  tokenOf,
} from "./support.js";

const DEAD = "http://127.0.0.1:1";

let servers;
let crm;
let host;
let token;
before(async () => {
  servers = await startServers();
  crm = new Crm(servers.crm);
  host = new Host(servers);
  await host.start();
  token = await tokenOf(servers.simulator);
});
after(async () => {
  await host?.stop();
  await servers?.stop();
});

const order = (changes = {}) => ({
  paySource: "AMAZON",
  amazonOrderId: freshId(),
  amazonAddressConsent: token,
  emailAddress: "page@example.com",
  firstName: "Of the",
  lastName: "Page",
  product1_id: "345",
  ...changes,
});

const upsale = (orderId, changes = {}) => ({
  amazonOrderId: freshId(),
  amazonAddressConsent: token,
  orderId,
  productId: "348",
  ...changes,
});

const importOrder = (fields, options) => host.post("import-order", fields, options);
const importUpsale = (fields, options) => host.post("import-upsale", fields, options);

/** Places an order. @returns {Promise<string>} the CRM's id */
async function placed(fields = order()) {
  const { body } = await importOrder(fields);
  assert.equal(body.result, "SUCCESS", JSON.stringify(body));
  return body.message.orderId;
}

function expectFailure({ status, body }, expected, code) {
  assert.deepEqual([status, body.code], [expected, code], JSON.stringify(body));
  assert.equal(body.result, "ERROR");
  assert.ok(body.message);
}

/** With other settings while it runs; they are read anew for each request. */
async function withSettings(changes, run, first) {
  host.set(changes, first);
  try {
    return await run();
  } finally {
    host.set({});
  }
}

describe("a good purchase", () => {
  test("an order reaches the CRM with the merchant's fields and the buyer's name from Amazon", async () => {
    const fields = order({
      custom1: "from the page",
      product1_qty: 2,
      newsletter: true,
      gone: null,
    });
    const { status, body, headers } = await importOrder(fields, { key: randomUUID() });
    assert.equal(status, 200);
    assert.equal(body.result, "SUCCESS");
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-powered-by"), null);
    const [entry] = await crm.imports(fields.amazonOrderId);
    assert.equal(entry.outcome, "accepted");
    assert.equal(body.message.orderId, entry.orderId);
    assert.equal(body.message.items["345"].qty, "2");
    assert.deepEqual(entry.fields, {
      paySource: "AMAZON",
      amazonOrderId: fields.amazonOrderId,
      amazonAddressConsent: token,
      emailAddress: "buyer1@example.com",
      firstName: "Maria",
      lastName: "Bennett",
      product1_id: "345",
      product1_qty: "2",
      custom1: "from the page",
      newsletter: "1",
      campaignId: "12",
      amazonBillerId: "7",
      ipAddress: "127.0.0.1",
      loginId: LOGIN_ID,
      password: "***",
    });
    assert.deepEqual(Object.keys(entry.fields).slice(-2), ["loginId", "password"]);
  });

  test("an upsale reaches it, and is answered with the order's number only", async () => {
    const orderId = await placed();
    const fields = upsale(orderId, { paySource: "AMAZON" });
    const { status, body } = await importUpsale(fields, { key: randomUUID() });
    assert.deepEqual([status, body], [200, { result: "SUCCESS", message: { orderId } }]);
    const [entry] = await crm.upsales(orderId);
    assert.deepEqual(entry.fields, {
      amazonOrderId: fields.amazonOrderId,
      amazonAddressConsent: token,
      orderId,
      productId: "348",
      campaignId: "12",
      amazonBillerId: "7",
      loginId: LOGIN_ID,
      password: "***",
    });
  });

  test("a page need not say who the buyer is: Amazon does", async () => {
    const fields = order({ emailAddress: undefined, firstName: undefined, lastName: undefined });
    await placed(fields);
    const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
    assert.deepEqual(
      [sent.firstName, sent.lastName, sent.emailAddress],
      ["Maria", "Bennett", "buyer1@example.com"],
    );
  });

  test("a form is as good as JSON", async () => {
    const fields = order({ custom1: "1 + 1 = 2 & Ü", custom2: "" });
    const { body } = await importOrder(fields, {
      headers: { "content-type": "application/x-www-form-urlencoded; charset=UTF-8" },
      body: new URLSearchParams(fields),
    });
    assert.equal(body.result, "SUCCESS");
    const [entry] = await crm.imports(fields.amazonOrderId);
    assert.equal(entry.fields.custom1, "1 + 1 = 2 & Ü");
    assert.equal(entry.fields.custom2, "");
  });

  test("a number is as whole as it is", async () => {
    const body = JSON.stringify(order({ "2nd": "x", 77: "y" })).replace('"345"', "345.0");
    const fields = JSON.parse(body);
    assert.equal((await importOrder(fields, { body })).body.result, "SUCCESS");
    const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
    assert.deepEqual([sent.product1_id, sent["2nd"], sent[77]], ["345", "x", "y"]);
    const json = JSON.stringify(upsale(await placed())).replace('"348"', "348.0");
    const upsold = await importUpsale(null, { body: json });
    assert.equal(upsold.body.result, "SUCCESS");
  });

  test("campaign and biller are the page's where the merchant has not set them", async () => {
    const none = { LANDERPAY_CRM_CAMPAIGN_ID: null, LANDERPAY_AMAZON_BILLER_ID: null };
    await withSettings(none, async () => {
      const answer = await importOrder(order());
      expectFailure(answer, 422, "fields_invalid");
      assert.deepEqual(Object.keys(answer.body.message).sort(), ["amazonBillerId", "campaignId"]);
      await placed(order({ campaignId: 12, amazonBillerId: 7 }));
    });
  });

  for (const [account, first, last, email] of [
    ["one-word", "Anjali", " ", "buyer2@example.com"],
    ["five-word", "Ana", "Lucía de la Vega", "buyer3@example.com"],
    ["no-email", "Henrik", "Solberg", "page@example.com"],
    ["rtl", "ليلى", "حسن", "buyer5@example.com"],
    ["emoji", "Zoë", "🦊 Lindqvist", "buyer6@example.com"],
    ["long", "Wolfeschlegel", "Steinhausen".repeat(5).slice(0, 50), "buyer7@example.com"],
  ]) {
    test(`the name of the account ${account} is split, and cut to what the CRM takes`, async () => {
      const amazonAddressConsent = await tokenOf(servers.simulator, { account });
      const fields = order({ amazonAddressConsent });
      await placed(fields);
      const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
      assert.deepEqual([sent.firstName, sent.lastName, sent.emailAddress], [first, last, email]);
    });
  }

  test("where Amazon does not know the buyer, the page has to, and is cut by characters, not bytes", async () => {
    const amazon = await serve((request, response) => {
      const isAudience = request.url.startsWith("/auth/");
      response.end(JSON.stringify(isAudience ? { aud: CLIENT_ID } : { user_id: "x" }));
    });
    await withSettings({ LANDERPAY_AMAZON_URL: amazon.url }, async () => {
      const fields = order({ firstName: "é".repeat(51), lastName: "🦊".repeat(60) });
      await placed(fields);
      const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
      assert.deepEqual([sent.firstName, sent.lastName], ["é".repeat(50), "🦊".repeat(50)]);
      const none = { emailAddress: undefined, firstName: undefined, lastName: undefined };
      const answer = await importOrder(order(none));
      expectFailure(answer, 422, "fields_invalid");
      assert.deepEqual(Object.keys(answer.body.message), Object.keys(none));
    });
    await amazon.close();
  });
});

describe("docs/backend-php.md", () => {
  const given = (name) => `'${name}' => '`;

  test("its settings are enough, and the environment says what they do not", async () => {
    const env = { LANDERPAY_CRM_URL: servers.crm, LANDERPAY_AMAZON_URL: servers.simulator };
    const own = new Host(servers, env);
    const values = {
      LANDERPAY_CRM_LOGIN_ID: LOGIN_ID,
      LANDERPAY_CRM_PASSWORD: PASSWORD,
      LANDERPAY_AMAZON_CLIENT_ID: CLIENT_ID,
      LANDERPAY_JOURNAL: own.journal,
    };
    let { text } = blockOf("php-settings");
    for (const [name, value] of Object.entries(values)) {
      const [before, after] = text.split(given(name));
      text = before + given(name) + value + after.slice(after.indexOf("'"));
    }
    own.write(text);
    await own.start();
    try {
      const { body } = await own.post("import-order", order());
      assert.equal(body.result, "SUCCESS", own.log);
    } finally {
      await own.stop();
    }
  });

  test("its table has every setting", () => {
    const names = (text) => [...new Set(text.match(/LANDERPAY_[A-Z_]+/g))].sort();
    const [, table] = /## Settings\n(.*?)\n## /s.exec(read("docs/backend-php.md"));
    const [, list] = /const SETTINGS = \[(.*?)\];/s.exec(read("examples/php/landerpay.php"));
    assert.deepEqual(names(table), names(list));
  });
});

describe("what a page has no say in", () => {
  const NAMES = [
    ...[
      "loginId",
      "password",
      "LOGINID",
      "ipAddress",
      "campaignId",
      "CampaignID",
      "amazonBillerId",
    ],
    ...["product1_price", "product1_shipPrice", "product2_salesTax", "productPrice", "salesTax"],
    ...["forceMerchantId", "forceQA", "skipQA", "customerId", "paySourceId", "preauthMerchantId"],
    ...["cardNumber", "CARDSECURITYCODE", "achAccountNumber", "iban", "ddBic", "accountHolder"],
  ];

  for (const name of NAMES) {
    test(`${name} is dropped`, async () => {
      const fields = order({ [name]: "6.66" });
      await placed(fields);
      const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
      assert.ok(!Object.values(sent).includes("6.66"), JSON.stringify(sent));
    });
  }

  test("the log has its name, cut, and not what pages send to any backend", async () => {
    const begin = host.log.length;
    const long = `card${"x".repeat(100)}`;
    const orderId = await placed(order({ campaignId: "1", amazonBillerId: "2", [long]: "y" }));
    await importUpsale(
      upsale(orderId, { campaignId: "1", amazonBillerId: "2", paySource: "AMAZON" }),
    );
    const dropped = host.log.slice(begin).match(/dropped the field \S+/g);
    assert.deepEqual(dropped, [`dropped the field ${long.slice(0, 64)},`]);
  });
});

describe("what is refused before anything is sent", () => {
  const fields = (name, value) => ({ [name]: value });
  for (const [what, changes, named] of [
    ...[undefined, "", "S01-1234567-765432", "s01-1234567-7654321", "S01-1234567-7654321\n"].map(
      (id) => [`amazonOrderId ${JSON.stringify(id)}`, fields("amazonOrderId", id), "amazonOrderId"],
    ),
    ...[undefined, "x", "Atza%7Cabc", "Atza|a b", `Atza|${"x".repeat(2044)}`].map((it) => [
      `the token ${String(it).slice(0, 12)}`,
      fields("amazonAddressConsent", it),
      "amazonAddressConsent",
    ]),
    ["another pay source", { paySource: "CREDITCARD" }, "paySource"],
    ["our field in another spelling", { AmazonOrderID: "S01-0000000-0000000" }, "AmazonOrderID"],
    ["a field given twice", { custom1: "a", Custom1: "b" }, "Custom1"],
    ["an odd name", { "product[1]": "345" }, "product[1]"],
    ["a long e-mail address", { emailAddress: `${"e".repeat(250)}@a.com` }, "emailAddress"],
    ["an empty e-mail address", { emailAddress: "" }, "emailAddress"],
    ["an empty first name", { firstName: " " }, "firstName"],
    ["an empty last name", { lastName: "" }, "lastName"],
    ["a last name of two blanks", { lastName: "  " }, "lastName"],
    ["a nested value", { custom1: { a: 1 } }, "custom1"],
  ]) {
    test(what, async () => {
      const answer = await importOrder(order(changes), { key: randomUUID() });
      expectFailure(answer, 422, "fields_invalid");
      assert.deepEqual(Object.keys(answer.body.message), [named]);
      assert.equal(typeof answer.body.message[named], "string");
    });
  }

  for (const [what, members, named] of [
    ["a JSON name given twice", '"product1_id":"346"', "product1_id"],
    ["even if it is written otherwise", '"product1\\u005fid":"346"', "product1_id"],
    ["or in other letters", '"PRODUCT1_ID":"346"', "PRODUCT1_ID"],
    ["or is nothing the second time", '"product1_id":null', "product1_id"],
  ]) {
    test(what, async () => {
      const text = JSON.stringify(order({ custom1: 'not a "name": \\' }));
      const answer = await importOrder(null, { body: `${text.slice(0, -1)},${members}}` });
      expectFailure(answer, 422, "fields_invalid");
      assert.ok(named in answer.body.message, answer.text);
    });
  }

  test("but not what only looks like a name, nor one blank as the last name", async () => {
    const custom1 = '"custom2": "a", "custom2": \\'.repeat(500);
    const fields = order({ custom1, custom2: "b", lastName: " ", emailAddress: "e".repeat(255) });
    await placed(fields);
    const [{ fields: sent }] = await crm.imports(fields.amazonOrderId);
    assert.deepEqual([sent.custom1, sent.custom2], [custom1, "b"]);
  });

  for (const [what, changes, named] of [
    ["an upsale without its order", { orderId: undefined }, "orderId"],
    ["an odd id of the order", { orderId: "A1/B2" }, "orderId"],
    ["no product", { productId: undefined }, "productId"],
    ["a product with a zero in front", { productId: "0348" }, "productId"],
    ["products in two ways", { product1_id: "349" }, "productId"],
    ["products as orderItems", { orderItems: '{"349":1}' }, "productId"],
    ["orderItems in another spelling", { ORDERITEMS: '{"349":1}' }, "ORDERITEMS"],
    ["a product in another spelling", { productId: undefined, Product1_ID: "348" }, "Product1_ID"],
  ]) {
    test(what, async () => {
      const answer = await importUpsale(upsale("A1B2C3D4E5", changes));
      expectFailure(answer, 422, "fields_invalid");
      assert.ok(named in answer.body.message, JSON.stringify(answer.body));
    });
  }

  const FORM = { "content-type": "application/x-www-form-urlencoded" };
  for (const [what, options, status, code] of [
    ["plain text", { headers: { "content-type": "text/plain" } }, 415, "content_type_unsupported"],
    ["no JSON", { body: "{" }, 400, "body_unreadable"],
    ["a JSON list", { body: "[]" }, 400, "body_unreadable"],
    ["a large body", { body: `{"a":"${"x".repeat(65_536)}"}` }, 413, "body_too_large"],
    ["101 fields", { headers: FORM, body: "a=1&".repeat(101) }, 400, "body_unreadable"],
    ["a form that is not UTF-8", { headers: FORM, body: "custom1=%ff" }, 422, "fields_invalid"],
    ["a short key", { key: "short" }, 400, "idempotency_key_invalid"],
    ["a key with a blank", { key: "sixteen or more signs" }, 400, "idempotency_key_invalid"],
  ]) {
    test(what, async () => expectFailure(await importOrder(order(), options), status, code));
  }

  test("another method, another address", async () => {
    for (const [path, method, status, code] of [
      ["/import-order", "GET", 405, "method_not_allowed"],
      ["/import-orders", "POST", 404, "not_found"],
      ["", "POST", 404, "not_found"],
    ]) {
      const response = await fetch(host.url + path, { method });
      expectFailure({ status: response.status, body: await response.json() }, status, code);
      assert.equal(response.headers.get("allow"), status === 405 ? "POST, OPTIONS" : null);
    }
  });

  test("a token that was issued to somebody else, or that Amazon does not know", async () => {
    const clientId = "amzn1.application-oa2-client.of.somebody.else";
    const foreign = await tokenOf(servers.simulator, { clientId });
    for (const amazonAddressConsent of [foreign, "Atza|unknown"]) {
      const fields = order({ amazonAddressConsent });
      const key = randomUUID();
      expectFailure(await importOrder(fields, { key }), 401, "token_refused");
      assert.deepEqual(await crm.imports(fields.amazonOrderId), []);
      // The buyer signs in again, and the page sends the same order with the same key.
      const { body } = await importOrder({ ...fields, amazonAddressConsent: token }, { key });
      assert.equal(body.result, "SUCCESS");
    }
    const foreignUpsale = upsale(await placed(), { amazonAddressConsent: foreign });
    expectFailure(await importUpsale(foreignUpsale), 401, "token_refused");
  });

  test("an order while Amazon or the CRM cannot be reached; later the same key is good", async () => {
    for (const [setting, status, code] of [
      ["LANDERPAY_AMAZON_URL", 503, "amazon_unreachable"],
      ["LANDERPAY_CRM_URL", 502, "crm_unreachable"],
    ]) {
      const fields = order();
      const key = randomUUID();
      const answer = await withSettings({ [setting]: DEAD }, () => importOrder(fields, { key }));
      expectFailure(answer, status, code);
      const { body } = await importOrder(fields, { key });
      assert.equal(body.result, "SUCCESS");
      assert.deepEqual(await crm.outcomes(fields.amazonOrderId), ["accepted"]);
    }
  });

  test("anything while PHP itself fails: nothing of that is shown", async () => {
    host.write("<?php function twice() {} function twice() {} return [];");
    const response = await fetch(`${host.url}/import-order`, { method: "POST" });
    host.set({});
    assert.deepEqual([response.status, await response.text()], [500, ""]);
  });

  test("anything while a setting is missing or dangerous: the log says which", async () => {
    for (const [changes, named] of [
      [{ LANDERPAY_CRM_PASSWORD: null }, "LANDERPAY_CRM_PASSWORD is missing"],
      [{ LANDERPAY_AMAZON_CLIENT_ID: "" }, "LANDERPAY_AMAZON_CLIENT_ID is missing"],
      [{ LANDERPAY_CRM_PASSWORD: "one&two" }, "LANDERPAY_CRM_PASSWORD has an &"],
      [
        { LANDERPAY_AMAZON_CLIENT_ID: "A2EXAMPLE1234X" },
        "LANDERPAY_AMAZON_CLIENT_ID must look like",
      ],
      ...[
        "shop.example",
        "https://a.example/shop",
        "https://a.example https://b.example",
        "http://a.example",
        "*",
      ].map((origins) => [
        { LANDERPAY_ALLOWED_ORIGINS: origins },
        "LANDERPAY_ALLOWED_ORIGINS must be like",
      ]),
      [{ LANDERPAY_CRM_URL: "http://crm.example" }, "LANDERPAY_CRM_URL must start with https"],
      [{ LANDERPAY_CRM_TIMEOUT: "two minutes" }, "LANDERPAY_CRM_TIMEOUT must be a number"],
      [{ LANDERPAY_JOURNAL_DAYS: "0" }, "LANDERPAY_JOURNAL_DAYS must be a number"],
      [{ LANDERPAY_JOURNAL: `${host.root}/j.sqlite` }, "LANDERPAY_JOURNAL lies in the web root"],
      [{ LANDERPAY_JOURNAL: "/nowhere/j.sqlite" }, "line"],
    ]) {
      const fields = order();
      const begin = host.log.length;
      const answer = await withSettings(changes, () => importOrder(fields));
      expectFailure(answer, 503, "journal_unavailable");
      assert.ok(host.log.slice(begin).includes(named), host.log.slice(begin));
      assert.deepEqual(await crm.imports(fields.amazonOrderId), []);
    }
  });

  test("a journal beside the page, and no other, where the web root is gone", async () => {
    const gone = "$_SERVER['DOCUMENT_ROOT'] = '/gone';";
    const { body } = await withSettings({}, () => importOrder(order()), gone);
    assert.equal(body.result, "SUCCESS");
    const inside = { LANDERPAY_JOURNAL: `${host.root}/j.sqlite` };
    const answer = await withSettings(inside, () => importOrder(order()), gone);
    expectFailure(answer, 503, "journal_unavailable");
  });
});

test("the password is as it stands, with its blanks", async () => {
  let form;
  const answer = { result: "ERROR", message: "No" };
  const elsewhere = await serve(async (request, response) => {
    form = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    response.end(JSON.stringify(answer));
  });
  const changes = { LANDERPAY_CRM_URL: elsewhere.url, LANDERPAY_CRM_PASSWORD: " two words " };
  const { body } = await withSettings(changes, () => importOrder(order()));
  await elsewhere.close();
  assert.deepEqual(body, answer);
  assert.equal(form.get("password"), " two words ");
});

describe("another origin", () => {
  for (const [what, headers, taken] of [
    ["no page at all", {}, true],
    ["this site", { "sec-fetch-site": "same-origin" }, true],
    ["this site, in an older browser", { origin: "SELF" }, true],
    [
      "a site of the settings",
      { origin: "https://lander.example", "sec-fetch-site": "cross-site" },
      true,
    ],
    ["a foreign site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }, false],
    ["a foreign site, in an older browser", { origin: "https://evil.example" }, false],
    ["a site that begins so", { origin: "https://lander.example.evil" }, false],
    ["a sandboxed page", { origin: "null" }, false],
    ["another port of this machine", { "sec-fetch-site": "same-site" }, false],
  ]) {
    test(what, async () => {
      const origin = headers.origin === "SELF" ? new URL(host.url).origin : headers.origin;
      const fields = order();
      const answer = await importOrder(fields, {
        headers: { ...headers, ...(origin && { origin }) },
      });
      if (taken) assert.equal(answer.body.result, "SUCCESS");
      else expectFailure(answer, 403, "foreign_origin");
      assert.equal((await crm.imports(fields.amazonOrderId)).length, taken ? 1 : 0);
      const allowed = answer.headers.get("access-control-allow-origin");
      assert.equal(allowed, origin === "https://lander.example" ? origin : null);
    });
  }

  test("asks first, and is told what it may do", async () => {
    const ask = (origin) =>
      fetch(`${host.url}/import-order`, {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      });
    const { status, headers } = await ask("https://lander.example");
    assert.equal(status, 204);
    assert.equal(headers.get("access-control-allow-origin"), "https://lander.example");
    assert.equal(headers.get("access-control-allow-methods"), "POST");
    assert.equal(headers.get("access-control-allow-headers"), "Content-Type, Idempotency-Key");
    assert.equal(headers.get("access-control-max-age"), "3600");
    assert.equal(headers.get("vary"), "Origin");
    assert.equal((await ask("https://evil.example")).status, 403);
  });

  test("stands in a list, as people write it", async () => {
    const list = {
      LANDERPAY_ALLOWED_ORIGINS:
        "https://a.example/ ,https://B.example:443, http://localhost:8080,",
    };
    await withSettings(list, async () => {
      for (const [origin, status] of [
        ["https://a.example", 204],
        ["https://b.example", 204],
        ["http://localhost:8080", 204],
        ["https://a.example:8080", 403],
        ["https://lander.example", 403],
      ]) {
        const headers = { origin, "sec-fetch-site": "cross-site" };
        const answer = await fetch(`${host.url}/import-order`, { method: "OPTIONS", headers });
        assert.equal(answer.status, status, origin);
      }
    });
  });
});

describe("an order is imported once", () => {
  test("with the same key, which gets the same answer", async () => {
    const key = randomUUID();
    const fields = order();
    const first = await importOrder(fields, { key });
    assert.deepEqual((await importOrder(fields, { key })).body, first.body);
    const other = await importOrder({ ...fields, product1_qty: "2" }, { key });
    expectFailure(other, 409, "idempotency_conflict");
    assert.deepEqual(await crm.outcomes(fields.amazonOrderId), ["accepted"]);
  });

  test("with another key, for the same buyer; a renewed token gets its number only", async () => {
    const fields = order();
    const key = randomUUID();
    const { orderId } = (await importOrder(fields, { key })).body.message;
    const again = await importOrder({ ...fields, product1_qty: "9" }, { key: randomUUID() });
    assert.equal(again.body.message.emailAddress, "buyer1@example.com");
    const renewed = { ...fields, amazonAddressConsent: await tokenOf(servers.simulator) };
    for (const next of [key, randomUUID(), undefined]) {
      const { body } = await importOrder(renewed, { key: next });
      assert.deepEqual(body, { result: "SUCCESS", message: { orderId } });
    }
    const stranger = await importOrder({ ...fields, emailAddress: "else@example.com" });
    expectFailure(stranger, 409, "order_outcome_unknown");
    assert.deepEqual(await crm.outcomes(fields.amazonOrderId), ["accepted"]);
  });

  test("when its token is over: the answer needs no new sign-in", async () => {
    const fields = order();
    const { body } = await importOrder(fields);
    const again = await withSettings({ LANDERPAY_AMAZON_URL: DEAD }, () => importOrder(fields));
    assert.deepEqual(again.body, body);
  });

  for (const [what, key] of [
    ["one key", () => "the one and only key"],
    ["ten keys", () => randomUUID()],
    ["no key", () => undefined],
  ]) {
    test(`when ten requests with ${what} come at once`, async () => {
      const fields = order();
      const keys = Array.from({ length: 10 }, key).map((it) => it?.replaceAll(" ", "-"));
      const answers = await Promise.all(keys.map((key) => importOrder(fields, { key })));
      const [{ body }] = answers;
      assert.equal(body.result, "SUCCESS");
      for (const answer of answers) assert.deepEqual(answer.body, body);
      assert.deepEqual(await crm.outcomes(fields.amazonOrderId), ["accepted"]);
    });
  }

  for (const [what, custom5, status, code] of [
    ["is cut off", "lost", 504, "crm_answer_lost"],
    ["does not come in time", "hang", 504, "crm_answer_lost"],
    ["is empty", "empty", 502, "crm_reply_unreadable"],
    ["is HTML", "html", 502, "crm_reply_unreadable"],
    ["is a server's error", "http-500", 502, "crm_reply_unreadable"],
    ["is a refusal by a broken server", "http-500:ERROR", 502, "crm_reply_unreadable"],
  ]) {
    test(`when the CRM's answer ${what}: then nobody knows, and nobody tries again`, async () => {
      const fields = order({ custom5 });
      const key = randomUUID();
      expectFailure(await importOrder(fields, { key }), status, code);
      for (const next of [key, key, randomUUID(), undefined]) {
        expectFailure(await importOrder(fields, { key: next }), 409, "order_outcome_unknown");
      }
      assert.equal((await crm.imports(fields.amazonOrderId)).length, 1);
    });
  }

  test("when the CRM says a word that nobody knows", async () => {
    const fields = order({ custom5: "unknown-result" });
    const key = randomUUID();
    const { body } = await importOrder(fields, { key });
    assert.equal(body.result, "PENDING");
    assert.deepEqual((await importOrder(fields, { key })).body, body);
    expectFailure(await importOrder(fields, { key: randomUUID() }), 409, "order_outcome_unknown");
    assert.equal((await crm.imports(fields.amazonOrderId)).length, 1);
  });

  test("when PHP is killed between the claim and the answer", async () => {
    const fields = order({ custom5: "hang" });
    const key = randomUUID();
    const cut = importOrder(fields, { key }).catch(() => "cut");
    while ((await crm.imports(fields.amazonOrderId)).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await host.kill();
    assert.equal(await cut, "cut");
    await host.start();
    const again = [key, key, randomUUID()].map((key) => importOrder(fields, { key }));
    for (const answer of await Promise.all(again)) {
      expectFailure(answer, 409, "order_outcome_unknown");
    }
    assert.equal((await crm.imports(fields.amazonOrderId)).length, 1);
  });

  test("but a refusal opens it again, for a new key", async () => {
    const fields = order({ custom5: "once:decline:InvalidPaymentMethod" });
    const key = randomUUID();
    const declined = { result: "ERROR", message: "Transaction Declined: InvalidPaymentMethod" };
    for (const _ of [1, 2]) {
      const { status, body } = await importOrder(fields, { key });
      assert.deepEqual([status, body], [200, declined]);
    }
    assert.equal((await importOrder(fields, { key: randomUUID() })).body.result, "SUCCESS");
    assert.deepEqual(await crm.outcomes(fields.amazonOrderId), ["declined", "accepted"]);
  });
});

test("the journal is for this account only, and holds no token", () => {
  const { mode } = statSync(host.journal);
  assert.equal(mode & 0o777, 0o600);
  const bytes = readFileSync(host.journal);
  assert.ok(bytes.includes("S01-"));
  for (const secret of [token, PASSWORD]) assert.ok(!bytes.includes(secret));
});

describe("an upsale is imported once", () => {
  test("for its order and products, whatever key and order of Amazon's it comes with", async () => {
    const orderId = await placed();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => importUpsale(upsale(orderId), { key: randomUUID() })),
    );
    for (const { body } of answers) {
      assert.deepEqual(body, { result: "SUCCESS", message: { orderId } });
    }
    const both = { productId: undefined, product1_id: "348", product2_id: "347" };
    const taken = await importUpsale(upsale(orderId, both));
    expectFailure(taken, 409, "product_taken");
    assert.match(taken.body.message, /348$/);
    await importUpsale(upsale(orderId, { productId: "347" }));
    assert.equal((await crm.upsales(orderId)).length, 2);
  });

  test("unless it was refused; and not while nobody knows", async () => {
    const orderId = await placed();
    const declined = upsale(orderId, { custom5: "decline:InvalidPaymentMethod" });
    assert.equal((await importUpsale(declined)).body.result, "ERROR");
    expectFailure(await importUpsale(upsale(orderId, { custom5: "lost" })), 504, "crm_answer_lost");
    for (const changes of [{}, { productId: undefined, product1_id: "348", product2_id: "347" }]) {
      expectFailure(await importUpsale(upsale(orderId, changes)), 409, "order_outcome_unknown");
    }
    assert.equal((await crm.upsales(orderId)).length, 2);
  });

  test("and an order of Amazon's serves one of both", async () => {
    const fields = order();
    const orderId = await placed(fields);
    const { amazonOrderId } = fields;
    expectFailure(
      await importUpsale(upsale(orderId, { amazonOrderId })),
      409,
      "order_outcome_unknown",
    );
    assert.deepEqual(await crm.upsales(orderId), []);
  });
});

describe("the CRM's answer", () => {
  test("goes back without its script", async () => {
    const { body } = await importOrder(order({ custom5: "redirect-script" }));
    assert.deepEqual(body, {
      result: "MERC_REDIRECT",
      message: { url: "https://bank.example/3ds" },
    });
  });

  for (const [custom5, message] of [
    ["numeric-message", 400],
    ["fields", { couponCode: "is expired", shipState: "is invalid" }],
  ]) {
    test(`goes back whatever its message is: ${custom5}`, async () => {
      const { status, body } = await importOrder(order({ custom5 }));
      assert.deepEqual([status, body], [200, { result: "ERROR", message }]);
    });
  }

  test("goes back with the address that stands beside its message", async () => {
    const answer = { result: "MERC_REDIRECT", message: "Go", url: "https://bank.example/" };
    const elsewhere = await serve((_, response) => response.end(JSON.stringify(answer)));
    const { body } = await withSettings({ LANDERPAY_CRM_URL: elsewhere.url }, () =>
      importOrder(order()),
    );
    await elsewhere.close();
    assert.deepEqual(body, { result: "MERC_REDIRECT", message: { url: answer.url } });
  });

  test("goes back with an address that has the login id, or a short password, in it", async () => {
    const url = `https://bank.example/${LOGIN_ID}/abc`;
    const message = { url, user: LOGIN_ID };
    const elsewhere = await serve((_, response) =>
      response.end(JSON.stringify({ result: "MERC_REDIRECT", message })),
    );
    const changes = { LANDERPAY_CRM_URL: elsewhere.url, LANDERPAY_CRM_PASSWORD: "abc" };
    const { body } = await withSettings(changes, () => importOrder(order()));
    await elsewhere.close();
    assert.deepEqual(body, { result: "MERC_REDIRECT", message: { url, user: "…" } });
  });

  test("is not looked for where it redirects to", async () => {
    const seen = [];
    const elsewhere = await serve((request, response) => {
      seen.push(request.url);
      response.writeHead(307, { location: `${servers.crm}/order/import/` }).end();
    });
    const fields = order();
    const answer = await withSettings({ LANDERPAY_CRM_URL: elsewhere.url }, () =>
      importOrder(fields),
    );
    await elsewhere.close();
    expectFailure(answer, 502, "crm_reply_unreadable");
    assert.deepEqual(seen, ["/order/import/"]);
    assert.deepEqual(await crm.imports(fields.amazonOrderId), []);
  });

  test("is not taken from somebody whose certificate nobody vouches for", async () => {
    const seen = [];
    const elsewhere = await serve((request) => seen.push(request.url), selfSigned());
    const answer = await withSettings({ LANDERPAY_CRM_URL: elsewhere.url }, () =>
      importOrder(order()),
    );
    await elsewhere.close();
    expectFailure(answer, 502, "crm_unreachable");
    assert.deepEqual(seen, []);
  });

  test("and the log show neither token nor password, whatever goes wrong", async () => {
    const own = await tokenOf(servers.simulator);
    const begin = host.log.length;
    const answers = [];
    for (const changes of [
      { custom5: "quote" },
      { custom5: "lost" },
      { password: "a card number", [own.slice(5, 40).replace(/\W/g, "_")]: "x" },
      { lastName: "" },
      { custom1: { [own]: own } },
    ]) {
      answers.push(await importOrder(order({ amazonAddressConsent: own, ...changes })));
    }
    for (const changes of [
      { LANDERPAY_CRM_URL: DEAD },
      { LANDERPAY_AMAZON_URL: DEAD },
      { LANDERPAY_JOURNAL: "/nowhere/j" },
    ]) {
      const fields = order({ amazonAddressConsent: own });
      answers.push(await withSettings(changes, () => importOrder(fields)));
    }
    const log = host.log.slice(begin);
    assert.match(log, /import-order S01-\d{7}-\d{7}: ERROR after \d/);
    assert.match(log, /dropped the field password/);
    for (const text of [log, ...answers.map(({ text }) => text)]) {
      for (const secret of [own, encodeURIComponent(own), PASSWORD, "a card number"]) {
        assert.ok(!text.includes(secret), text);
      }
      assert.ok(!/Warning|Deprecated|Stack trace/.test(text), text);
    }
    assert.ok(answers[0].text.includes("…"), "the CRM quoted nothing");
  });
});
