// npm test: everything.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkFormat, lint, runTests, testRust } from "./check.mjs";
import { setupTest } from "./setup.mjs";
import { checkSize } from "./size.mjs";
import { buildDemo } from "./start.mjs";
import { Failure, filesIn, main, ROOT, run, step, TARGET, times, WASM_PACK } from "./tools.mjs";

const WORKSPACE = ["--workspace", "--all-features"];

async function test() {
  const browser = await setupTest();
  await checkFormat();
  await lint(WORKSPACE);
  await testRust(WORKSPACE);
  await testInBrowser(browser);
  await buildDemo();
  await step("Size", checkSize);
  await testSimulator(browser);
  await runTests("Tests of the documentation", ["node", "--test", ...testsIn("docs")]);
  await testPages(browser);
}

async function testInBrowser({ CHROMIUM, CHROMEDRIVER }) {
  need("tests/web/main.rs");
  const webdriver = JSON.parse(readFileSync(join(ROOT, "webdriver.json"), "utf8"));
  webdriver["goog:chromeOptions"].binary = CHROMIUM;
  const file = join(TARGET, "webdriver.json");
  mkdirSync(TARGET, { recursive: true });
  writeFileSync(file, JSON.stringify(webdriver));
  const chrome = ["--headless", "--chrome", "--chromedriver", CHROMEDRIVER];
  const cargo = ["--", "--features", "npm", "--test", "web"];
  const command = [WASM_PACK.path, "test", ...chrome, "--mode", "no-install", ...cargo];
  const env = { WASM_BINDGEN_TEST_WEBDRIVER_JSON: file };
  for (let tries = 3; ; tries -= 1) {
    try {
      return await runTests("Tests in the browser", command, env);
    } catch (error) {
      if (tries === 1 || !STALLED.test(error.output)) throw error;
      console.log("  The test runner's server stalled before the first test: once more.");
    }
  }
}

// wasm-bindgen's server now and then stops answering when a page asks for several modules at once.
const STALLED = /Loading scripts\.\.\.Failed to detect test as having been run/;

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
