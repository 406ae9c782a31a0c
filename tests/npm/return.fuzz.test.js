// What may stand in an address, and what must be true of what is taken off it.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { takeReturn } from "../../npm/return.js";
import { readReturn } from "../../src/js/session.js";
import { read } from "../../src/js/talk.js";
import { cases } from "./cases.js";

const ORIGIN = "https://shop.example";

/** A page at this address, in a tab that has kept this text. */
function open(address, kept) {
  const url = new URL(ORIGIN + address);
  const page = { url: url.href, calls: 0 };
  globalThis.location = url;
  globalThis.history = {
    state: null,
    replaceState(_state, _, to) {
      page.calls += 1;
      page.url = new URL(to, url).href;
    },
  };
  globalThis.sessionStorage = { getItem: () => kept ?? null };
  return page;
}

const oneOf = (...values) => fc.constantFrom(...values);
const names = oneOf(
  ...["access_token", "token_type", "expires_in", "scope", "state"],
  ...["error", "error_description", "error_uri"],
  ...["utm_source", "a", "", "Access_Token", "xaccess_token", "access_token[]", "access%5Ftoken"],
);
const values = fc.oneof(
  oneOf("Atza|SECRET", "Atza%7CSECRET", "Atza%257CSECRET", "ya29.a0", "lp-1", "lp-2", "lp-", ""),
  oneOf("access_denied", "bearer", "3600", "CA", "%E0%A4%A", "%", "+", "a=b", "/x/../y", "é"),
  fc.string({ maxLength: 6 }),
);
const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(names, oneOf("=", "=", "=", ""), values).map((it) => it.join("")),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
  { weight: 2, arbitrary: oneOf("access_token=Atza%7CSECRET&state=lp-1", "error=x&state=lp-1") },
);
const path = oneOf("/", "/lander", "//checkout", "/a/../b/", "/x;y=1", "/%2F");
const separator = oneOf("&", "&", "&", "&", "?", "#", "&&", "/");
const address = fc
  .tuple(
    path,
    oneOf("?", "#", "#/pay?", "?x#"),
    fc.array(fc.tuple(piece, separator), { maxLength: 9 }),
  )
  .map(([path, begin, pieces]) => path + begin + pieces.flat().join(""));
const kept = fc.oneof(
  fc.constant(undefined),
  oneOf("", "null", "{", "1", '{"nonce":"lp-1"}', '{"nonce":"lp-1","address":5}'),
  fc
    .record({
      nonce: oneOf("lp-1", "lp-2", "", null),
      address: fc.oneof(
        oneOf("?utm=1#/r?x=1", "", "//evil.example/?x", "https://", "http://[", "javascript:1"),
        fc.string(),
      ),
    })
    .map((it) => JSON.stringify(it)),
);

