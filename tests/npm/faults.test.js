// docs/faults.md names a test for every fault: each of them exists.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import test from "node:test";

const LINE = /^\|.*$/gm;
const SEPARATOR = /^\|(?:-+\|)+$/;
const NAMED = /\| `([\w-]+)` › (.+) \|$/;

test("every fault in the documentation has its test in the browser", () => {
  const listed = execFileSync("npx", ["playwright", "test", "--list"], { encoding: "utf8" });
  const titles = listed
    .split("\n")
    .map((line) => line.replace(/^\s*e2e\/(\S+)\.spec\.js:[\d:]+/, "$1"));
  const lines = readFileSync("docs/faults.md", "utf8").match(LINE);
  // A header is what stands before a separator.
  const isRow = (line, n) => !SEPARATOR.test(line) && !SEPARATOR.test(lines[n + 1] ?? "");
  const rows = lines.filter(isRow);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    const [, file, title] = NAMED.exec(row) ?? assert.fail(`no test is named: ${row}`);
    const isThere = titles.some((line) => line.startsWith(`${file} ›`) && line.includes(title));
    assert.ok(isThere, `no test in ${file} has this title: ${title}`);
  }
});
