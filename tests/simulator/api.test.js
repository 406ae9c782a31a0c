// What a test of a consumer's own does with a simulator, through the package's entry.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, test } from "node:test";
import { startSimulator } from "landerpay/simulator";
import { ACCOUNTS } from "../../www/simulator/accounts.js";
import { FLAGS, LOGIN_ERRORS } from "../../www/simulator/scenario.js";

/** Starts one that ends with the test, however that ends. */
async function startFor(t, options) {
  const amazon = await startSimulator(options);
  t.after(amazon.close);
  return amazon;
}

const CLIENT = "amzn1.application-oa2-client.test";
const BACK = "http://localhost/back";

/** Signs in by redirect. @returns {Promise<URL>} where the buyer comes back to */
async function signIn(base) {
  const query = new URLSearchParams({
    client_id: CLIENT,
    scope: "profile payments:widget",
    sandbox: "true",
    redirect_uri: BACK,
  });
  const response = await fetch(`${base}/ap/oa?${query}`, { redirect: "manual" });
  return new URL(response.headers.get("location"));
}

const tokenOf = ({ hash }) => new URLSearchParams(hash.slice(1)).get("access_token");

/** Has a widget make an order. */
const order = (base, token) =>
  fetch(`${base}/gp/widgets/widgets`, {
    method: "POST",
    body: new URLSearchParams({
      action: "spaAddressWidget",
      referringURL: BACK,
      widgetId: "W0",
      access_token: token,
      env: "SANDBOX",
      ledgerCurrency: "USD",
      createContract: "true",
    }),
  });

