// The published types, as strict projects see them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, test } from "node:test";
import { CONSUMERS } from "../../scripts/consumers.mjs";
import { ROOT } from "../../scripts/tools.mjs";

const TYPES = join(CONSUMERS, "types");
const TSC = join(ROOT, "node_modules", ".bin", "tsc");

/** The errors of a project: where, which, and all its lines. */
function errorsOf(resolution) {
  const project = ["--project", join(TYPES, `tsconfig.${resolution}.json`), "--pretty", "false"];
  const { stdout } = spawnSync(TSC, project, { encoding: "utf8" });
  return stdout
    .split(/\n(?=\S)/)
    .filter((text) => text.trim())
    .map((text) => {
      const [, file, line, code] = /^(\S+?)\((\d+),\d+\): error (TS\d+)/.exec(text) ?? [];
      return { file: file && basename(file), line: Number(line), code, text };
    });
}

const bad = readFileSync(join(TYPES, "bad.ts"), "utf8").split("\n");
const expected = bad.flatMap((text, at) => {
  const [, code, words] = /\/\/! (TS\d+) (.+)$/.exec(text) ?? [];
  return code ? [{ line: at + 1, code, words }] : [];
});

for (const resolution of ["bundler", "nodenext"]) {
  describe(`a strict project with moduleResolution ${resolution}`, () => {
    const errors = errorsOf(resolution);

    test("compiles what is right, and options of every kind as the rules take them", () => {
      assert.match(
        readFileSync(join(TYPES, "options.ts"), "utf8"),
        /@ts-expect-error missing_option/,
      );
      const others = errors.filter(({ file }) => file !== "bad.ts");
      assert.deepEqual(others, []);
    });

    test("says on each line what is wrong there", () => {
      assert.ok(expected.length > 30);
      const found = errors.filter(({ file }) => file === "bad.ts");
      assert.deepEqual(
        found.map(({ line, code }) => ({ line, code })),
        expected.map(({ line, code }) => ({ line, code })),
      );
      const others = expected.flatMap(({ words }, n) =>
        found[n].text.includes(words) ? [] : `${words} is not in ${found[n].text}`,
      );
      assert.deepEqual(others, []);
    });
  });
}
