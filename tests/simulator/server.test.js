import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ACCOUNTS } from "../../www/simulator/accounts.js";
import { complete, FLAGS, parseFlags } from "../../www/simulator/scenario.js";
import { startSimulator } from "../../www/simulator/server.js";

const CLIENT_ID = "amzn1.application-oa2-client.test";

let simulator;
before(async () => {
  simulator = await startSimulator();
});
after(() => simulator.close());

const get = (path, init) => fetch(simulator.origin + path, { redirect: "manual", ...init });

/** Signs in by redirect and returns the fields of the answer. */
async function answerOf({ flags = "login=auto", url = "http://localhost/back", ...query }) {
  const fields = new URLSearchParams({
    client_id: CLIENT_ID,
    scope: "profile postal_code",
    sandbox: "true",
    redirect_uri: url,
    ...query,
  });
  const response = await get(`/with/${flags}/ap/oa?${fields}`);
  assert.equal(response.status, 303);
  return response.headers.get("location");
}

async function token(options = {}) {
  return new URLSearchParams((await answerOf(options)).split("#")[1]).get("access_token");
}

const bearer = (value) => ({ headers: { authorization: `bearer ${value}` } });

describe("scenarios", () => {
  test("an unknown flag, a wrong value and a repeated flag are refused with the valid ones", async () => {
    for (const [flags, expected] of [
      ["logn=auto", /Unknown flag "logn".*login, popup/],
      ["login=maybe", /"login" cannot be "maybe".*ask, auto, denied/],
      ["expires=soon", /"expires" cannot be "soon".*seconds/],
      ["login=auto,login=ask", /given twice/],
      ["%E0%A4%A", /malformed/i],
    ]) {
      const response = await get(`/with/${flags}/sdk/login1.js`);
      assert.equal(response.status, 400, flags);
      assert.match(await response.text(), expected);
    }
  });

  test("every listed value of every flag is accepted", () => {
    for (const [name, { values = [] }] of Object.entries(FLAGS)) {
      for (const value of values) assert.equal(parseFlags(`${name}=${value}`)[name], value);
    }
  });

  test("a stabilizer that never comes implies a first visit", () => {
    assert.equal(complete({}).visit, "returning");
    assert.equal(complete({ stabilizer: "never" }).visit, "first");
  });
});

describe("script addresses", () => {
  test("the US lives without lpa, the others with it, and nothing else exists", async () => {
    const status = async (path) => (await get(`/OffAmazonPayments/${path}js/Widgets.js`)).status;
    for (const path of ["us/", "us/sandbox/", "uk/lpa/", "de/sandbox/lpa/", "eur/lpa/"]) {
      assert.equal(await status(path), 200, path);
    }
    for (const path of ["gbp/sandbox/lpa/", "jp/lpa/"]) assert.equal(await status(path), 200, path);
    for (const path of ["us/lpa/", "uk/", "de/lpa/sandbox/", "fr/lpa/", ""]) {
      assert.equal(await status(path), 404, path);
    }
  });

  test("scripts and pages are never cached and carry their type", async () => {
    for (const [path, type] of [
      ["/sdk/login1.js", "text/javascript"],
      ["/", "text/html"],
      ["/default/us/live/lwa/gold/medium/PwA.png", "image/svg+xml"],
    ]) {
      const { headers } = await get(path);
      assert.match(headers.get("content-type"), new RegExp(`^${type.replace("+", "\\+")}`));
      assert.equal(headers.get("cache-control"), "no-store");
    }
  });

  test("a script can be missing", async () => {
    assert.equal((await get("/with/sdk=404/sdk/login1.js")).status, 404);
    assert.equal((await get("/with/widgets=404/OffAmazonPayments/us/js/Widgets.js")).status, 404);
  });
});

