import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { CLIENT_ID, signIn, startWorld, untilExpired } from "./world.js";

let world;
before(async () => {
  world = await startWorld();
});
after(() => world.close());

async function openReady(flags, parts) {
  const page = await world.open(flags, parts);
  await page.waitForFunction(() => window.log?.includes("alias"));
  return page;
}

/** Starts an authorization without waiting for its answer, which goes into `window[name]`. */
function begin(page, name, options = {}, next) {
  return page.evaluate(
    ([key, given, url]) => {
      const request = amazon.Login.authorize(
        { scope: "profile payments:widget", ...given },
        url ?? ((answer) => (window[key] = { ...answer })),
      );
      window[`${key}Request`] = request;
      return request.status;
    },
    [name, options, next],
  );
}

/** The cookie, once the browser's own store has what the page wrote: a moment later. */
async function writtenCookie(page, name) {
  const until = Date.now() + 10_000;
  for (;;) {
    const cookies = await page.context().cookies();
    const cookie = cookies.find((one) => one.name === name);
    if (cookie || Date.now() > until) return cookie;
    await page.waitForTimeout(20);
  }
}

const answerIn = async (page, name) =>
  (await page.waitForFunction((key) => window[key], name)).jsonValue();

describe("the sign-in window", { concurrency: 4 }, () => {
  test("opens inside the call, and the chosen buyer's token comes back", async () => {
    const page = await openReady("");
    const opening = page.waitForEvent("popup");
    assert.equal(await begin(page, "first", { state: "s/1" }), "in progress");
    const popup = await opening;
    assert.equal(new URL(popup.url() || world.baseOf("")).origin, world.simulator.origin);
    const accounts = popup.getByRole("radiogroup", { name: "Choose a test account" });
    await accounts.getByRole("radio", { name: /Anjali/ }).check();
    await popup.getByRole("button", { name: "Sign in" }).click();
    const answer = await answerIn(page, "first");
    assert.equal(answer.status, "complete");
    assert.equal(answer.state, "s/1");
    assert.equal(answer.token_type, "bearer");
    assert.equal(answer.expires_in, 3600);
    assert.equal(answer.scope, "profile payments:widget");
    assert.match(answer.access_token, /^Atza\|.{350,}$/);
    const profile = await page.evaluate(
      ([base, token]) =>
        fetch(`${base}/user/profile`, { headers: { authorization: `bearer ${token}` } }).then(
          (response) => response.json(),
        ),
      [page.base, answer.access_token],
    );
    assert.equal(profile.name, "Anjali");
    if (!popup.isClosed()) await popup.waitForEvent("close");
  });

  test("works by keyboard alone", async () => {
    const page = await openReady("account=five-word");
    const opening = page.waitForEvent("popup");
    await begin(page, "first");
    const popup = await opening;
    await popup.getByRole("radio", { name: /five-word/i }).focus();
    await popup.keyboard.press("ArrowDown");
    await popup.keyboard.press("Tab");
    await popup.keyboard.press("Enter");
    await answerIn(page, "first");
    const answer = await page.evaluate(
      () => new Promise((resolve) => amazon.Login.retrieveProfile(resolve)),
    );
    assert.equal(answer.profile.Name, "Henrik Solberg");
    assert.equal(answer.profile.PrimaryEmail, undefined);
  });

  test("cancelling and every error value arrive as that error", async () => {
    const page = await openReady("");
    const opening = page.waitForEvent("popup");
    await begin(page, "first");
    await (await opening).getByRole("button", { name: "Cancel" }).click();
    assert.equal((await answerIn(page, "first")).error, "access_denied");
    for (const error of ["invalid_scope", "server_error", "temporarily_unavailable"]) {
      const answer = await signIn(await openReady(`login=${error}`));
      assert.equal(answer.error, error);
      assert.equal(answer.access_token, undefined);
    }
  });

  test("closing it is silence, but the next call works", async () => {
    const page = await openReady("");
    let opening = page.waitForEvent("popup");
    await begin(page, "first");
    const popup = await opening;
    assert.equal(await begin(page, "second"), "queued");
    opening = page.waitForEvent("popup");
    await popup.close();
    await (await opening).getByRole("button", { name: "Sign in" }).click();
    assert.ok((await answerIn(page, "second")).access_token);
    const first = await page.evaluate(() => [window.first, firstRequest.status]);
    assert.deepEqual(first, [undefined, "in progress"]);
  });

  test("a window that closes itself is silence too", async () => {
    const page = await openReady("popup=closes");
    await begin(page, "first");
    await begin(page, "second", { interactive: "never" });
    assert.equal((await answerIn(page, "second")).error, "invalid_grant");
    assert.equal(await page.evaluate(() => window.first), undefined);
  });

  test("a blocked window is silence, and does not block the queue", async () => {
    const page = await openReady("", { script: "window.open = () => null;" });
    await begin(page, "first");
    await begin(page, "second", { interactive: "never" });
    assert.equal((await answerIn(page, "second")).error, "invalid_grant");
    assert.equal(await page.evaluate(() => window.first), undefined);
  });

  test("an answer from another origin or another window is ignored", async () => {
    const page = await openReady("");
    const opening = page.waitForEvent("popup");
    await begin(page, "first");
    const popup = await opening;
    await page.evaluate((origin) => {
      const data = `lwa-result:{"access_token":"Atza|forged"}`;
      dispatchEvent(new MessageEvent("message", { data, origin, source: window }));
      const popup = window.open("", "amazonLoginPopup");
      dispatchEvent(new MessageEvent("message", { data, origin: location.origin, source: popup }));
    }, world.simulator.origin);
    await popup.getByRole("button", { name: "Sign in" }).click();
    assert.notEqual((await answerIn(page, "first")).access_token, "Atza|forged");
  });

  test("with an address the main window goes there, token in the query", async () => {
    const page = await openReady("login=auto");
    const target = `${new URL(page.url()).origin}/page-0?a=1`;
    await Promise.all([
      page.waitForURL(/page-0/, { waitUntil: "commit" }),
      begin(page, "first", { state: "x" }, target),
    ]);
    const url = new URL(page.url());
    assert.match(url.searchParams.get("access_token"), /^Atza\|/);
    assert.deepEqual([url.searchParams.get("a"), url.searchParams.get("state")], ["1", "x"]);
    assert.equal(url.hash, "");
  });

  test("an origin that is not allowed is told there, and the shop hears nothing", async () => {
    const page = await openReady("login=auto,origin=refused");
    for (const name of ["first", "second"]) {
      const opening = page.waitForEvent("popup");
      assert.equal(await begin(page, name), "in progress");
      const popup = await opening;
      const { origin } = new URL(page.url());
      await popup.getByText(`The origin ${origin} is not among`).waitFor();
      // The queue is free again once the buyer has closed the window.
      assert.equal(await begin(page, `${name}Later`, { interactive: "never" }), "queued");
      await popup.close();
      assert.equal((await answerIn(page, `${name}Later`)).error, "invalid_grant");
    }
    assert.deepEqual(await page.evaluate(() => [window.first, window.second]), [
      undefined,
      undefined,
    ]);
  });

  test("markup in a buyer's name is text", async () => {
    const page = await openReady("account=markup");
    const opening = page.waitForEvent("popup");
    await begin(page, "first");
    const popup = await opening;
    await popup.getByText("<img src=x onerror=alert(1)>").waitFor();
    assert.equal(await popup.locator("img").count(), 0);
  });
});

