// From what cargo built to dist/landerpay.wasm and its glue: wasm-bindgen, wasm-opt, short names.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rename, simplify, usedExports } from "./glue.mjs";
import { DIST, ROOT, run, TARGET, WASM_BINDGEN, whenChanged } from "./tools.mjs";

const GLUE = join(TARGET, "landerpay");
const SCRIPT = join(GLUE, "landerpay.js");
const RAW = join(GLUE, "landerpay_bg.wasm");
const MODULE = join(DIST, "landerpay.wasm");

// Every browser with reference types has them all.
const FEATURES = [
  "--enable-bulk-memory",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
];

// Measured with brotli. Inlining less leaves more repetition to it (2.5 %).
const SMALLEST = [
  "--one-caller-inline-max-function-size=25",
  // The stack begins there, and would have to be full.
  "--low-memory-unused",
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  "--strip-producers",
  "--strip-target-features",
];

const SHORT_NAMES = "--minify-imports-and-exports-and-modules";

/** @param {string} input the .wasm file as cargo built it */
export async function shrink(input) {
  const tools = ["Cargo.lock", "package-lock.json", "scripts/glue.mjs", "scripts/wasm.mjs"];
  const inputs = [input, ...tools.map((path) => join(ROOT, path))];
  await whenChanged("wasm", inputs, [SCRIPT, MODULE], async () => {
    rmSync(GLUE, { recursive: true, force: true });
    const flags = ["--no-typescript", "--remove-name-section", "--remove-producers-section"];
    const bindgen = [WASM_BINDGEN.path, "--target", "web", "--out-dir", GLUE, ...flags, input];
    await run("Writing the glue", bindgen);

    const glue = simplify(readFileSync(SCRIPT, "utf8"));
    await dropExports(usedExports(glue));
    mkdirSync(DIST, { recursive: true });
    const optimize = ["wasm-opt", ...FEATURES, ...SMALLEST, SHORT_NAMES, RAW, "-o", MODULE];
    const names = JSON.parse(await run("Shrinking the module", optimize));
    const module = new WebAssembly.Module(readFileSync(MODULE));
    const [{ module: imported }] = WebAssembly.Module.imports(module);
    writeFileSync(SCRIPT, rename(glue, names, imported));
  });
}

async function dropExports(keep) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(readFileSync(RAW));
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(RAW)))) {
    if (!keep.has(name)) module.removeExport(name);
  }
  writeFileSync(RAW, module.emitBinary());
  module.dispose();
}
