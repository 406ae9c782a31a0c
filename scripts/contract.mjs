// node scripts/contract.mjs [address] [seed [examples]]: whether a backend, by default the demo's, keeps to
// backend/openapi.json, by requests that schemathesis makes up from it. The rules are those of
// tests/contract/checks.py.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startServers } from "./servers.mjs";
import { setupSchemathesis } from "./setup.mjs";
import { buildDemo } from "./start.mjs";
import { Failure, main, ROOT, run, SCHEMATHESIS, TARGET } from "./tools.mjs";

// The same requests in each run of the tests. Others: by another seed.
const SEED = 20261122;
/** How many are made up for each address, besides those at its edges. */
const EXAMPLES = 300;

const CHECKS = [
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
  "response_headers_conformance",
  "unsupported_method",
  "allow_header_conformance",
  "missing_required_header",
  // In place of schemathesis' own two, which know neither that every scalar is taken as its text nor
  // that names are compared without regard to case.
  "the_contract_decides",
];

// All that others have to serve.
const IMPORTS = "^/amazon-pay/import-(order|upsale)$";

/** Asks the demo's backend. */
export async function testContract(seed = SEED, examples = EXAMPLES) {
  await setupSchemathesis();
  const servers = await startServers();
  try {
    const again = `node scripts/contract.mjs ${seed} ${examples}`;
    await ask(servers.shop, seed, examples, { again, token: await signIn(servers) });
  } finally {
    await servers.stop();
  }
}

/** The token of somebody who has signed in at the simulator. */
async function signIn({ shop, simulator }) {
  const page = await (await fetch(`${shop}/one-time.html`)).text();
  const query = new URLSearchParams({
    client_id: /data-client-id="(.+?)"/.exec(page)[1],
    redirect_uri: shop,
    scope: "profile payments:widget",
    sandbox: "true",
  });
  const address = `${simulator}/with/login=auto/ap/oa?${query}`;
  const { headers } = await fetch(address, { redirect: "manual" });
  const back = new URL(headers.get("location"));
  return new URLSearchParams(back.hash.slice(1)).get("access_token");
}

async function ask(address, seed, examples, { again, token = "", paths }) {
  // It writes notes of its own where it is started.
  const cwd = join(TARGET, "contract");
  mkdirSync(cwd, { recursive: true });
  const command = [
    ...[SCHEMATHESIS.path, "--no-color", "run", join(ROOT, "backend", "openapi.json")],
    ...["--url", address, "--checks", CHECKS.join()],
    ...["--phases", "examples,coverage,fuzzing", "--continue-on-failure", "--no-shrink"],
    ...["--seed", `${seed}`, "--max-examples", `${examples}`, "--generation-database", "none"],
    ...(paths ? ["--include-path-regex", paths] : []),
    // A machine that is busy elsewhere has not failed.
    ...["--suppress-health-check", "all", "--request-timeout", "30"],
  ];
  const output = await run(`The backend's contract, seed ${seed}`, command, {
    cwd,
    env: {
      SCHEMATHESIS_HOOKS: "checks",
      CONTRACT_TOKEN: token,
      PYTHONPATH: join(ROOT, "tests", "contract"),
      PYTHONDONTWRITEBYTECODE: "1",
    },
    advice: `Mend what is printed above; the same again: ${again}`,
  });
  const [, requests = "0"] = /^ +(\d+) generated/m.exec(output) ?? [];
  if (Number(requests) < examples) throw new Failure(`Only ${requests} requests were made up.`);
  console.log(`  ${requests} requests`);
}

main(import.meta, async () => {
  const words = process.argv.slice(2);
  const address = words[0]?.startsWith("http") ? words.shift() : undefined;
  const numbers = words.map(Number);
  if (!numbers.every(Number.isInteger))
    throw new Failure("A seed and a number of examples, please.");
  if (!address) {
    await buildDemo();
    await testContract(...numbers);
    return;
  }
  const [seed = SEED, examples = EXAMPLES] = numbers;
  const again = `node scripts/contract.mjs ${address} ${seed} ${examples}`;
  await setupSchemathesis();
  await ask(address, seed, examples, { again, paths: IMPORTS });
});
