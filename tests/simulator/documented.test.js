// docs/testing.md and the simulator's README: their examples run, and their tables are those of the code.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startSimulator } from "landerpay/simulator";
import { blocksOf } from "../../scripts/docs/blocks.mjs";
import { flagsOf, GROUPS, SCENARIOS } from "../../www/simulator/catalogue.js";
import { complete, FLAGS, parseFlags } from "../../www/simulator/scenario.js";
import { TABLES, withTable } from "./tables.js";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
// Inside the package, so that its own name leads to it.
const FOLDER = join(ROOT, "target", "testing-docs");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** The code blocks of a Markdown file, by the file name in their first line. */
function namedBlocksOf(path) {
  const blocks = blocksOf(path, readFileSync(join(ROOT, path), "utf8"));
  return blocks.map(({ language, text }) => {
    const name = /^(?:\/\/|<!--) ([\w.]+\.(?:js|html))(?: -->)?\n/.exec(text)?.[1];
    return { language, code: text, name };
  });
}

const GUIDE = namedBlocksOf("docs/testing.md");
const README = namedBlocksOf("www/simulator/README.md");
const named = (name) => GUIDE.find((block) => block.name === name).code;

/** Runs a program, and gives all that it wrote. */
async function run(program, args, env = {}) {
  const { FORCE_COLOR, NODE_TEST_CONTEXT, ...rest } = process.env;
  const options = { cwd: FOLDER, env: { ...rest, CHROMIUM, ...env } };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    assert.fail(`${error.stdout}\n${error.stderr}`);
  }
}

function writeExamples() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, code } of GUIDE) if (name) writeFileSync(join(FOLDER, name), code);
}

