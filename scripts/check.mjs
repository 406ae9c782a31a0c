// npm run check: what can be said within seconds, for the loop of editing and looking.
import { setupBuild } from "./setup.mjs";
import { main, run, WASM } from "./tools.mjs";

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
  const wasm = ["cargo", "clippy", "--target", WASM, "--features", "npm", ...DENY];
  await run("Clippy on WebAssembly", wasm, CLIPPY);
}

/** @param {string[]} packages */
export async function testRust(packages) {
  await run("Rust tests", ["cargo", "test", "--quiet", ...packages], {
    advice: "Mend what is printed above.",
  });
}

async function check() {
  const packages = ["--package", "landerpay"];
  await setupBuild();
  await checkFormat();
  await lint(packages);
  await testRust(packages);
}

main(import.meta, check);
