// The documentation as its tests see it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf } from "../../scripts/docs/blocks.mjs";
import { readHeader } from "../../scripts/docs/policies.mjs";
import { ROOT } from "../../scripts/tools.mjs";

/** The pages' sources, below the repository. */
export const SOURCES = readdirSync(join(ROOT, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);

export const read = (file) => readFileSync(join(ROOT, file), "utf8");

// tests/simulator/documented.test.js runs all blocks of these.
const ELSEWHERE = ["docs/testing.md"];

/** Every code block of the documentation. */
export const BLOCKS = SOURCES.filter((file) => !ELSEWHERE.includes(file)).flatMap((file) =>
  blocksOf(file, read(file)),
);

/** The one that a test is called after. */
export function blockOf(check) {
  const found = BLOCKS.filter((block) => block.check === check);
  if (found.length !== 1) throw new Error(`${found.length} blocks have check=${check}.`);
  return found[0];
}

/** The whole page at an address, in one file of the documentation. */
export function pageOf(file, at) {
  const found = BLOCKS.find((block) => block.file === file && block.at === at);
  if (!found) throw new Error(`${file} has no page for ${at}.`);
  return found;
}

/** The content security policy of a region, by directive. */
export function documentedHeader(region, environment) {
  const isIt = (block) => block.region === region && block.environment === environment;
  return readHeader(BLOCKS.find((block) => block.check === "policy" && isIt(block)).text);
}

/** The same for all pages of the simulator: with `default-src 'none'`, and with it in place of Amazon's hosts. */
export function documentedPolicy(amazon) {
  const here = (source) => (source.startsWith("https:") ? amazon : source);
  const directives = Object.entries(documentedHeader("us", "sandbox"));
  return {
    "default-src": "'none'",
    ...Object.fromEntries(
      directives.map(([name, sources]) => [name, [...new Set(sources.map(here))].join(" ")]),
    ),
  };
}

/** A policy as a header says it. */
export const headerOf = (policy) => ({
  "content-security-policy": Object.entries(policy)
    .map((directive) => directive.join(" "))
    .join("; "),
});
