// The documentation's own order: what is generated is fresh, no link is dead, and each code block says
// which test runs it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { after, before, describe, test } from "node:test";
import GithubSlugger from "github-slugger";
import {
  fillPage,
  generatedParts,
  readFacts,
  WITHOUT_MODULE,
} from "../../scripts/docs/generated.mjs";
import { pages } from "../../scripts/docs/navigation.mjs";
import { buildSite } from "../../scripts/docs/site.mjs";
import { ROOT } from "../../scripts/tools.mjs";
import { BLOCKS, read, SOURCES } from "./support.js";

// Those that nobody runs are few, and have their reason.
const SKIPPED = [];

const JSON_SCRIPTS = JSON.parse(read("package.json")).scripts;

describe("the site", () => {
  let folder;
  let shown;
  const html = new Map();
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "landerpay-docs-"));
    shown = buildSite(folder);
    for (const name of readdirSync(folder, { recursive: true })) {
      if (name.endsWith(".html")) html.set(name, readFileSync(join(folder, name), "utf8"));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("has every page of docs/, and all of them in its navigation", () => {
    assert.deepEqual([...pages].sort(), [...SOURCES].sort());
    for (const file of SOURCES) assert.ok(shown.includes(file), file);
    assert.ok(html.size >= SOURCES.length);
  });

  test("has no dead link, no dead anchor, and nothing from elsewhere", () => {
    const dead = [];
    let checked = 0;
    for (const [name, text] of html) {
      for (const [, tag, target] of text.matchAll(/<(\w+)[^>]* (?:href|src)="([^"]*)"/g)) {
        // A link may lead out; a script, a style or a picture may not come in.
        if (tag === "a" && target.startsWith("https://")) continue;
        if (target === "data:,") continue;
        checked += 1;
        if (/^[a-z]+:|^\//.test(target) || !leadsSomewhere(name, target)) {
          dead.push(`${name}: ${target}`);
        }
      }
    }
    assert.deepEqual(dead, []);
    assert.ok(checked > 500, `${checked} links`);
  });

  function leadsSomewhere(from, target) {
    const [path, hash] = target.split("#");
    const to = path ? posix.join(posix.dirname(from), decodeURI(path)) : from;
    if (!existsSync(join(folder, to))) return false;
    return !hash || html.get(to)?.includes(` id="${hash}"`);
  }

  test("gives no anchor twice, and each page one first heading", () => {
    for (const [name, text] of html) {
      const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      assert.deepEqual(ids.length, new Set(ids).size, name);
      assert.equal(text.match(/<h1/g)?.length, 1, name);
    }
  });
});

describe("the Markdown", () => {
  test("has no link that is dead on GitHub", () => {
    const dead = [];
    for (const file of SOURCES) {
      const text = read(file).replaceAll(/^```.*?^```/gms, "");
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (target.startsWith("https://")) continue;
        const [path, hash] = target.split("#");
        const to = path ? posix.join(posix.dirname(file), path) : file;
        if (!existsSync(join(ROOT, to)) || (hash && !anchorsOf(read(to)).has(hash)))
          dead.push(`${file}: ${target}`);
      }
    }
    assert.deepEqual(dead, []);
  });

  function anchorsOf(text) {
    const slugger = new GithubSlugger();
    const headings = text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.+)$/gm);
    return new Set([...headings].map(([, title]) => slugger.slug(title.replaceAll("`", ""))));
  }
});

describe("what is generated", () => {
  test("is what `npm run docs` would write", async () => {
    const parts = generatedParts(await readFacts());
    for (const [file, some] of Object.entries(parts)) {
      assert.equal(fillPage(read(file), some), read(file), `${file}: run \`npm run docs\``);
    }
  });

  test("has the sentences that are told where the module does not run", () => {
    for (const { code, sentence, source } of WITHOUT_MODULE) {
      assert.ok(read(source).includes(sentence), code);
      assert.ok(read(source).includes(`"${code}"`), code);
    }
  });

  test("the states' own table has all states, in order", async () => {
    const { states } = await readFacts();
    const [, table] = /## States\n(.*)/s.exec(read("docs/events.md"));
    assert.deepEqual(
      [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name),
      states,
    );
  });
});

describe("code blocks", () => {
  test("each says how it is tested", () => {
    const silent = BLOCKS.filter(({ language, at, check, skip }) => {
      return language !== "sh" && [at, check, skip].filter(Boolean).length !== 1;
    });
    assert.deepEqual(silent, []);
    assert.ok(BLOCKS.length > 40);
  });

  test("those that are not run are few and named", () => {
    const skipped = BLOCKS.filter(({ skip }) => skip).map(({ file, skip }) => `${file}: ${skip}`);
    assert.deepEqual(skipped, SKIPPED);
  });

  test("what is to be typed into a shell exists", () => {
    const lines = BLOCKS.filter(({ language }) => language === "sh").flatMap(({ text }) =>
      text.trim().split("\n"),
    );
    for (const line of lines) assert.ok(isThere(line), line);
    assert.ok(lines.length >= 2);
  });

  function isThere(line) {
    const [program, first, second] = line.split(" ");
    if (program === "node") return existsSync(join(ROOT, first));
    if (program === "cargo")
      return read("backend/Cargo.toml").includes(`"${line.split(" ").at(-1)}"`);
    if (program === "landerpay-backend") {
      return read("backend/src/args.rs").includes(`  landerpay-backend ${first} `);
    }
    if (line === `npm install ${JSON.parse(read("package.json")).name}`) return true;
    return program === "npm" && (first === "run" ? second : first) in JSON_SCRIPTS;
  }

  test("JSON can be read", () => {
    const all = BLOCKS.filter(({ language }) => language === "json");
    for (const { text } of all) JSON.parse(text);
    assert.ok(all.length >= 8);
  });
});
