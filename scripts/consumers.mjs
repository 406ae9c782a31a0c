// The package as its users get it: packed, unpacked into projects, and built there by their bundlers.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, pack } from "./build.mjs";
import { DIST, filesIn, main, once, ROOT, run, TARGET, whenChanged } from "./tools.mjs";

const SOURCES = join(ROOT, "tests", "consumers");
const EXAMPLES = ["react", "vue"].map((name) => join(ROOT, "examples", name));
const MADE = ["node_modules", "dist"];

/** Where they are built; landerpay.tgz, what was packed, is there too. */
export const CONSUMERS = join(TARGET, "consumers");

export const buildConsumers = once(async () => {
  await build();
  const inputs = [
    ...[join(ROOT, "package.json"), import.meta.filename],
    ...[DIST, join(ROOT, "www", "simulator"), SOURCES].flatMap((folder) => filesIn(folder)),
    ...EXAMPLES.flatMap((folder) => filesIn(folder, MADE)),
    join(ROOT, "examples", "vite", "src", "style.css"),
  ];
  await whenChanged("consumers", inputs, [join(CONSUMERS, "vue", "index.html")], async () => {
    rmSync(CONSUMERS, { recursive: true, force: true });
    // A package of another name: inside our own, "landerpay" would be its sources.
    cpSync(SOURCES, CONSUMERS, { recursive: true });
    await pack(CONSUMERS);
    await install(CONSUMERS);
    await bundle();
    await writeOptions();
    for (const folder of EXAMPLES) await buildExample(folder);
  });
});

// As npm does, but without asking for the packages that are here already.
async function install(folder) {
  const place = join(folder, "node_modules", "landerpay");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const archive = join(CONSUMERS, "landerpay.tgz");
  await run("Unpacking it", ["tar", "-xzf", archive, "-C", place, "--strip-components=1"]);
}

async function bundle() {
  const page = join(CONSUMERS, "page");
  const out = (name) => join(CONSUMERS, name);
  const vite = ["--base=./", `--outDir=${out("vite")}`, "--logLevel=warn"];
  await run("Bundling with Vite", ["vite", "build", page, ...vite]);
  // webpack's own program is a package of its own; here is what it would be told.
  const script = `
    import webpack from "webpack";
    webpack({
      mode: "production",
      context: ${JSON.stringify(page)},
      entry: "./main.js",
      output: { path: ${JSON.stringify(out("webpack"))}, filename: "main.js" },
    }, (error, stats) => {
      if (error || stats.hasErrors() || stats.hasWarnings()) {
        console.error(error ?? stats.toString());
        process.exitCode = 1;
      }
    });`;
  await run("Bundling with webpack", ["node", "--input-type=module", "--eval", script]);
  const esbuild = ["--bundle", "--format=esm", "--minify", "--log-level=warning"];
  const entry = join(page, "main.js");
  await run("Bundling with esbuild", ["esbuild", entry, ...esbuild, `--outdir=${out("esbuild")}`]);
  // esbuild leaves `new URL(…, import.meta.url)` as it is, so the file has to lie there.
  const wasm = join("node_modules", "landerpay", "dist", "landerpay.wasm");
  cpSync(join(CONSUMERS, wasm), join(out("esbuild"), "landerpay.wasm"));
  const html = readFileSync(join(page, "index.html"), "utf8");
  for (const name of ["webpack", "esbuild"]) writeFileSync(join(out(name), "index.html"), html);
  // No bundler at all: the package's own files, found by an import map.
  cpSync(page, out("plain"), { recursive: true });
  cpSync(join(CONSUMERS, "node_modules", "landerpay", "dist"), join(out("plain"), "landerpay"), {
    recursive: true,
  });
  const map =
    '<script type="importmap">{ "imports": { "landerpay": "./landerpay/index.js" } }</script>';
  writeFileSync(join(out("plain"), "index.html"), html.replace("<script", `${map}\n    <script`));
}

// The rules of the options, as a program for tsc.
async function writeOptions() {
  const program = await run("Writing options of every kind", [
    ...["cargo", "run", "--quiet", "--package", "landerpay", "--example", "options"],
  ]);
  writeFileSync(join(CONSUMERS, "types", "options.ts"), program);
}

async function buildExample(folder) {
  const name = folder.slice(join(ROOT, "examples").length + 1);
  const title = `examples/${name}`;
  await install(folder);
  await run(`Checking the types of ${title}`, ["tsc", "--noEmit", "--project", folder]);
  const build = ["vite", "build", folder, "--logLevel=warn", "--emptyOutDir"];
  await run(`Building ${title}`, [...build, `--outDir=${join(CONSUMERS, name)}`]);
  if (name !== "react") return;
  // Only React's development build mounts everything twice in its StrictMode.
  const strict = [...build, `--outDir=${join(CONSUMERS, "react-strict")}`];
  await run(`Building ${title} for development`, strict, { env: { NODE_ENV: "development" } });
  const server = ["--bundle", "--platform=node", "--format=esm", "--packages=external"];
  const component = join(folder, "src", "App.tsx");
  const outfile = `--outfile=${join(CONSUMERS, "server", "app.js")}`;
  await run(`Building ${title} for a server`, ["esbuild", component, ...server, outfile]);
}

main(import.meta, buildConsumers);
