// What is packed: only the product, and in a shape that resolvers of all kinds understand.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { CONSUMERS } from "../../scripts/consumers.mjs";
import { ROOT } from "../../scripts/tools.mjs";

const TARBALL = join(CONSUMERS, "landerpay.tgz");
const LARGEST = 200_000;
const PRODUCT = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE-(APACHE|MIT))$/,
  /^dist\/(index\.js|index\.d\.ts|landerpay\.js|drop-in\.d\.ts|landerpay\.wasm|integrity\.json|words\/[a-z]+(\.d\.ts|\.js))$/,
  /^www\/simulator\/([a-z-]+\/)*[a-zA-Z-]+(\.js|\.d\.ts|\.css|\.md)$/,
];

const tarball = readFileSync(TARBALL);
const files = execFileSync("tar", ["-tzf", TARBALL], { encoding: "utf8" })
  .trim()
  .split("\n")
  .map((path) => path.replace(/^package\//, ""));
const manifest = JSON.parse(
  readFileSync(join(CONSUMERS, "node_modules", "landerpay", "package.json"), "utf8"),
);

test("the tarball is small, and has the product only", () => {
  assert.ok(tarball.length < LARGEST, `${tarball.length} of ${LARGEST} bytes`);
  const others = files.filter((path) => !PRODUCT.some((kind) => kind.test(path)));
  assert.deepEqual(others, []);
});

test("nothing is installed with it, and nothing runs when it is", () => {
  assert.equal(manifest.dependencies, undefined);
  for (const name of ["preinstall", "install", "postinstall", "prepare"]) {
    assert.equal(manifest.scripts[name], undefined);
  }
});

test("every export is in it", () => {
  const targets = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry));
  const all = Object.values(manifest.exports).flatMap(targets);
  for (const target of all) {
    const [head, tail] = target.replace(/^\.\//, "").split("*");
    const isThere = files.some((path) => path.startsWith(head) && path.endsWith(tail ?? ""));
    assert.ok(isThere, `${target} is not packed`);
    if (tail === undefined) assert.ok(files.includes(head), `${target} is not packed`);
  }
});

test("publint has nothing to say", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer.slice(0) } });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
});

test("the types are found and right however they are resolved", () => {
  const attw = join(ROOT, "node_modules", ".bin", "attw");
  // No CommonJS: `require` gets the module in every supported Node.
  const options = ["--profile", "esm-only", "--no-emoji", "--no-color", "--no-definitely-typed"];
  // The module is no JavaScript.
  const untyped = ["--exclude-entrypoints", "landerpay.wasm"];
  const command = [TARBALL, ...options, ...untyped];
  const { status, stdout, stderr } = spawnSync(attw, command, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
});
