// npm run build: dist/ from the Rust and JavaScript sources.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { setupBuild } from "./setup.mjs";
import { ask, DIST, filesIn, main, once, ROOT, run, WASM } from "./tools.mjs";
import { shrink } from "./wasm.mjs";

const TYPES = ["index.d.ts", "drop-in.d.ts"];
const INTEGRITY = "integrity.json";
const FILES = [...TYPES, "index.js", INTEGRITY, "landerpay.js", "landerpay.wasm", "words"];

const SMALLEST = [
  // Data behind a smaller stack than the default 1 MB has shorter addresses.
  ["-C", "link-arg=-zstack-size=65536"],
  // Measured with brotli: what branches have in common stands once.
  ["-C", "llvm-args=-hoist-common-insts=true -sink-common-insts=true"],
].flat();

export const build = once(async () => {
  await setupBuild();
  await shrink(await compile());
  await bundle();
  for (const name of TYPES) copyFileSync(join(ROOT, "npm", name), join(DIST, name));
  rmSync(join(DIST, "words"), { recursive: true, force: true });
  cpSync(join(ROOT, "npm", "words"), join(DIST, "words"), { recursive: true });
  for (const name of readdirSync(DIST)) {
    if (!FILES.includes(name)) rmSync(join(DIST, name), { recursive: true });
  }
  writeIntegrity();
});

/** Packs the package, as npm would publish it, into landerpay.tgz in a folder. */
export async function pack(folder) {
  const command = ["npm", "pack", "--json", `--pack-destination=${folder}`];
  const [{ filename }] = JSON.parse(await run("Packing the package", command));
  renameSync(join(folder, filename), join(folder, "landerpay.tgz"));
}

/** What a page may ask the browser to insist on: a hash for each script, by its path in `dist/`. */
function writeIntegrity() {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const scripts = filesIn(DIST).filter((path) => path.endsWith(".js"));
  const hashes = scripts.map((path) => {
    const hash = createHash("sha384").update(readFileSync(path)).digest("base64");
    return [relative(DIST, path).replaceAll(sep, "/"), `sha384-${hash}`];
  });
  const files = Object.fromEntries(hashes);
  writeFileSync(join(DIST, INTEGRITY), `${JSON.stringify({ version, files }, null, 2)}\n`);
}

async function compile() {
  const rustc = ask("rustc", "-vV");
  const host = /^host: (.+)$/m.exec(rustc)[1];
  await run("Fetching crates", ["cargo", "fetch", "--target", host, "--target", WASM]);
  const platform = ["--offline", "--filter-platform", WASM];
  const metadata = JSON.parse(ask("cargo", "metadata", "--format-version=1", ...platform));
  const flags = [...SMALLEST, ...shortPaths(metadata.packages, rustc)];
  const command = ["cargo", "build", "--profile", "wasm", "--target", WASM, "--features", "bare"];
  await run("Compiling to WebAssembly", command, {
    env: { CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") },
  });
  return join(metadata.target_directory, WASM, "wasm", "landerpay.wasm");
}

// Panic messages have the paths of their sources, which are no business of the buyer's.
function shortPaths(packages, rustc) {
  const folders = packages
    .filter(({ source }) => source)
    .map(({ manifest_path: path }) => dirname(dirname(path)));
  const sysroot = ask("rustc", "--print", "sysroot").trim();
  const commit = /^commit-hash: (.+)$/m.exec(rustc)[1];
  // The last match counts.
  return [
    [ROOT, "/landerpay"],
    ...[...new Set(folders)].map((folder) => [folder, "/crates"]),
    [join(sysroot, "lib", "rustlib", "src", "rust"), `/rustc/${commit}`],
  ].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
}

async function bundle() {
  const cargo = ["cargo", "run", "--quiet", "--example", "facts"];
  const widgets = await run("Reading the region table", cargo);
  const languages = "--external:./words/*";
  await bundleOne("npm/index.js", "index.js", ["--format=esm", languages], ["--module"]);
  const facts = {
    WIDGETS: widgets.trim(),
    UNAVAILABLE: JSON.stringify(await sentences("unavailable")),
  };
  const define = Object.entries(facts).map(([name, json]) => `--define:${name}=${json}`);
  await bundleOne("www/landerpay.js", "landerpay.js", ["--format=iife", ...define], []);
}

/** One sentence for the buyer in every language but English. */
async function sentences(key) {
  const files = filesIn(join(ROOT, "npm", "words"));
  const languages = files.map(async (path) => {
    const { default: words } = await import(pathToFileURL(path));
    return [basename(path, ".js"), words[key]];
  });
  return Object.fromEntries(await Promise.all(languages));
}

// What a checkout holds of the page (src/js/talk.js), by names that nothing else has.
const INTERNAL = "face|handlers|low|others|parts|resumed|timers|waiting";

// esbuild finds the parts; terser makes 6 % less of them.
async function bundleOne(source, name, format, kind) {
  const output = join(DIST, name);
  const target = ["--bundle", "--target=es2022", "--legal-comments=none", ...format];
  const bundle = ["esbuild", ...target, join(ROOT, source), `--outfile=${output}`];
  await run(`Bundling ${name}`, bundle);
  const compress = ["-c", "passes=3,inline=1,unsafe_arrows=true"];
  const mangle = ["-m", "--mangle-props", `regex=/^(${INTERNAL})$/`];
  const options = [...kind, "--ecma=2022", ...compress, ...mangle];
  await run(`Minifying ${name}`, ["terser", output, ...options, "-o", output]);
}

main(import.meta, async () => {
  await build();
  const { version, files } = JSON.parse(readFileSync(join(DIST, INTEGRITY), "utf8"));
  console.log(`\nLanderPay ${version} stands in dist/. Host it in a folder of its own:\n`);
  console.log(`  <script async src="/landerpay/${version}/landerpay.js"`);
  console.log(`    integrity="${files["landerpay.js"]}" …></script>\n`);
  console.log(`The hashes of the other scripts are in dist/${INTEGRITY}.`);
});
