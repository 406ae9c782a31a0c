// npm run check: what can be said within seconds, for the loop of editing and looking.
import { setupBuild } from "./setup.mjs";
import { Failure, main, run, WASM } from "./tools.mjs";

const FORMAT = { advice: "Mend it with `npm run format`." };
const CLIPPY = { advice: "Mend what is printed above." };
const DENY = ["--", "-D", "warnings"];

/** Whether the sources are written as all the others are. */
export async function checkFormat() {
  await run("Rust format", ["cargo", "fmt", "--all", "--check"], FORMAT);
  const biome = ["biome", "ci", "--error-on-warnings", "--colors=off"];
  await run("JavaScript format and lint", biome, {
    advice: "Mend it with `npm run format`; what it leaves needs a hand.",
  });
}

/** @param {string[]} packages which of the workspace, natively */
export async function lint(packages) {
  const native = ["cargo", "clippy", ...packages, "--all-targets", ...DENY];
  await run("Clippy", native, CLIPPY);
  // With std for those who build on it, without for dist/.
  for (const feature of ["npm", "bare"]) {
    const wasm = ["cargo", "clippy", "--target", WASM, "--features", feature, ...DENY];
    await run(`Clippy on WebAssembly (${feature})`, wasm, CLIPPY);
  }
}

/**
 * @param {string[]} packages
 * @param {Record<string, string>} [env]
 */
export async function testRust(packages, env) {
  await runTests("Rust tests", ["cargo", "test", ...packages], env);
}

/** Runs tests of cargo, wasm-pack or Node, and says how many passed: none is a failure. */
export async function runTests(title, command, env = {}) {
  const output = await run(title, command, { env, advice: "Mend what is printed above." });
  const counts = output.matchAll(/^test result: ok\. (\d+) passed|^(?:#|ℹ) pass (\d+)$/gm);
  const passed = [...counts].reduce((sum, [, rust, node]) => sum + Number(rust ?? node), 0);
  if (passed === 0) throw new Failure(`${title}: no test has run. Look at ${command.join(" ")}.`);
  console.log(`  ${passed} passed`);
}

async function check() {
  const packages = ["--package", "landerpay"];
  await setupBuild();
  await checkFormat();
  await lint(packages);
  await testRust(packages);
}

main(import.meta, check);
