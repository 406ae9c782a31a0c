// What building and testing need: installed where it is missing, in no time where it is not.
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  ask,
  Failure,
  find,
  GECKODRIVER,
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

const FIREFOX = [
  "firefox-esr",
  "firefox",
  // macOS: not on PATH.
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];

const INSTALL = ["apt-get", "install", "--yes", "--no-install-recommends"];
const UPDATE = ["Updating the package lists", ["apt-get", "update"]];
const UNATTENDED = { env: { DEBIAN_FRONTEND: "noninteractive" } };

export const setupBuild = once(async () => {
  checkNode();
  await setupRust();
  await setupNpm();
  await setupCrate(WASM_BINDGEN, []);
});

/**
 * @returns {Promise<{ POSTGRES_BIN: string, PHP: string, CHROMIUM: string, CHROMEDRIVER: string,
 *   FIREFOX?: string, GECKODRIVER?: string }>} as environment variables; without Firefox where there is none
 */
export const setupTest = once(async () => {
  await setupBuild();
  await setupCrate(WASM_PACK, ["--locked"]);
  const servers = { ...(await setupPostgres()), ...(await setupPhp()) };
  return { ...servers, ...(await setupBrowser()), ...(await setupFirefox()) };
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

// The programs of a server only: each test binary runs one of its own.
async function setupPostgres() {
  let folder = findPostgres();
  if (!folder && mayInstall()) {
    await install("Installing PostgreSQL", ["postgresql"]);
    folder = findPostgres();
  }
  if (folder) return { POSTGRES_BIN: folder };
  throw new Failure(
    "The tests need PostgreSQL's initdb, postgres and psql. Install them (Debian: postgresql; " +
      "Fedora: postgresql-server; macOS: brew install postgresql), or set POSTGRES_BIN to the " +
      "folder where they are.",
  );
}

function findPostgres() {
  const given = process.env.POSTGRES_BIN;
  if (given && !hasPostgres(given)) {
    throw new Failure(`POSTGRES_BIN is ${given}, which lacks initdb, postgres or psql.`);
  }
  const onPath = find("initdb");
  const folders = [onPath && dirname(realpathSync(onPath)), ...packagedPostgres()];
  return given || folders.find((folder) => folder && hasPostgres(folder));
}

/** The newest first. */
function packagedPostgres() {
  return ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
    .filter((place) => existsSync(place))
    .flatMap((place) => readdirSync(place).map((name) => join(place, name, "bin")))
    .sort((a, b) => b.localeCompare(a, undefined, { numeric: true }));
}

function hasPostgres(folder) {
  return ["initdb", "postgres", "psql"].every((name) => isProgram(join(folder, name)));
}

async function setupBrowser() {
  let browser = findBrowser();
  if (!browser && mayInstall()) {
    await install("Installing Chromium and chromedriver", ["chromium", "chromium-driver"]);
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
  const chromium = givenProgram("CHROMIUM") ?? find(...CHROMIUM);
  const chromedriver = givenProgram("CHROMEDRIVER") ?? find("chromedriver");
  if (chromium && chromedriver) return { CHROMIUM: chromium, CHROMEDRIVER: chromedriver };
}

function givenProgram(name) {
  const path = process.env[name];
  if (path && !isProgram(path)) throw new Failure(`${name} is ${path}, which is not a program.`);
  return path || undefined;
}

const mayInstall = () => find("apt-get") && process.getuid() === 0;

async function install(title, packages) {
  if (ask(...INSTALL, "--simulate", ...packages) === undefined) await run(...UPDATE);
  await run(title, [...INSTALL, ...packages], UNATTENDED);
}

// The second engine: where it cannot be had, the tests go on without it.
async function setupFirefox() {
  if (!findFirefox() && mayInstall()) await installFirefox();
  const firefox = findFirefox();
  if (!firefox) {
    console.log(
      "No Firefox, and no way to install it here: its tests are left out. Install it (Debian: " +
        "firefox-esr; macOS: brew install --cask firefox), or set FIREFOX to where it is.",
    );
    return {};
  }
  const given = givenProgram("GECKODRIVER");
  if (!given) await setupCrate(GECKODRIVER, ["--locked"]);
  return { FIREFOX: firefox, GECKODRIVER: given ?? GECKODRIVER.path };
}

function findFirefox() {
  return givenProgram("FIREFOX") ?? find(...FIREFOX.filter((name) => !isSnap(find(name))));
}

// Ubuntu's Firefox cannot read the profile that the driver makes for it.
function isSnap(path) {
  return path !== undefined && readFileSync(path).subarray(0, 4096).includes("/snap/");
}

async function installFirefox() {
  try {
    await install("Installing Firefox", ["firefox-esr"]);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}

// For the backend of one file in examples/php.
async function setupPhp() {
  if (!findPhp() && mayInstall()) {
    await install("Installing PHP", ["php-cli", "php-curl", "php-sqlite3"]);
  }
  const php = findPhp();
  if (php) return { PHP: php };
  throw new Failure(
    "The tests need PHP 8.1 or newer with curl and pdo_sqlite. Install it (Debian: php-cli php-curl " +
      "php-sqlite3; Fedora: php-cli php-pdo; macOS: brew install php), or set PHP to where it is.",
  );
}

function findPhp() {
  const php = givenProgram("PHP") ?? find("php");
  const isFit = `exit(PHP_VERSION_ID >= 80100 && extension_loaded("curl")
    && extension_loaded("pdo_sqlite") ? 0 : 1);`;
  return php && ask(php, "-r", isFit) !== undefined ? php : undefined;
}

main(import.meta, async () => {
  await setupTest();
  console.log("Everything is there. Next: npm start, or npm test.");
});
