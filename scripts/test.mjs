// npm test: everything.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkFormat, lint, runTests, testRust } from "./check.mjs";
import { buildConsumers } from "./consumers.mjs";
import { setupTest } from "./setup.mjs";
import { checkSize } from "./size.mjs";
import { buildDemo } from "./start.mjs";
import {
  Failure,
  filesIn,
  main,
  ROOT,
  run,
  step,
  TARGET,
  times,
  WASM,
  WASM_PACK,
} from "./tools.mjs";

const WORKSPACE = ["--workspace", "--all-features"];

async function test() {
  const { POSTGRES_BIN, ...browser } = await setupTest();
  await checkFormat();
  await lint(WORKSPACE);
  await testRust(WORKSPACE, { POSTGRES_BIN });
  await checkCrate();
  await testInBrowser(browser);
  await buildDemo();
  await buildConsumers();
  await step("Size", checkSize);
  await testSimulator(browser);
  await runTests("Tests of the backend in PHP", ["node", "--test", ...testsIn("php")], browser);
  await runTests("Tests of the documentation", ["node", "--test", ...testsIn("docs")]);
  await testPages(browser);
  await testInFirefox(browser);
}

// What would be published builds alone, natively and as docs.rs and users of the module do.
async function checkCrate() {
  const crate = ["--offline", "--package", "landerpay"];
  const wasm = ["--target", WASM, "--features", "npm"];
  const pack = ["cargo", "package", "--allow-dirty", ...crate];
  await run("Packing the crate", pack);
  await run("Packing the crate for WebAssembly", [...pack, ...wasm]);
  const doc = ["cargo", "doc", "--no-deps", ...crate, ...wasm];
  await run("Documenting the crate", doc, { env: { RUSTDOCFLAGS: "-D warnings" } });
}

/** The boundary between Rust and JavaScript, in each engine that is there. */
async function testInBrowser({ CHROMIUM, CHROMEDRIVER, FIREFOX, GECKODRIVER }) {
  need("tests/web/main.rs");
  const { "goog:chromeOptions": chrome, ...common } = JSON.parse(
    readFileSync(join(ROOT, "webdriver.json"), "utf8"),
  );
  await testWeb("Tests in the browser", ["--chrome", "--chromedriver", CHROMEDRIVER], {
    ...common,
    "goog:chromeOptions": { ...chrome, binary: CHROMIUM },
  });
  if (!FIREFOX) return;
  await testWeb("Tests in Firefox", ["--firefox", "--geckodriver", GECKODRIVER], {
    ...common,
    "moz:firefoxOptions": { binary: FIREFOX, prefs: ONE_BY_ONE },
  });
}

// wasm-bindgen's server stalls over the connections that Firefox opens ahead.
const ONE_BY_ONE = {
  "network.http.speculative-parallel-limit": 0,
  "network.http.max-persistent-connections-per-server": 1,
};

async function testWeb(title, browser, capabilities) {
  const file = join(TARGET, "webdriver.json");
  mkdirSync(TARGET, { recursive: true });
  writeFileSync(file, JSON.stringify(capabilities));
  const cargo = ["--", "--features", "npm", "--test", "web"];
  const flags = ["--headless", ...browser, "--mode", "no-install"];
  const command = [WASM_PACK.path, "test", ...flags, ...cargo];
  const env = { WASM_BINDGEN_TEST_WEBDRIVER_JSON: file };
  for (let tries = 3; ; tries -= 1) {
    try {
      return await runTests(title, command, env);
    } catch (error) {
      if (tries === 1 || !STALLED.test(error.output)) throw error;
      console.log("  The test runner's server stalled before the first test: once more.");
    }
  }
}

// wasm-bindgen's server now and then stops answering when a page asks for several modules at once.
const STALLED =
  /Loading scripts\.\.\.Failed to detect test as having been run|\/url request failed/;

async function testSimulator(env) {
  const tests = ["npm", "simulator"].flatMap(testsIn);
  await runTests("Tests of the simulator and the entry", ["node", "--test", ...tests], env);
}

/** The files of tests that Node runs. */
const testsIn = (name) =>
  filesIn(join(ROOT, "tests", name)).filter((path) => path.endsWith(".test.js"));

async function testPages(env) {
  need("playwright.config.js");
  await run("Tests of whole purchases", ["playwright", "test"], { env, stream: true });
}

async function testInFirefox(env) {
  if (!env.FIREFOX) return;
  const folder = join(ROOT, "tests", "firefox");
  const tests = filesIn(folder).filter((path) => path.endsWith(".test.js"));
  // One browser at a time: two are slower than one after the other.
  const node = ["node", "--test", "--test-concurrency=1", ...tests];
  await runTests("Purchases in Firefox", node, env);
}

function need(path) {
  if (existsSync(join(ROOT, path))) return;
  throw new Failure(`${path} is missing: bring it back, or take its step out of scripts/test.mjs.`);
}

function printTimes() {
  console.log();
  for (const { title, seconds, failed } of times) {
    console.log(`${seconds.toFixed(1).padStart(8)} s  ${title}${failed ? ": failed" : ""}`);
  }
}

main(import.meta, () => test().finally(printTimes));