describe("the examples of docs/testing.md", () => {
  test("Playwright's fixture and its tests", async (t) => {
    writeExamples();
    cpSync(join(ROOT, "dist"), join(FOLDER, "landerpay"), { recursive: true });
    const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
    const shop = createServer((request, response) => {
      try {
        const body = readFileSync(join(FOLDER, new URL(request.url, "http://shop").pathname));
        response.setHeader("content-type", types[extname(request.url)]).end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise((resolve) => shop.listen(0, resolve));
    t.after(() => shop.close());
    // What a reader's own configuration has.
    const baseURL = `http://localhost:${shop.address().port}`;
    const use = { baseURL, launchOptions: { executablePath: CHROMIUM, args: ["--disable-gpu"] } };
    const config = {
      testDir: FOLDER,
      testMatch: "*.spec.js",
      fullyParallel: true,
      workers: 2,
      use,
    };
    const file = join(FOLDER, "playwright.config.js");
    writeFileSync(file, `export default ${JSON.stringify(config)};`);
    const cli = join(ROOT, "node_modules", "@playwright", "test", "cli.js");
    const said = await run(process.execPath, [cli, "test", "--config", file, "--reporter=line"]);
    const count = named("lander.spec.js").match(/^test\(/gm).length;
    assert.match(said, new RegExp(`^ *${count} passed`, "m"));
  });

  test("the test for Node's own runner", async () => {
    writeExamples();
    const said = await run(process.execPath, ["--test", "--test-reporter=tap", "lander.test.js"]);
    assert.match(said, /^# pass 1$/m);
  });

  test("the three lines, and those that speak HTTP", async () => {
    const [three] = GUIDE;
    const http = GUIDE.find(({ code }) => code.includes('method: "PUT"'));
    const check = `
      import assert from "node:assert/strict";
      import { startSimulator as start } from "landerpay/simulator";
      const { url, close } = await start();
      ${http.code}
      assert.equal(scenario.login, "denied");
      assert.deepEqual([events, contracts], [[], []]);
      await close();`;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, "three.mjs"), three.code);
    writeFileSync(join(FOLDER, "http.mjs"), check);
    await run(process.execPath, ["three.mjs"]);
    await run(process.execPath, ["http.mjs"]);
  });

  test("no block is left out", () => {
    const kinds = GUIDE.map(({ language, name }) => name ?? language);
    const run = ["lander.html", "fixtures.js", "lander.spec.js", "lander.test.js"];
    assert.deepEqual(kinds, ["js", ...run, "sh", "js"]);
    assert.deepEqual(
      README.map(({ language }) => language),
      ["js", "sh", "json"],
    );
  });
});

test("the README's example runs", async () => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "readme.mjs"), README[0].code);
  const said = await run(process.execPath, ["readme.mjs"]);
  assert.match(said, /^data-environment="sandbox" data-simulator="http:\/\/127/);
});

test("the README's contract has the fields of a real one", async () => {
  const documented = JSON.parse(README[2].code);
  const types = readFileSync(join(ROOT, "www/simulator/index.d.ts"), "utf8");
  const [, fields] = /^export interface Contract \{(.*?)^\}/ms.exec(types);
  const names = [...fields.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
  assert.deepEqual(Object.keys(documented), names);
});

test("the commands have options that there are", async () => {
  const help = await run(process.execPath, [join(ROOT, "www/simulator/cli.js"), "--help"]);
  for (const { language, code } of [...GUIDE, ...README]) {
    if (language !== "sh") continue;
    assert.match(code, /^npx landerpay-simulator /);
    for (const [option] of code.matchAll(/--[\w-]+/g)) assert.ok(help.includes(option), option);
  }
});

describe("the documented scenarios", () => {
  for (const [file, name, make] of TABLES) {
    test(`the table "${name}" is that of the code: node tests/simulator/tables.js writes it`, () => {
      const text = readFileSync(file, "utf8");
      assert.equal(text, withTable(text, name, make()));
    });
  }

  test("every flag has a name, a line about it, and what the real Amazon does", () => {
    for (const [name, { title, usual, about, amazon, group }] of Object.entries(FLAGS)) {
      for (const text of [title, usual, about, amazon]) assert.ok(text?.length > 3, name);
      assert.ok(group in GROUPS, name);
    }
  });

  test("every value but the default is a scenario, and each stands there once", () => {
    const listed = SCENARIOS.map(({ flag, value }) => `${flag}=${value}`);
    assert.equal(new Set(listed).size, listed.length);
    for (const [name, { values }] of Object.entries(FLAGS)) {
      const own = SCENARIOS.filter(({ flag }) => flag === name).map(({ value }) => value);
      if (values) assert.deepEqual(own.sort(), values.slice(1).sort(), name);
      else assert.ok(own.length > 0, name);
    }
  });

  test("every scenario has its words, and flags that count", () => {
    for (const scenario of SCENARIOS) {
      const { flag, value, title, sees, does, ends } = scenario;
      for (const text of [title, sees, does, ends.state]) assert.ok(text?.length > 3, title);
      assert.equal(complete(parseFlags(flagsOf(scenario)))[flag], value);
    }
  });

  test("every way to set one in a test is right", async (t) => {
    const amazon = await startSimulator();
    t.after(amazon.close);
    const guide = readFileSync(join(ROOT, "docs/testing.md"), "utf8");
    const calls = [
      ...guide.matchAll(/^- In an address `(.*?)`, in a test `amazon\.set\((.*?)\)`$/gm),
    ];
    assert.equal(calls.length, Object.keys(FLAGS).length);
    for (const [, address, argument] of calls) {
      amazon.reset();
      amazon.set(new Function(`return (${argument})`)());
      const set = amazon.scenario;
      assert.notDeepEqual(set, complete({}), argument);
      const other = await fetch(`${amazon.url}${address}/scenario`);
      assert.deepEqual(await other.json(), set);
    }
  });
});

test("the types are found by the package's entry, and refuse what is not there", async () => {
  mkdirSync(FOLDER, { recursive: true });
  const code = `
    import { startSimulator, type Contract, type Simulator } from "landerpay/simulator";
    const amazon: Simulator = await startSimulator({ scenario: { login: "auto" }, panel: true });
    amazon.set({ expires: 60, "wallet-error": undefined });
    const contracts: Contract[] = amazon.contracts;
    const { account, by }: { account: string; by: string } = await amazon.waitFor("sign-in");
    // @ts-expect-error
    amazon.set({ login: "maybe" });
    // @ts-expect-error
    amazon.set({ logn: "auto" });
    // @ts-expect-error
    amazon.waitFor("signin");
    // @ts-expect-error
    amazon.contracts = [];
    console.log(contracts, account, by);
  `;
  writeFileSync(join(FOLDER, "consumer.mts"), code);
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const options = ["--ignoreConfig", "--noEmit", "--strict", "--module", "nodenext"];
  await run(process.execPath, [tsc, ...options, "--types", "", "consumer.mts"]);
});