describe("without a window", { concurrency: 4 }, () => {
  test("the top window leaves, and returns with the token in the hash", async () => {
    const page = await openReady("");
    const target = `${new URL(page.url()).origin}/page-0`;
    await Promise.all([
      page.waitForURL(/\/ap\/oa/),
      begin(page, "first", { popup: false, state: "x" }, target),
    ]);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.waitForURL(/page-0/, { waitUntil: "commit" });
    const url = new URL(page.url());
    const fields = new URLSearchParams(url.hash.slice(1));
    assert.equal(url.search, "");
    assert.match(fields.get("access_token"), /^Atza\|/);
    assert.equal(fields.get("state"), "x");
  });

  test("a return address that is not allowed is told there, and nothing comes back", async () => {
    const page = await openReady("login=auto,origin=refused");
    const target = `${new URL(page.url()).origin}/page-0`;
    const [response] = await Promise.all([
      page.waitForResponse(/\/ap\/oa/),
      begin(page, "first", { popup: false }, target),
    ]);
    assert.equal(response.status(), 400);
    await page.getByText(`The address ${target} is not among`).waitFor();
    await page.goBack({ waitUntil: "commit" });
    await page.waitForFunction(() => window.log?.includes("alias"));
    assert.deepEqual(await page.evaluate(() => [location.search, location.hash]), ["", ""]);
  });

  test("a refusal comes back in the query", async () => {
    const page = await openReady("login=denied");
    const target = `${new URL(page.url()).origin}/page-0`;
    await Promise.all([
      page.waitForURL(/page-0/, { waitUntil: "commit" }),
      begin(page, "first", { popup: false }, target),
    ]);
    assert.equal(new URL(page.url()).searchParams.get("error"), "access_denied");
  });
});