describe("a running simulator", () => {
  let amazon;
  before(async () => {
    amazon = await startSimulator({ scenario: { login: "auto" } });
  });
  afterEach(() => {
    amazon.reset();
    amazon.set({ login: "auto" });
  });
  after(() => amazon.close());

  test("is on this machine, on a port of its own", async (t) => {
    const other = await startFor(t);
    assert.match(amazon.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.notEqual(other.url, amazon.url);
    assert.equal(amazon.origin, new URL(amazon.url).origin);
    await other.close();
    await assert.rejects(fetch(other.url));
  });

  test("does from the next request on what is set, and then as usual again", async () => {
    amazon.set({ login: "denied" });
    assert.equal((await signIn(amazon.url)).searchParams.get("error"), "access_denied");
    amazon.set({ account: "emoji", expires: 60, login: "auto" });
    const answer = new URLSearchParams((await signIn(amazon.url)).hash.slice(1));
    assert.equal(answer.get("expires_in"), "60");
    assert.equal(amazon.signIns.at(-1).account, "emoji");
    amazon.set({ account: undefined });
    await signIn(amazon.url);
    assert.equal(amazon.signIns.at(-1).account, "maria");
    assert.equal(amazon.scenario.expires, "60");
    amazon.reset();
    assert.equal(amazon.scenario.expires, "3600");
    assert.equal(amazon.scenario.login, "ask");
  });

  test("an address with a scenario wins over what is set, and leaves it alone", async () => {
    amazon.set({ login: "denied", account: "rtl" });
    const base = amazon.with({ login: "auto" });
    assert.equal(base, `${amazon.url}/with/login=auto`);
    assert.ok(tokenOf(await signIn(base)));
    assert.equal(amazon.signIns[0].account, "rtl");
    assert.equal((await signIn(amazon.url)).searchParams.get("error"), "access_denied");
    assert.equal(amazon.with({}), amazon.url);
  });

  test("refuses a misspelt flag or value at once, and keeps what was set", () => {
    assert.throws(() => amazon.set({ logn: "auto" }), /Unknown flag "logn".*widgets, sdk/);
    assert.throws(() => amazon.set({ login: "maybe" }), /"login" cannot be "maybe".*ask, auto/);
    assert.throws(() => amazon.with({ expires: "soon" }), /seconds/);
    assert.equal(amazon.scenario.login, "auto");
  });

  test("refuses them as it starts, too", async () => {
    await assert.rejects(startSimulator({ scenario: { popup: "shuts" } }), /"popup" cannot be/);
  });

  test("tells what has happened", async () => {
    const token = tokenOf(await signIn(amazon.url));
    await order(amazon.url, token);
    const [contract] = amazon.contracts;
    const { id } = contract;
    assert.deepEqual(contract, {
      id,
      agreementType: "OrderReference",
      sandbox: true,
      account: "maria",
      currency: "USD",
      address: null,
      payment: null,
      consent: null,
    });
    const choose = (kind, choice) =>
      fetch(`${amazon.url}/gp/widgets/choose`, {
        method: "POST",
        body: JSON.stringify({ token, contractId: id, kind, choice }),
      });
    await choose("address", "address-2");
    await choose("card", "card-1");
    await fetch(`${amazon.url}/sign-out`, { method: "POST", body: token });
    assert.deepEqual(amazon.events, [
      { type: "sign-in", account: "maria", by: "redirect" },
      { type: "contract", id, agreementType: "OrderReference", account: "maria" },
      { type: "choice", id, kind: "address", choice: "address-2" },
      { type: "choice", id, kind: "payment", choice: "card-1" },
      { type: "sign-out", account: "maria" },
    ]);
    assert.deepEqual([amazon.signIns.length, amazon.signOuts.length], [1, 1]);
    assert.equal(amazon.contracts[0].payment, "card-1");
    for (const [path, expected] of [
      ["events", amazon.events],
      ["contracts", amazon.contracts],
    ]) {
      assert.deepEqual(await (await fetch(`${amazon.url}/${path}`)).json(), expected);
    }
  });

  test("forgets everything when it is reset: its buyers are not signed in any more", async () => {
    const token = tokenOf(await signIn(amazon.url));
    await order(amazon.url, token);
    amazon.reset();
    assert.deepEqual([amazon.events, amazon.contracts], [[], []]);
    const profile = await fetch(`${amazon.url}/user/profile?access_token=${token}`);
    assert.equal(profile.status, 400);
  });

  test("lets somebody wait for what happens, and for what has happened", async () => {
    const later = amazon.waitFor("sign-in");
    await signIn(amazon.url);
    assert.deepEqual(await later, { type: "sign-in", account: "maria", by: "redirect" });
    assert.deepEqual(await amazon.waitFor("sign-in"), await later);
    await assert.rejects(
      amazon.waitFor("sign-out", { timeout: 10 }),
      /No "sign-out" within 10 ms\. What happened: sign-in\./,
    );
  });

  test("two of them know nothing of each other", async (t) => {
    const other = await startFor(t, { scenario: { login: "auto" } });
    const token = tokenOf(await signIn(amazon.url));
    await order(amazon.url, token);
    other.set({ login: "denied" });
    assert.deepEqual([other.events, other.contracts], [[], []]);
    assert.equal((await fetch(`${other.url}/user/profile?access_token=${token}`)).status, 400);
    assert.equal(amazon.scenario.login, "auto");
  });

  test("can be set by HTTP from another language, but by no other site's page", async () => {
    const put = (body) => fetch(`${amazon.url}/scenario`, { method: "PUT", body });
    assert.equal((await put('{"popup": "closes", "expires": 60}')).status, 200);
    const scenario = await (await fetch(`${amazon.url}/scenario`)).json();
    assert.equal(scenario.popup, "closes");
    assert.equal(scenario.login, "ask");
    assert.deepEqual(amazon.scenario, scenario);
    for (const body of ['{"popup": "shuts"}', "popup", ""]) {
      assert.equal((await put(body)).status, 400, body);
    }
    assert.equal(amazon.scenario.popup, "closes");
    // What a browser asks before it sends another site's PUT finds no permission.
    const asked = await fetch(`${amazon.url}/scenario`, { method: "OPTIONS" });
    assert.equal(asked.headers.get("access-control-allow-methods"), null);
    const form = await fetch(`${amazon.url}/scenario`, { method: "POST", body: "{}" });
    assert.equal(form.status, 404);
  });
});

describe("inject", () => {
  let amazon;
  before(async () => {
    amazon = await startSimulator();
  });
  after(() => amazon.close());

  test("points the drop-in's tag at the simulator, whatever stood there", () => {
    const attributes = `data-environment="sandbox" data-simulator="${amazon.url}"`;
    for (const [tag, expected] of [
      [
        '<script async src="/landerpay/landerpay.js" data-region="us"></script>',
        `<script ${attributes} async src="/landerpay/landerpay.js" data-region="us"></script>`,
      ],
      [
        `<script src='landerpay.js?3'\n data-environment="live"\n data-simulator=x data-region=us>`,
        `<script ${attributes} src='landerpay.js?3' data-region=us>`,
      ],
      ["<SCRIPT src=landerpay.js>", `<SCRIPT ${attributes} src=landerpay.js>`],
    ]) {
      assert.equal(amazon.inject(`<p>1</p>${tag}<p>2</p>`), `<p>1</p>${expected}<p>2</p>`);
    }
    const other = '<script src="/analytics.js"></script>';
    const tag = '<script src="/landerpay.js"></script>';
    assert.ok(
      amazon.inject(other + tag, { login: "auto" }).includes(amazon.with({ login: "auto" })),
    );
    assert.ok(amazon.inject(other + tag).startsWith(other));
  });

  test("says so where there is no tag", () => {
    assert.throws(() => amazon.inject("<p>Nothing</p>"), /no tag for landerpay\.js/);
  });
});

describe("the types", () => {
  const text = readFileSync(new URL("../../www/simulator/index.d.ts", import.meta.url), "utf8");
  const listOf = (type) =>
    [...new RegExp(`^export type ${type} =(.*?);`, "ms").exec(text)[1].matchAll(/"([^"]+)"/g)].map(
      ([, value]) => value,
    );
  const scenario = /^export interface Scenario \{(.*?)^\}/ms.exec(text)[1];
  const fields = Object.fromEntries(
    [...scenario.matchAll(/^ {2}"?([\w-]+)"?\?: (.*);$/gm)].map(([, name, type]) => [name, type]),
  );

  test("have every flag with its values, and no other", () => {
    const named = {
      Account: Object.keys(ACCOUNTS),
      LoginError: LOGIN_ERRORS,
      Loading: FLAGS.widgets.values,
    };
    for (const [type, values] of Object.entries(named))
      assert.deepEqual(listOf(type), values, type);
    assert.deepEqual(Object.keys(fields), Object.keys(FLAGS));
    for (const [name, { values }] of Object.entries(FLAGS)) {
      if (!values) {
        assert.match(fields[name], /^(number \| )?string$/, name);
        continue;
      }
      const listed = fields[name]
        .split(" | ")
        .flatMap((part) => named[part] ?? part.replaceAll('"', ""));
      assert.deepEqual(listed, values, name);
    }
  });
});