const parametersOf = (text) => text.split(/[?#&]/);

/** Whether a text is another one without a piece in one place, and which piece that may be. */
function gone(before, after) {
  const pieces = [];
  const length = before.length - after.length;
  for (let at = 0; at <= after.length; at += 1) {
    if (before.slice(0, at) + before.slice(at + length) === after) {
      pieces.push(before.slice(at, at + length));
    }
  }
  return pieces;
}

const alike = (text) => text.replace(/[?#]/g, "&");

const AMAZONS =
  /^(access_token|token_type|expires_in|scope|state|error|error_description|error_uri)=/;

test("whatever an address has, only an answer of Amazon's is taken off it", () => {
  const property = fc.property(address, kept, (address, kept) => {
    const page = open(address, kept);
    const before = new URL(page.url);
    const taken = takeReturn();
    const after = new URL(page.url);
    if (!taken) {
      assert.equal(page.calls, 0);
      return;
    }
    assert.equal(page.calls, 1);
    assert.equal(after.origin + after.pathname, before.origin + before.pathname);
    // What is taken is whole parameters of Amazon's, each once, and it looks like an answer.
    const parameters = parametersOf(taken);
    for (const parameter of parameters) assert.match(parameter, AMAZONS);
    const takenNames = parameters.map((it) => it.split("=")[0]);
    assert.equal(new Set(takenNames).size, takenNames.length);
    assert.ok(/access_token=Atza|state=lp-/.test(taken));
    // All else stays as it was, unless the address is that of the page's own departure.
    const own = ownAddress(taken, kept);
    for (const part of ["search", "hash"]) {
      // What follows moves up, and its separator may change with that.
      const pieces = gone(alike(before[part]), alike(after[part]));
      if (own && !new URL(page.url)[part]) continue;
      if (own && after[part] === own[part]) continue;
      assert.ok(pieces.length > 0, `${before[part]} became ${after[part]}`);
      if (before[part] === after[part]) continue;
      assert.ok(
        pieces.some((it) => parametersOf(it).every((it) => !it || AMAZONS.test(it))),
        `${before[part]} became ${after[part]}`,
      );
    }
    const without = `${before.hash}${before.search}`;
    for (const parameter of parameters) assert.ok(without.includes(parameter));
  });
  fc.assert(property, cases(3_000));
});

/** What the page had when the buyer left it for this answer. */
function ownAddress(taken, kept) {
  try {
    const { nonce, address } = JSON.parse(kept);
    if (taken.includes(`state=${nonce}`) && address) return new URL(address, ORIGIN);
  } catch {}
}

/** What a page, a server or an advertisement puts into an address: nothing of Amazon's. */
const ownParameter = fc.oneof(
  oneOf("utm_source=x", "state=CA", "scope=all", "error=card", "a=%20b", "gclid=1", "x"),
  oneOf("access_token=ya29.a0", "token=Atza", "q=access_token", "é=ü", "redirect=/a?b", "%"),
);
const token = fc
  .tuple(oneOf("|", "%7C", "%7c"), fc.stringMatching(/^[A-Za-z0-9%_-]{1,30}$/))
  .map(([bar, rest]) => `Atza${bar}${rest}`);
const nonce = fc
  .array(fc.nat(4_294_967_295), { minLength: 4, maxLength: 4 })
  .map((it) => `lp-${it.join("-")}`);
const kinds = oneOf("signed-in", "signed-in", "denied", "foreign", "stateless");
const answer = fc
  .record({ token, nonce, kind: kinds, order: fc.array(fc.nat(), { maxLength: 5 }) })
  .map(({ token, nonce, kind, order }) => {
    const denied = kind === "denied";
    const parameters = denied
      ? ["error=access_denied", "error_description=The+buyer", `state=${nonce}`]
      : [
          ...[`access_token=${token}`, "token_type=bearer", "expires_in=3600"],
          "scope=profile+payments%3Awidget",
        ];
    // Not to be trusted, and not to be read by others either.
    if (kind === "foreign") parameters.push("state=CA");
    if (kind === "signed-in") parameters.push(`state=${nonce}`);
    // A denial has its state at the end.
    for (const [at, place] of denied ? [] : order.entries()) {
      const [parameter] = parameters.splice(place % parameters.length, 1);
      parameters.splice(at % (parameters.length + 1), 0, parameter);
    }
    return { parameters, token, nonce, kind, denied };
  });
const owns = fc.array(ownParameter, { maxLength: 3 });

test("what Amazon appends is gone, and what was there before stays", () => {
  const property = fc.property(
    fc.record({ answer, path, own: owns, later: fc.boolean(), inHash: fc.boolean(), other: owns }),
    ({ answer, path, own, later, inHash, other }) => {
      // Nobody could say whose it is.
      if (answer.kind === "stateless") own = own.filter((it) => !it.startsWith("state="));
      const mine = own.join("&");
      const theirs = answer.parameters.join("&");
      const route = inHash ? "/pay" : "";
      const begin = (text) => `${route}${route && text ? "?" : ""}${text}`;
      const added = [mine, theirs, later ? "lang=de" : ""].filter(Boolean).join("&");
      const left = [mine, later ? "lang=de" : ""].filter(Boolean).join("&");
      const others = other.filter((it) => !/[?#]/.test(it)).join("&");
      const compose = (text) =>
        inHash
          ? `${path}${others && "?"}${others}#${begin(text)}`
          : `${path}${text && "?"}${text}${others && "#"}${others}`;
      const page = open(compose(added));
      const expected = new URL(ORIGIN + compose(left)).href;
      const taken = takeReturn();
      assert.equal(page.url, expected);
      assert.deepEqual(new Set(taken.split("&")), new Set(answer.parameters));
      assert.ok(!page.url.includes(answer.nonce));
      if (answer.denied) return;
      assert.ok(!/access_token=Atza/.test(page.url));
      // Decoded once: a percent sign that is left is one that was encoded.
      const told = read(readReturn(taken));
      if (answer.kind === "signed-in") assert.equal(told.state, answer.nonce);
      assert.equal(told.access_token, decodedOnce(answer.token));
    },
  );
  fc.assert(property, cases(3_000));
});

/** By hand: what is no code stays as it is. */
const decodedOnce = (text) =>
  Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16))),
    "latin1",
  )
    .toString("utf8")
    // No text that comes in has it.
    .replaceAll("\0", "");

test("whatever is read from a return, it is texts by name", () => {
  const property = fc.property(fc.oneof(address, fc.string()), (text) => {
    const told = read(readReturn(text));
    for (const value of Object.values(told)) assert.equal(typeof value, "string");
  });
  fc.assert(property, cases(1_000));
});
