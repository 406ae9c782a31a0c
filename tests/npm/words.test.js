// Each language has every sentence, with what stands in it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { speak } from "../../npm/words.js";
import { filesIn, ROOT } from "../../scripts/tools.mjs";
import { phrase } from "../../src/js/talk.js";

const types = readFileSync(join(ROOT, "npm", "index.d.ts"), "utf8");
const [, body] = /interface Words \{\n([\s\S]*?)\n\}/.exec(types);
const ENGLISH = new Map(
  [...body.matchAll(/\/\*\* (.+) \*\/\s+(\w+)\?/g)].map(([, english, key]) => [key, english]),
);
// What they are about is English, or Amazon's own word.
const SHORTER = ["not_ready", "declined"];
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
      assert.equal(gaps(sentence), SHORTER.includes(key) ? 0 : gaps(english), key);
      assert.match(sentence, /[.。…]$/, key);
      assert.doesNotMatch(sentence, /[<>&"\\]|\s{2}|^\s/, key);
    }
  });
}

test("the newest language counts, however late an older one comes", async () => {
  const older = speak("de", { placed: "The older one's own" });
  await speak("en", { ready: "The newest one's own" });
  await older;
  assert.equal(phrase("ready", "English"), "The newest one's own");
  assert.equal(phrase("placed", "English"), "English");
  assert.equal(phrase("sign_in", "English"), "English");
});

test("what is left out is the language's own", async () => {
  const { default: german } = await import("../../npm/words/de.js");
  await speak("de", { placed: undefined, added: null, ready: "Own" });
  assert.equal(phrase("placed", "English"), german.placed);
  assert.equal(phrase("added", "English"), german.added);
  assert.equal(phrase("ready", "English"), "Own");
});

test("words that cannot be read are left to the module to refuse", async () => {
  const words = Object.defineProperty({}, "ready", {
    enumerable: true,
    get() {
      throw new TypeError("no");
    },
  });
  await speak("en", words);
  assert.equal(phrase("ready", "English"), "English");
});