describe("sign-in by redirect", () => {
  test("success comes in the hash, with the state", async () => {
    const location = new URL(await answerOf({ state: "a b&c" }));
    const fields = new URLSearchParams(location.hash.slice(1));
    assert.equal(location.search, "");
    assert.equal(fields.get("state"), "a b&c");
    assert.equal(fields.get("token_type"), "bearer");
    assert.equal(fields.get("expires_in"), "3600");
    assert.match(fields.get("access_token"), /^Atza\|.{350,}$/);
    assert.match(location.hash, /access_token=Atza%7C/);
  });

  test("errors come in the query", async () => {
    for (const error of ["access_denied", "server_error", "temporarily_unavailable"]) {
      const location = new URL(await answerOf({ flags: `login=${error}`, state: "s" }));
      assert.equal(location.hash, "");
      assert.equal(location.searchParams.get("error"), error);
      assert.ok(location.searchParams.get("error_description"));
      assert.equal(location.searchParams.get("state"), "s");
    }
  });

  test("the answer is appended by text", async () => {
    const url = "http://localhost/back";
    assert.match(await answerOf({ url: `${url}?a=1` }), /\/back\?a=1#access_token=/);
    assert.match(await answerOf({ url: `${url}#/pay` }), /\/back#\/pay\?access_token=/);
    assert.match(await answerOf({ url: `${url}#/pay?x=1` }), /#\/pay\?x=1&access_token=/);
    assert.match(await answerOf({ url: `${url}?a=1`, flags: "login=denied" }), /\?a=1&error=/);
  });

  test("a foreign client id and a return address that is no web address get a page", async () => {
    const query = `scope=profile&redirect_uri=http://localhost/`;
    assert.equal((await get(`/ap/oa?client_id=nobody&${query}`)).status, 400);
    const script = `client_id=${CLIENT_ID}&scope=profile&redirect_uri=javascript:alert(1)`;
    assert.equal((await get(`/with/login=auto/ap/oa?${script}`)).status, 400);
  });
});

describe("a shop that is not on the client's list", () => {
  const query = `client_id=${CLIENT_ID}&scope=profile`;

  test("reads a page of status 400 that names the origin or the address, and no answer", async () => {
    for (const [target, words] of [
      [
        "popup_origin=http://localhost:1",
        /origin http:\/\/localhost:1 .*Allowed JavaScript Origins/,
      ],
      ["redirect_uri=http://localhost:1/pay", /http:\/\/localhost:1\/pay .*Allowed Return URLs/],
    ]) {
      // Whatever else the scenario says: the list is looked at first.
      for (const flags of ["", "login=auto,", "login=denied,", "popup=closes,"]) {
        const path = `/with/${flags}origin=refused/ap/oa?${query}&${target}`;
        for (const init of [{}, { method: "POST", body: "account=maria&decision=sign-in" }]) {
          const response = await get(path, init);
          const text = await response.text();
          assert.equal(response.status, 400, path);
          assert.match(text, words);
          assert.doesNotMatch(text, /Atza|<form|<script/);
        }
      }
    }
  });
});

describe("profile and tokeninfo", () => {
  test("a token is taken from either header and from the query", async () => {
    const value = await token();
    const expected = {
      user_id: ACCOUNTS.maria.userId,
      name: "Maria Bennett",
      email: "buyer1@example.com",
      postal_code: "97205",
    };
    for (const [path, init] of [
      ["/user/profile", bearer(value)],
      ["/user/profile", { headers: { "x-amz-access-token": value } }],
      [`/user/profile?access_token=${encodeURIComponent(value)}`, {}],
    ]) {
      const response = await get(path, init);
      assert.equal(response.status, 200);
      assert.deepEqual(await response.json(), expected);
    }
  });

  test("the scope decides what a profile holds", async () => {
    const read = async (scope) => {
      const response = await get("/user/profile", bearer(await token({ scope })));
      return [response.status, Object.keys(await response.json())];
    };
    assert.deepEqual(await read("profile"), [200, ["user_id", "name", "email"]]);
    assert.deepEqual(await read("profile:user_id"), [200, ["user_id"]]);
    assert.deepEqual(await read("payments:widget"), [401, ["error", "error_description"]]);
  });

  test("each buyer has the name that the list promises", async () => {
    for (const [account, { name, email }] of Object.entries(ACCOUNTS)) {
      const value = await token({ flags: `login=auto,account=${account}` });
      const body = await (await get("/user/profile", bearer(value))).json();
      assert.deepEqual([body.name, body.email], [name, email]);
    }
    assert.equal([...ACCOUNTS.long.name].length, 200);
    assert.equal(ACCOUNTS["five-word"].name.split(" ").length, 5);
  });

  test("an unknown or expired token is invalid", async () => {
    const expired = await token({ flags: "login=auto,expires=1" });
    let response;
    do response = await get("/user/profile", bearer(expired));
    while (response.status === 200);
    for (const answer of [response, await get("/user/profile", bearer("Atza|none"))]) {
      assert.equal(answer.status, 400);
      const { error, error_description } = await answer.json();
      assert.equal(error, "invalid_token");
      assert.match(error_description, /access_token/);
    }
  });

  test("the flag profile makes it fail in each way", async () => {
    const value = await token();
    const page = { headers: { ...bearer(value).headers, origin: "http://localhost" } };
    const answer = (mode) => get(`/with/profile=${mode}/user/profile`, page);
    assert.equal((await answer("401")).status, 401);
    assert.equal((await answer("500")).status, 500);
    assert.match((await answer("html")).headers.get("content-type"), /text\/html/);
    assert.equal((await answer("no-cors")).headers.get("access-control-allow-origin"), null);
    assert.equal((await answer("ok")).headers.get("access-control-allow-origin"), "*");
    const signal = AbortSignal.timeout(50);
    await assert.rejects(get("/with/profile=hang/user/profile", { ...page, signal }));
    for (const mode of FLAGS.profile.values) {
      const response = await get(`/with/profile=${mode}/user/profile`, bearer(value));
      assert.equal((await response.json()).name, "Maria Bennett", `a server reads ${mode}`);
    }
  });

  test("a server reads the tokens of the sandbox and of live alike", async () => {
    for (const sandbox of ["true", "false"]) {
      const value = await token({ sandbox });
      const query = new URLSearchParams({ access_token: value });
      const info = await (await get(`/auth/o2/tokeninfo?${query}`)).json();
      const profile = await (await get("/user/profile", bearer(value))).json();
      assert.deepEqual([info.aud, info.user_id], [CLIENT_ID, profile.user_id], sandbox);
      assert.equal(profile.email, ACCOUNTS.maria.email);
    }
  });

  test("the preflight allows the token's headers", async () => {
    for (const path of ["/user/profile", "/auth/o2/tokeninfo"]) {
      const response = await get(path, { method: "OPTIONS" });
      assert.equal(response.status, 204);
      assert.match(response.headers.get("access-control-allow-headers"), /authorization/);
    }
  });

  test("tokeninfo names the client and the seconds left", async () => {
    const value = encodeURIComponent(await token());
    const body = await (await get(`/auth/o2/tokeninfo?access_token=${value}`)).json();
    assert.equal(body.aud, CLIENT_ID);
    assert.equal(body.user_id, ACCOUNTS.maria.userId);
    assert.ok(body.exp > 3590 && body.exp <= 3600);
    assert.equal((await get("/auth/o2/tokeninfo?access_token=x")).status, 400);
  });
});
