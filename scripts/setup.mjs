// What building and testing need: installed where it is missing, in no time where it is not.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ask,
  Failure,
  find,
  isProgram,
  main,
  once,
  ROOT,
  run,
  WASM,
  WASM_BINDGEN,
  WASM_PACK,
} from "./tools.mjs";

const CHROMIUM = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  // macOS: not on PATH.
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const setupBuild = once(async () => {
  checkNode();
  await setupRust();
  await setupNpm();
  await setupCrate(WASM_BINDGEN, []);
});

/** @returns {Promise<{ CHROMIUM: string, CHROMEDRIVER: string }>} as environment variables */
export const setupTest = once(async () => {
  await setupBuild();
  await setupCrate(WASM_PACK, ["--locked"]);
  return setupBrowser();
});

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(
    `Node 20.19 or newer is needed, this is ${process.version}: https://nodejs.org.`,
  );
}

async function setupRust() {
  if (!find("rustup") || !find("cargo")) {
    throw new Failure("rustup and cargo are needed: install them as https://rustup.rs says.");
  }
  if (!ask("rustup", "component", "list", "--installed")) {
    const install = ["rustup", "toolchain", "install", "stable", "--profile", "minimal"];
    await run("Installing Rust", install);
  }
  const installed = ask("rustup", "component", "list", "--installed") ?? "";
  for (const component of ["rustfmt", "clippy"]) {
    if (installed.includes(component)) continue;
    await run(`Installing ${component}`, ["rustup", "component", "add", component]);
  }
  if (!installed.includes(`rust-std-${WASM}`)) {
    await run(`Installing Rust for ${WASM}`, ["rustup", "target", "add", WASM]);
  }
  checkRust();
}

function checkRust() {
  const cargo = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
  const wanted = /^rust-version = "1\.(\d+)"$/m.exec(cargo)[1];
  const version = ask("rustc", "--version") ?? "";
  const minor = /^rustc 1\.(\d+)/.exec(version)?.[1];
  if (Number(minor) >= Number(wanted)) return;
  throw new Failure(`Rust 1.${wanted} or newer is needed: run \`rustup update stable\`.`);
}

async function setupNpm() {
  if (isNpmCurrent()) return;
  await run("Installing npm packages", ["npm", "ci", "--no-audit", "--no-fund"], {
    advice: "Check the connection to the npm registry.",
  });
}

// npm writes down what it has installed. Optional packages depend on the machine.
function isNpmCurrent() {
  const installed = readLock(join("node_modules", ".package-lock.json"));
  const wanted = Object.entries(readLock("package-lock.json") ?? {});
  return (
    installed !== undefined &&
    wanted.every(
      ([path, { version, optional }]) =>
        path === "" || optional || (installed[path]?.version === version && existsAtRoot(path)),
    )
  );
}

function readLock(path) {
  if (existsAtRoot(path)) return JSON.parse(readFileSync(join(ROOT, path), "utf8")).packages;
}

function existsAtRoot(path) {
  return existsSync(join(ROOT, path));
}

async function setupCrate({ crate, version, folder, path }, flags) {
  if (isProgram(path)) return;
  const command = ["cargo", "install", crate, "--version", version, "--root", folder, ...flags];
  await run(`Installing ${crate} ${version} (once, some minutes)`, command, {
    advice: `Its packages: a C compiler and the connection to crates.io.`,
  });
}

async function setupBrowser() {
  let browser = findBrowser();
  if (!browser && find("apt-get") && process.getuid() === 0) {
    await installBrowser();
    browser = findBrowser();
  }
  if (browser) return browser;
  throw new Failure(
    "The tests need Chromium and its chromedriver, of one version. Install them (Debian: chromium " +
      "chromium-driver; Fedora: chromium chromedriver; macOS: brew install --cask chromium " +
      "chromedriver), or set CHROMIUM and CHROMEDRIVER to where they are.",
  );
}

function findBrowser() {
  const chromium = given("CHROMIUM") ?? find(...CHROMIUM);
  const chromedriver = given("CHROMEDRIVER") ?? find("chromedriver");
  if (chromium && chromedriver) return { CHROMIUM: chromium, CHROMEDRIVER: chromedriver };
}

function given(name) {
  const path = process.env[name];
  if (path && !isProgram(path)) throw new Failure(`${name} is ${path}, which is not a program.`);
  return path || undefined;
}

async function installBrowser() {
  const install = ["apt-get", "install", "--yes", "--no-install-recommends"];
  const packages = ["chromium", "chromium-driver"];
  if (!ask(...install, "--simulate", ...packages)) {
    await run("Updating the package lists", ["apt-get", "update"]);
  }
  await run("Installing Chromium and chromedriver", [...install, ...packages], {
    env: { DEBIAN_FRONTEND: "noninteractive" },
  });
}

main(import.meta, async () => {
  await setupTest();
  console.log("Everything is there. Next: npm start, or npm test.");
});
