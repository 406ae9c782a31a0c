// npm run fuzz [-- cases seed target…]: the property tests with many cases, in rounds. A round that
// fails is run again alone by its number of cases, its seed and its target.
import { runTests } from "./check.mjs";
import { Failure, main, run } from "./tools.mjs";

const CASES = 1_000_000;
const ROUND = 100_000;

const cargo = (...test) => [
  "cargo",
  "test",
  "--release",
  "--package",
  "landerpay",
  "--test",
  ...test,
];
const node = (file) => ["node", "--test", `tests/npm/${file}.fuzz.test.js`];

/** What is fuzzed, and the tests that do it. */
const TARGETS = [
  ["address", node("return")],
  ["sign-in", cargo("sign_in")],
  ["answers", cargo("replies")],
  ["options", cargo("options")],
  ["given", node("written")],
  ["written", cargo("written")],
  ["steps", cargo("flow", "always::")],
];

async function fuzz([cases = CASES, seed = Math.floor(Math.random() * 2 ** 31), ...only]) {
  const targets = TARGETS.filter(([target]) => only.length === 0 || only.includes(target));
  if (targets.length === 0) throw new Failure(`Targets: ${TARGETS.map(([it]) => it).join(", ")}.`);
  await run("Building", cargo("*", "--no-run"));
  const rows = [];
  for (const [target, command] of targets) rows.push(await tryAll(target, command, +cases, +seed));
  console.table(rows);
  const failed = rows.filter(({ failures }) => failures > 0).map(({ target }) => target);
  if (failed.length > 0) throw new Failure(`Failed: ${failed.join(", ")}.`);
}

async function tryAll(target, command, cases, seed) {
  const begun = performance.now();
  let [done, failures] = [0, 0];
  for (let round = seed; done < cases; round += 1) {
    const some = Math.min(ROUND, cases - done);
    const env = {
      ...{ PROPTEST_CASES: `${some}`, PROPTEST_RNG_SEED: `${round}` },
      ...{ FUZZ_CASES: `${some}`, FUZZ_SEED: `${round}` },
    };
    done += some;
    try {
      await runTests(`${target}, up to ${done} of ${cases}, seed ${round}`, command, env);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures += 1;
    }
  }
  return { target, cases, seconds: Math.round((performance.now() - begun) / 1000), seed, failures };
}

main(import.meta, () => fuzz(process.argv.slice(2)));
