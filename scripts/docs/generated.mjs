// What stands in the documentation between markers: tables made from the Rust source, the types, and the
// backend's contract.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, run } from "../tools.mjs";
import { readTypes, reference } from "./api.mjs";
import { contractParts } from "./contract.mjs";
import { headerBlock } from "./policies.mjs";

const TYPES = join(ROOT, "npm", "index.d.ts");

// What goes wrong where the module does not run is told by JavaScript.
export const WITHOUT_MODULE = [
  {
    code: "wasm_unavailable",
    audience: "network",
    sentence:
      "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.",
    meaning: "`landerpay.wasm` did not come, or may not run.",
    source: "npm/index.js",
  },
  {
    code: "module_crashed",
    audience: "developer",
    sentence:
      "Amazon Pay has stopped. Load this page again: an order on its way is found, and not placed twice.",
    meaning: "The module trapped. What is begun afterwards has a fresh one.",
    source: "src/js/talk.js",
  },
  {
    code: "module_unreachable",
    audience: "network",
    sentence: "LanderPay could not be loaded: try again.",
    meaning: "`index.js` did not come. The script tag's alone.",
    source: "www/landerpay.js",
  },
];

/** What the crate says about itself; see examples/facts.rs. */
export async function readFacts() {
  const cargo = ["cargo", "run", "--quiet", "--example", "facts", "--", "docs"];
  return JSON.parse(await run("Reading the tables in Rust", cargo));
}

/** @returns {Record<string, Record<string, string>>} by page and marker */
export function generatedParts(facts) {
  const source = readFileSync(TYPES, "utf8");
  return {
    "docs/events.md": { events: eventTable(facts.events, source) },
    "docs/errors.md": { errors: errorTable([...facts.errors, ...WITHOUT_MODULE]) },
    "docs/csp.md": { policies: policyList(facts.regions) },
    "docs/api.md": { reference: reference(source) },
    "docs/backend.md": contractParts(),
    "docs/backend-configure.md": { hosts: amazonHosts(facts.regions) },
    "docs/backend-deploy.md": {
      unit: fileBlock("ini check=systemd", "backend/landerpay-backend.service"),
      image: fileBlock("dockerfile check=container", "backend/Dockerfile"),
    },
  };
}

/** A whole file as a code block. */
function fileBlock(kind, path) {
  return `\`\`\`${kind}\n${readFileSync(join(ROOT, path), "utf8")}\`\`\``;
}

/** A page with its generated parts as they should be. */
export function fillPage(text, parts) {
  return Object.entries(parts).reduce((page, [name, part]) => {
    const between = new RegExp(`(<!-- generated: ${name} .*?-->\n).*?(<!-- end: ${name} -->)`, "s");
    if (!between.test(page)) throw new Failure(`A page has no place for "${name}".`);
    return page.replace(between, (_, begin, end) => `${begin}\n${part}\n\n${end}`);
  }, text);
}

/** Writes them. */
export async function writeGenerated() {
  for (const [file, parts] of Object.entries(generatedParts(await readFacts()))) {
    const path = join(ROOT, file);
    writeFileSync(path, fillPage(readFileSync(path, "utf8"), parts));
  }
}

function eventTable(events, source) {
  const { declarations, text } = readTypes(source);
  const { body } = declarations.find(({ id }) => id.name === "CheckoutEvents");
  const details = new Map(
    body.body.map(({ key, typeAnnotation }) => [
      key.name ?? key.value,
      text(typeAnnotation.typeAnnotation).replaceAll(/\s+/g, " "),
    ]),
  );
  const rows = events.map(({ name, meaning }) => {
    return `| \`${name}\` | ${detail(details.get(name))} | ${meaning} |`;
  });
  return ["| event | its detail | when |", "|---|---|---|", ...rows].join("\n");
}

function detail(type) {
  if (/^Record<string, never>$/.test(type)) return "`{}`";
  return /^\w+$/.test(type) ? `[\`${type}\`](api.md#${type.toLowerCase()})` : `\`${type}\``;
}

function errorTable(errors) {
  const rows = errors.map(
    ({ code, audience, sentence, meaning }) =>
      `| \`${code}\` | ${audience} | ${sentence} | ${meaning} |`,
  );
  return ["| code | audience | the sentence | what happened |", "|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function policyList(regions) {
  return regions
    .map((region) =>
      [
        `### Region ${region.name}`,
        "In the sandbox:",
        headerBlock(region, "sandbox"),
        "Live:",
        headerBlock(region, "live"),
      ].join("\n\n"),
    )
    .join("\n\n");
}

function amazonHosts(regions) {
  const rows = regions.map(({ name, live, sandbox }) => {
    const [ours, test] = [live, sandbox].map(({ profile }) => new URL(profile).origin);
    return `| \`${name}\` | \`${ours}\` | \`${test}\` |`;
  });
  return ["| region | live | sandbox |", "|---|---|---|", ...rows].join("\n");
}
