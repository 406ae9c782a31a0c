// How many cases a property sees: few every day. `npm run fuzz` sets another number, and the seed.
const { FUZZ_CASES, FUZZ_SEED } = process.env;

export const cases = (few) => ({
  numRuns: Number(FUZZ_CASES ?? few),
  ...(FUZZ_SEED && { seed: Number(FUZZ_SEED) }),
});
