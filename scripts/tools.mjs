// What the scripts share: places, versions, and how a command is run.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url)).slice(0, -sep.length);
export const TARGET = join(ROOT, "target");
export const DIST = join(ROOT, "dist");
export const WASM = "wasm32-unknown-unknown";

const CACHE = resolve(
  process.env.LANDERPAY_TOOLS ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "landerpay"),
);
const CARGO_BIN = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");

/** The programs that setup.mjs installs with cargo, each into a folder of its own. */
export const WASM_BINDGEN = cached("wasm-bindgen-cli", "wasm-bindgen", lockedVersion());
export const WASM_PACK = cached("wasm-pack", "wasm-pack", "0.15.1");
export const GECKODRIVER = cached("geckodriver", "geckodriver", "0.37.1");

/** What pip installs for it, to the last digit. */
export const SCHEMATHESIS_PACKAGES = join(ROOT, "tests", "contract", "requirements.txt");
/** The program that setup.mjs installs with pip. */
export const SCHEMATHESIS = cached("schemathesis", "schemathesis", packageVersion());

function cached(crate, program, version) {
  const folder = join(CACHE, `${crate}-${version}`);
  return { crate, version, folder, path: join(folder, "bin", program) };
}

function packageVersion() {
  return /^schemathesis==(.+)$/m.exec(readFileSync(SCHEMATHESIS_PACKAGES, "utf8"))[1];
}

// The program and the crate must agree to the last digit.
function lockedVersion() {
  const lock = readFileSync(join(ROOT, "Cargo.lock"), "utf8");
  return /^name = "wasm-bindgen"\nversion = "(.+)"$/m.exec(lock)[1];
}

const PATH = [
  join(WASM_BINDGEN.folder, "bin"),
  join(WASM_PACK.folder, "bin"),
  join(ROOT, "node_modules", ".bin"),
  CARGO_BIN,
  process.env.PATH,
].join(delimiter);

const ENV = { ...process.env, PATH };

/** A sentence for the person who started the script. */
export class Failure extends Error {}

/** Runs `body` when the file of `meta` is the script that was started. */
export async function main(meta, body) {
  if (realpathSync(process.argv[1]) !== fileURLToPath(meta.url)) return;
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}`);
    process.exitCode = 1;
  }
}

/** The same promise on every call: nothing is set up twice in a run. */
export function once(body) {
  let promise;
  return () => {
    promise ??= body();
    return promise;
  };
}

/** The first of the programs (or absolute paths) that is there. */
export function find(...programs) {
  for (const program of programs) {
    for (const folder of PATH.split(delimiter)) {
      const path = resolve(folder, program);
      if (isProgram(path)) return path;
    }
  }
}

export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The output of a quick command, or undefined when it fails. */
export function ask(command, ...args) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: ROOT,
    env: ENV,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? stdout : undefined;
}

/** Where cargo puts what it builds; people configure that in several ways. */
export function cargoTarget() {
  const metadata = ask("cargo", "metadata", "--no-deps", "--format-version=1");
  if (!metadata) throw new Failure("cargo cannot read Cargo.toml: run `cargo metadata --no-deps`.");
  return JSON.parse(metadata).target_directory;
}

/** What `run` did, for a table at the end. */
export const times = [];

/**
 * Runs a command under one line with its title and the seconds it took. Its output appears only
 * when it fails, or at once when it is to be streamed.
 *
 * @param {string} title
 * @param {string[]} command the program and its arguments
 * @param {object} [options]
 * @param {Record<string, string>} [options.env] added to the environment
 * @param {string} [options.cwd] default: the repository
 * @param {boolean} [options.stream]
 * @param {string} [options.advice] what to do when it fails
 * @returns {Promise<string>} what it wrote to stdout, unless streamed
 */
export async function run(title, [program, ...args], options = {}) {
  const { env = {}, cwd = ROOT, stream = false, advice = "" } = options;
  const end = progress(title, stream);
  const child = spawn(program, args, {
    cwd,
    env: { ...ENV, ...env },
    stdio: ["ignore", stream ? "inherit" : "pipe", stream ? "inherit" : "pipe"],
  });
  const all = [];
  const out = [];
  child.stdout?.on("data", (chunk) => all.push(chunk) && out.push(chunk));
  child.stderr?.on("data", (chunk) => all.push(chunk));
  const problem = await new Promise((resolve) => {
    child.on("error", (error) => resolve(`could not be started (${error.message})`));
    child.on("close", (code, signal) => resolve(code === 0 ? "" : `failed (${signal ?? code})`));
  });
  end(problem !== "");
  if (!problem) return Buffer.concat(out).toString();
  const output = Buffer.concat(all);
  process.stdout.write(output);
  const failure = new Failure(`${title}: ${program} ${problem}. ${advice}`.trimEnd());
  throw Object.assign(failure, { output: output.toString() });
}

/** Runs `body` under a line of its own, as `run` does with commands. */
export async function step(title, body) {
  const end = progress(title, true);
  let failed = true;
  try {
    const result = await body();
    failed = false;
    return result;
  } finally {
    end(failed);
  }
}

function progress(title, stream) {
  const { stdout } = process;
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  const tick = () => stdout.write(stdout.isTTY ? `\r${title} … ${seconds().toFixed(0)} s` : ".");
  stdout.write(stream ? `${title}\n` : `${title} … `);
  const timer = stream ? undefined : setInterval(tick, stdout.isTTY ? 1000 : 15_000);
  return (failed) => {
    clearInterval(timer);
    times.push({ title, seconds: seconds(), failed });
    const text = `${failed ? "failed after " : ""}${seconds().toFixed(1)} s`;
    if (stream) stdout.write(`  ${title}: ${text}\n`);
    else stdout.write(stdout.isTTY ? `\r${title} … ${text}\n` : `${text}\n`);
  };
}

/** Every file below a folder, except in the folders to be left out. */
export function filesIn(folder, leaveOut = []) {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !leaveOut.includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path, leaveOut) : path;
    });
}

/**
 * Runs `body` unless `inputs` (files) are what they were when it last ran, and `outputs` (files) are
 * what it made then.
 */
export async function whenChanged(name, inputs, outputs, body) {
  const file = join(TARGET, "stamps", name);
  const stamp = () => `${digest(inputs)} ${digest(outputs)}`;
  if (read(file)?.toString() === stamp()) return;
  await body();
  mkdirSync(join(TARGET, "stamps"), { recursive: true });
  writeFileSync(file, stamp());
}

function digest(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = read(file);
    hash.update(`${file} ${content?.length}\n`).update(content ?? "");
  }
  return hash.digest("hex");
}

function read(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
}
