import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startWorld } from "./world.js";

let world;
let page;
before(async () => {
  world = await startWorld();
  page = await openReady("login=auto");
});
after(() => world.close());

async function openReady(flags) {
  const opened = await world.open(flags);
  await opened.waitForFunction(() => window.log?.includes("alias"));
  return opened;
}

/** Draws a button into a fresh container; answers what was thrown, reported and drawn. */
function drawButton(options, { sellerId = "S", container = "pay", withNew = false } = {}) {
  return page.evaluate(
    ([given, seller, id, construct]) => {
      document.getElementById("pay").replaceChildren();
      const errors = [];
      const all = {
        authorization() {},
        onError: (error) => errors.push([error.getErrorCode(), error.getErrorMessage()]),
        ...given,
      };
      for (const [name, value] of Object.entries(all)) if (value === "absent") delete all[name];
      let thrown;
      try {
        if (construct) new OffAmazonPayments.Button(id, seller, all);
        else OffAmazonPayments.Button(id, seller, all);
      } catch (error) {
        thrown = error.name;
      }
      const images = [...document.querySelectorAll("#pay img")].map((image) => ({
        path: image.src.split("/lwa/")[1],
        alt: image.alt,
        cursor: image.style.cursor,
        maxHeight: image.style.maxHeight,
      }));
      return { thrown, errors, images };
    },
    [options, sellerId, container, withNew],
  );
}

const gold = { alt: "AmazonPay", cursor: "pointer" };

test("an image in the wanted style is added, case aside", async () => {
  assert.deepEqual((await drawButton({})).images, [
    { ...gold, path: "gold/medium/LwA.png", maxHeight: "41px" },
  ]);
  const options = { type: "pwa", color: "DARKGRAY", size: "X-Large" };
  const drawn = await drawButton(options, { withNew: true });
  assert.deepEqual(drawn.images, [
    { ...gold, path: "darkgray/x-large/PwA.png", maxHeight: "90px" },
  ]);
  const images = (await drawButton({ type: "AmazonPay", color: "LightGray" })).images;
  assert.equal(images[0].path, "lightgray/medium/PwA.png");
});

test("the image that is served has the size of its kind", async () => {
  await drawButton({ type: "Pay", size: "large" });
  const size = await page.locator("#pay img").evaluate(async (image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  assert.deepEqual(size, [144, 60]);
});

test("unknown styles fall back silently, null throws", async () => {
  const odd = await drawButton({ type: "Buy", color: "Red", size: "huge" });
  assert.equal(odd.images[0].path, "gold/medium/LwA.png");
  assert.deepEqual(odd.errors, []);
  for (const name of ["type", "color", "size"]) {
    const { thrown, images } = await drawButton({ [name]: null });
    assert.deepEqual([thrown, images], ["TypeError", []], name);
  }
});

test("a second call adds a second image", async () => {
  await drawButton({});
  const count = await page.evaluate(() => {
    OffAmazonPayments.Button("pay", "S", { authorization() {} });
    return document.querySelectorAll("#pay img").length;
  });
  assert.equal(count, 2);
});

test("a missing authorization or seller is reported inside the call", async () => {
  const text = "Value undefined assigned to a parameter authorization is not valid ";
  assert.deepEqual((await drawButton({ authorization: "absent" })).errors, [
    ["InvalidParameterValue", text],
  ]);
  const [[code]] = (await drawButton({}, { sellerId: "" })).errors;
  assert.equal(code, "InvalidParameterValue");
});

test("a missing container throws a TypeError", async () => {
  assert.equal((await drawButton({}, { container: "nowhere" })).thrown, "TypeError");
});

/** A button that signs in by itself, with an onSignIn that writes down the ids. */
function drawSignInButton(target, agreementType) {
  return target.evaluate((agreement) => {
    OffAmazonPayments.Button("pay", "S", {
      agreementType: agreement,
      authorization() {
        log.push("authorization");
        amazon.Login.authorize({ scope: "profile payments:widget" }, (answer) =>
          log.push(answer.error ?? "signed in"),
        );
      },
      onSignIn: (reference) =>
        log.push({
          order: reference.getAmazonOrderReferenceId?.(),
          agreement: reference.getAmazonBillingAgreementId?.(),
          contract: reference.getAmazonContractId(),
        }),
      onError: () => log.push("error"),
    });
  }, agreementType);
}

const lastObject = async (target) =>
  (await target.waitForFunction(() => log.find((entry) => entry.contract))).jsonValue();

test("a click calls authorization, then onSignIn with an order", async () => {
  const fresh = await openReady("login=auto");
  await drawSignInButton(fresh);
  await fresh.locator("#pay img").click();
  const { order, agreement, contract } = await lastObject(fresh);
  assert.match(order, /^S01-\d{7}-\d{7}$/);
  assert.deepEqual([contract, agreement], [order, undefined]);
  const log = await fresh.evaluate(() => window.log);
  assert.deepEqual(log.slice(3, 5), ["authorization", "signed in"]);
});

test("for a billing agreement onSignIn has that getter instead", async () => {
  const fresh = await openReady("login=auto");
  await drawSignInButton(fresh, "BillingAgreement");
  await fresh.locator("#pay img").click();
  const { order, agreement, contract } = await lastObject(fresh);
  assert.match(agreement, /^C01-\d{7}-\d{7}$/);
  assert.deepEqual([contract, order], [agreement, undefined]);
});

test("a denial is silence for the button", async () => {
  const fresh = await openReady("login=denied");
  await drawSignInButton(fresh);
  const posts = [];
  fresh.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
  await fresh.locator("#pay img").click();
  await fresh.waitForFunction(() => log.includes("access_denied"));
  // The button's own question was queued before this one, so its answer has come too.
  assert.equal((await signIn(fresh, { interactive: "never" })).error, "invalid_grant");
  assert.deepEqual(await fresh.evaluate(() => log.slice(3)), ["authorization", "access_denied"]);
  assert.deepEqual(posts, []);
});

test("a click turns sandbox mode on by itself", async () => {
  const fresh = await openReady("");
  await drawSignInButton(fresh);
  const opening = fresh.waitForEvent("popup");
  await fresh.locator("#pay img").click();
  const popup = await opening;
  await popup.waitForURL(/sandbox=true/);
});
