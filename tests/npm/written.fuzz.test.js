// What the module is given (`write`) and what it gives (`read`) against whatever a page may hand over.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { read, write } from "../../src/js/talk.js";
import { cases } from "./cases.js";

const DEPTH = 16;

/** The value as the module should see it; `others` takes what is no data. */
function plain(value, others, path = []) {
  switch (typeof value) {
    case "undefined":
      return null;
    case "boolean":
      return value;
    case "string":
      return value.split("\0").join("");
    case "number":
      // As JavaScript prints it.
      if (Number.isFinite(value)) return value === 0 ? 0 : value;
  }
  if (value === null) return null;
  if (path.length < DEPTH && !path.includes(value)) {
    const inner = [...path, value];
    if (Array.isArray(value)) return Array.from(value, (it) => plain(it, others, inner));
    if (typeof value === "object" && isData(value)) {
      return Object.fromEntries(
        Object.keys(value).map((name) => [plain(name), plain(value[name], others, inner)]),
      );
    }
  }
  others.push(value);
  return null;
}

function isData(object) {
  try {
    return `${object}` === "[object Object]";
  } catch {
    return true;
  }
}

const strange = fc.constantFrom(
  () => ({}),
  Symbol("x"),
  Object.create({ region: "inherited" }),
  { toString: "none" },
  { toString: () => "[object HTMLFormElement]" },
  Array(3),
  new Date(Number.NaN),
  Number.NaN,
  -0,
  1e21,
  { ["__proto__"]: { polluted: true } },
  { __proto__: null, a: "\0", "a\0b": 1 },
);
const anything = fc.anything({
  maxDepth: 3,
  maxKeys: 4,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSparseArray: true,
  withTypedArray: true,
  withObjectString: true,
  values: [
    ...[fc.string({ maxLength: 8 }), fc.string({ unit: "binary", maxLength: 4 })],
    ...[fc.boolean(), fc.integer(), fc.double(), fc.constantFrom(null, undefined, "\0", "]\0")],
    strange,
  ],
});

test("whatever the page gives, it arrives as it was", () => {
  const property = fc.property(anything, (value) => {
    const [others, known] = [[], []];
    const text = write(value, others);
    assert.deepStrictEqual(read(text), plain(value, known));
    assert.deepStrictEqual(others, known);
    assert.ok(!{}.polluted);
  });
  fc.assert(property, cases(2_000));
});

test("what holds itself, or is deeper than anything of ours, ends", () => {
  const property = fc.property(fc.nat(40), fc.boolean(), fc.boolean(), (depth, inList, isRound) => {
    const innermost = {};
    let value = innermost;
    for (let at = 0; at < depth; at += 1) value = inList ? [value] : { value };
    if (isRound) innermost.value = value;
    const [others, known] = [[], []];
    assert.deepStrictEqual(read(write(value, others)), plain(value, known));
    assert.equal(others.length, known.length);
    assert.equal(others.length, isRound || depth >= DEPTH ? 1 : 0);
  });
  fc.assert(property, cases(200));
});