describe("the cache", { concurrency: 4 }, () => {
  test("never: invalid_grant without a token, the cached token afterwards", async () => {
    const page = await openReady("login=auto");
    const never = { interactive: "never", scope: "payments:widget" };
    assert.equal((await signIn(page, never)).error, "invalid_grant");
    const { access_token } = await signIn(page);
    const cached = await signIn(page, { ...never, state: "again" });
    assert.equal(cached.access_token, access_token);
    assert.equal(cached.state, "again");
    assert.ok(cached.expires_in > 3290 && cached.expires_in <= 3300, String(cached.expires_in));
  });

  test("it survives a reload, serves only its own client and granted scopes", async () => {
    const page = await openReady("login=auto");
    const { access_token } = await signIn(page, { scope: "profile" });
    await page.reload();
    await page.waitForFunction(() => window.log?.includes("alias"));
    const never = (scope) => signIn(page, { interactive: "never", scope });
    assert.equal((await never("profile")).access_token, access_token);
    assert.equal((await never("profile payments:widget")).error, "invalid_grant");
    await page.evaluate((id) => amazon.Login.setClientId(`${id}2`), CLIENT_ID);
    assert.equal((await never("profile")).error, "invalid_grant");
  });

  test("its content and its 55 minutes are those of the state cookie", async () => {
    const page = await openReady("login=auto");
    const { access_token } = await signIn(page);
    const cached = await writtenCookie(page, "amazon_Login_state_cache");
    assert.doesNotMatch(await page.evaluate(() => document.cookie), /amazon_Login_accessToken/);
    const state = JSON.parse(decodeURIComponent(cached.value));
    assert.equal(state.access_token, access_token);
    assert.equal(state.max_age, 3300);
    assert.equal(state.client_id, CLIENT_ID);
    assert.ok(Math.abs(state.expiration_date - Date.now() - 3_300_000) < 60_000);
    assert.ok(Math.abs(cached.expires * 1000 - state.expiration_date) < 60_000);
  });

  test("setUseCookie reads what the page wrote, raw or encoded, and logout clears it", async () => {
    const page = await openReady("");
    for (const value of ["Atza|written-by-page", "Atza%7Cwritten-by-page"]) {
      await page.evaluate((text) => {
        // biome-ignore lint/suspicious/noDocumentCookie: as shops do it.
        document.cookie = `amazon_Login_accessToken=${text}; path=/`;
        amazon.Login.setUseCookie(false);
      }, value);
      assert.equal((await signIn(page, { interactive: "never" })).error, "invalid_grant");
      await page.evaluate(() => amazon.Login.setUseCookie(true));
      const answer = await signIn(page, { interactive: "never" });
      assert.equal(answer.access_token, "Atza|written-by-page");
    }
    await page.evaluate(() => amazon.Login.logout());
    assert.equal((await signIn(page, { interactive: "never" })).error, "invalid_grant");
    assert.equal(await page.evaluate(() => document.cookie), "");
  });

  test("setUseCookie writes the token percent-encoded", async () => {
    const page = await openReady("login=auto");
    await page.evaluate(() => amazon.Login.setUseCookie(true));
    const { access_token } = await signIn(page);
    const cookie = await writtenCookie(page, "amazon_Login_accessToken");
    assert.equal(cookie.value, encodeURIComponent(access_token));
    assert.match(cookie.value, /^Atza%7C/);
  });

  test("a short life ends the cached token as well", async () => {
    const page = await openReady("login=auto,expires=1");
    assert.equal((await signIn(page)).expires_in, 1);
    assert.equal(await untilExpired(page), "invalid_grant");
  });
});

describe("requests", { concurrency: 4 }, () => {
  test("functions added later run at once, the last address wins", async () => {
    const page = await openReady("login=auto");
    await signIn(page);
    const statuses = await page.evaluate(async () => {
      const seen = [];
      const request = amazon.Login.authorize({ scope: "profile", interactive: "never" });
      request.onComplete((answer) => seen.push(["first", answer === request]));
      await new Promise((resolve) => request.onComplete(resolve));
      request.onComplete((answer) => seen.push(["late", answer.status]));
      return seen;
    });
    assert.deepEqual(statuses, [
      ["first", true],
      ["late", "complete"],
    ]);
    const origin = new URL(page.url()).origin;
    await Promise.all([
      page.waitForURL(/page-0/, { waitUntil: "commit" }),
      page.evaluate((url) => {
        amazon.Login.authorize({ scope: "profile" }, `${url}/lost`).onComplete(`${url}/page-0`);
      }, origin),
    ]);
  });

  test("a throwing callback does not stop the queue", async () => {
    const page = await openReady("");
    await page.evaluate(() => {
      const options = { scope: "profile", interactive: "never" };
      amazon.Login.authorize(options, () => {
        throw new Error("of the page");
      });
      amazon.Login.authorize(options, (answer) => (window.second = answer.error));
    });
    assert.equal(await answerIn(page, "second"), "invalid_grant");
    assert.deepEqual(page.failures, ["Error: of the page"]);
  });

  test("bad options are answered with an error", async () => {
    const page = await openReady("login=auto");
    for (const [options, error] of [
      [{ scope: "" }, "invalid_request"],
      [{ scope: "profile everything" }, "invalid_scope"],
      [{ interactive: "sometimes" }, "invalid_request"],
      [{ response_type: "code" }, "unauthorized_client"],
      [{ state: 5 }, "invalid_request"],
      [{ popup: false }, "invalid_request"],
    ]) {
      assert.equal((await signIn(page, options)).error, error, JSON.stringify(options));
    }
    const array = await signIn(page, { scope: ["profile", "payments:widget"] });
    assert.equal(array.scope, "profile payments:widget");
  });

  test('the text "false" for popup still is a window', async () => {
    const page = await openReady("login=auto");
    assert.ok((await signIn(page, { popup: "false" })).access_token);
  });
});
