// From what cargo built to dist/landerpay.wasm and its glue: wasm-bindgen, wasm-opt, short names.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { rename, simplify, usedExports } from "./glue.mjs";
import { DIST, Failure, ROOT, run, TARGET, WASM_BINDGEN, whenChanged } from "./tools.mjs";

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

// Measured with brotli: 2.5 % less than -Oz alone. What is not inlined repeats itself more.
const SMALLEST = [
  "--always-inline-max-function-size=3",
  "--one-caller-inline-max-function-size=20",
  // The stack begins there, and would have to be full.
  "--low-memory-unused",
  "-Oz",
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  "-Oz",
  "--gufa",
  "-Oz",
  "--strip-debug",
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
    const flags = ["--no-typescript", "--remove-producers-section"];
    const bindgen = [WASM_BINDGEN.path, "--target", "web", "--out-dir", GLUE, ...flags, input];
    await run("Writing the glue", bindgen);

    const glue = simplify(readFileSync(SCRIPT, "utf8"));
    await trim(usedExports(glue));
    mkdirSync(DIST, { recursive: true });
    const optimize = ["wasm-opt", ...FEATURES, ...SMALLEST, SHORT_NAMES, RAW, "-o", MODULE];
    const names = JSON.parse(await run("Shrinking the module", optimize));
    const module = new WebAssembly.Module(readFileSync(MODULE));
    const [{ module: imported }] = WebAssembly.Module.imports(module);
    writeFileSync(SCRIPT, rename(glue, names, imported, relative(GLUE, ROOT)));
  });
}

// Where panics end.
const PANICS =
  /^core::panicking::|^alloc::alloc::handle_alloc_error$|^alloc::raw_vec::(?:capacity_overflow|handle_error)$/;

// The formatting of the numbers in their messages. All of it, as long as nothing else formats.
const FORMATTING = /\bcore::fmt::/;
const NUMBERS = [
  "<core::fmt::Formatter>::pad_integral",
  "<core::fmt::Formatter>::pad_integral::write_prefix",
  "<u32 as core::fmt::Display>::fmt",
].join();

// The paths of sources in panic messages, as build.mjs has shortened them, the messages, and the
// digits for their numbers.
const MESSAGES =
  /\/(?:rustc\/[0-9a-f]{40}|crates)\/[\w./-]+\.rs|memory allocation of | bytes failed|capacity overflow|Tried to shrink to a larger capacity|000102(?:\d\d){94}979899/g;

/** Drops exports that nobody uses, and what a panic would say: ours traps at once. */
async function trim(keep) {
  const { default: binaryen } = await import("binaryen");
  const text = readFileSync(RAW, "latin1").replaceAll(MESSAGES, ({ length }) =>
    "\0".repeat(length),
  );
  const bytes = Buffer.from(text, "latin1");
  const module = binaryen.readBinary(bytes);
  for (const { name } of WebAssembly.Module.exports(new WebAssembly.Module(bytes))) {
    if (!keep.has(name)) module.removeExport(name);
  }
  silencePanics(binaryen, module);
  writeFileSync(RAW, module.emitBinary());
  module.dispose();
}

function silencePanics(binaryen, module) {
  const formatting = [];
  for (let place = 0; place < module.getNumFunctions(); place++) {
    const func = module.getFunctionByIndex(place);
    const name = binaryen.getFunctionInfo(func).name.replaceAll(/\[[0-9a-f]{16}\]/g, "");
    if (FORMATTING.test(name)) formatting.push(name);
    else if (!PANICS.test(name)) continue;
    binaryen.Function.setBody(func, module.unreachable());
  }
  if (formatting.sort().join() === NUMBERS) return;
  throw new Failure(
    `The module formats with ${formatting.join(", ")}. Take it out of src/ (\`format!\`, ` +
      "`to_string`, `write!`), or, after a new Rust, see that only panics call it and adapt the list.",
  );
}
