// npm run size: what a page loads of ours, against its budget.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, Failure, main, ROOT } from "./tools.mjs";

const LOADER = 2048;
const PAGE = 36_000;
const PAGE_FILES = ["landerpay.js", "index.js", "landerpay.wasm"];
const PRIVATE = ["/root/", "/home/", "/Users/", ".cargo/registry", ROOT];

export async function checkSize() {
  const files = readdirSync(DIST, { withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = new Map(files.map(({ name }) => [name, measure(name)]));
  const missing = PAGE_FILES.filter((name) => !sizes.has(name));
  if (missing.length > 0)
    throw new Failure(`dist has no ${missing.join()}: run \`npm run build\`.`);

  print(["dist/", "raw", "brotli"]);
  for (const [name, { raw, brotli }] of sizes) print([name, raw, brotli]);
  const page = PAGE_FILES.reduce((sum, name) => sum + sizes.get(name).brotli, 0);
  const over = [
    ...judge("the loader", sizes.get("landerpay.js").brotli, LOADER),
    ...judge("all that a page loads", page, PAGE),
  ];
  if (over.length > 0) throw new Failure(`Over the size budget: ${over.join("; ")}.`);
}

function measure(name) {
  const bytes = readFileSync(join(DIST, name));
  const text = bytes.toString("latin1");
  const found = PRIVATE.find((path) => text.includes(path));
  if (found) {
    throw new Failure(`dist/${name} contains the path ${found}: mend \`shortPaths\` in build.mjs.`);
  }
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 22,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return { raw: bytes.length, brotli: brotliCompressSync(bytes, { params }).length };
}

function judge(what, size, budget) {
  const room = budget - size;
  console.log(
    `${what}: ${size} of ${budget} bytes, ${room < 0 ? "over by" : "room"} ${Math.abs(room)}`,
  );
  return room < 0 ? [`${what} by ${-room} bytes`] : [];
}

function print([name, raw, brotli]) {
  console.log(`${name.padEnd(16)}${String(raw).padStart(8)}${String(brotli).padStart(8)}`);
}

main(import.meta, checkSize);
