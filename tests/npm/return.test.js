// What is taken off the address bar, and what stays there.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { takeReturn } from "../../npm/return.js";
import { readReturn } from "../../src/js/session.js";

const TOKEN = "access_token=Atza%7Cx&token_type=bearer&expires_in=3600&scope=profile";
const ANSWER = `${TOKEN}&state=lp-1`;
const DENIED = "error=access_denied&error_description=The+buyer&state=lp-1";

/** A page at this address, in a tab that has kept this. */
function open(address, kept) {
  const url = new URL(address, "https://shop.example");
  const page = { url: url.href, entry: { router: 1 } };
  globalThis.location = url;
  globalThis.history = {
    state: page.entry,
    replaceState(state, _, to) {
      assert.equal(state, page.entry);
      page.url = new URL(to).href;
    },
  };
  globalThis.sessionStorage = { getItem: () => (kept ? JSON.stringify(kept) : null) };
  return page;
}

afterEach(() => {
  for (const name of ["location", "history", "sessionStorage"]) delete globalThis[name];
});

const sorted = (parameters) => parameters.split("&").sort();

for (const [before, answer, after] of [
  [`/lander#${ANSWER}`, ANSWER, "/lander"],
  [`/lander?${ANSWER}`, ANSWER, "/lander"],
  [`/lander?a=1&${ANSWER}#top`, ANSWER, "/lander?a=1#top"],
  [`/lander?${ANSWER}&utm=2`, ANSWER, "/lander?utm=2"],
  [`/lander#/pay?${ANSWER}`, ANSWER, "/lander#/pay"],
  [`/lander#/pay?own=1&${ANSWER}`, ANSWER, "/lander#/pay?own=1"],
  [`/lander?a=1#${ANSWER}?b=2`, ANSWER, "/lander?a=1#b=2"],
  [`/lander?error=card&${ANSWER}`, ANSWER, "/lander?error=card"],
  [`/lander?state=CA&x=1&${ANSWER}`, ANSWER, "/lander?state=CA&x=1"],
  [`/lander?${DENIED}`, DENIED, "/lander"],
  [`/lander?scope=mine&a=1&${DENIED}#/r`, DENIED, "/lander?scope=mine&a=1#/r"],
  // A server that merges slashes has such addresses, and they look like another host's.
  [`https://shop.example//checkout#${ANSWER}`, ANSWER, "//checkout"],
  // Not to be trusted, and not to be read by others either.
  [`/lander#${TOKEN}`, TOKEN, "/lander"],
  [`/lander#${TOKEN.replace("%7C", "%257C")}`, TOKEN.replace("%7C", "%257C"), "/lander"],
  [`/lander#${ANSWER.replace("Atza", "Atzr")}`, ANSWER.replace("Atza", "Atzr"), "/lander"],
]) {
  test(`taken: ${before}`, () => {
    const page = open(before);
    assert.deepEqual(sorted(takeReturn()), sorted(answer));
    assert.equal(page.url, `https://shop.example${after}`);
  });
}

for (const address of [
  "/lander",
  "/lander?state=CA#top",
  "/lander?code=1&state=xyz",
  "/lander?error=access_denied&error_description=No&state=xyz",
  "/lander#access_token=ya29.a0&token_type=Bearer&state=xyz",
  "/lander#/pay?scope=all&error=none",
  "/lander?access_token=shpat_1&state=lpx",
  "/lander?%E0%A4%A&&&==#?#&",
]) {
  test(`left alone: ${address}`, () => {
    const page = open(address);
    assert.equal(takeReturn(), "");
    assert.equal(page.url, new URL(address, "https://shop.example").href);
  });
}

for (const [what, kept, after] of [
  [
    "what the buyer's own address had",
    { nonce: "lp-1", address: "?utm=1#/r?x=1" },
    "?utm=1#/r?x=1",
  ],
  ["nothing of another departure", { nonce: "lp-2", address: "?utm=1" }, ""],
  ["nothing where nothing was left out", { nonce: "lp-1" }, ""],
  ["nothing that is no address", { nonce: "lp-1", address: "https://[" }, ""],
]) {
  test(`put back: ${what}`, () => {
    const page = open(`/lander#${ANSWER}`, kept);
    takeReturn();
    assert.equal(page.url, `https://shop.example/lander${after}`);
  });
}

test("what a server has added on the way is newer than what the buyer's address had", () => {
  const page = open(`/lander?lang=de#${ANSWER}`, { nonce: "lp-1", address: "?utm=1#/r" });
  takeReturn();
  assert.equal(page.url, "https://shop.example/lander?lang=de#/r");
});

test("what was taken is read once, and of several values by one name the last", () => {
  const read = (text) => readReturn(text).split("\0").filter(Boolean);
  assert.deepEqual(read(""), ["{", "]"]);
  assert.deepEqual(read("access_token=Atza%7CIw%2B&state=lp-1"), [
    "{",
    "'access_token",
    "'Atza|Iw+",
    "'state",
    "'lp-1",
    "]",
  ]);
  assert.deepEqual(read("state=a&state=b%2541"), ["{", "'state", "'b%41", "]"]);
});
