// Each language has every sentence, with what stands in it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { filesIn, ROOT } from "../../scripts/tools.mjs";

const types = readFileSync(join(ROOT, "npm", "index.d.ts"), "utf8");
const [, body] = /interface Words \{\n([\s\S]*?)\n\}/.exec(types);
const ENGLISH = new Map(
  [...body.matchAll(/\/\*\* (.+) \*\/\s+(\w+)\?/g)].map(([, english, key]) => [key, english]),
);
const gaps = (sentence) => sentence.split("{}").length - 1;

test("every sentence has its English", () => {
  assert.equal(ENGLISH.size, body.match(/\?: string \| undefined;/g).length);
});

for (const path of filesIn(join(ROOT, "npm", "words"))) {
  test(basename(path), async () => {
    const { default: words } = await import(path);
    assert.deepEqual(Object.keys(words).sort(), [...ENGLISH.keys()].sort());
    for (const [key, sentence] of Object.entries(words)) {
      const english = ENGLISH.get(key);
      assert.notEqual(sentence, english, key);
      assert.equal(gaps(sentence), gaps(english), key);
      assert.match(sentence, /[.。…]$/, key);
      assert.doesNotMatch(sentence, /[<>&"\\]|\s{2}|^\s/, key);
    }
  });
}
