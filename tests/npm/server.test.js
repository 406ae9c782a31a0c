// The package where there is no page: on a server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { CONSUMERS } from "../../scripts/consumers.mjs";

const run = (name) =>
  execFileSync(process.execPath, [join(CONSUMERS, "server", name)], { encoding: "utf8" });

test("importing it touches no global and asks for nothing", () => {
  assert.deepEqual(JSON.parse(run("import.js")), {
    // The two others are the drop-in's.
    exports: ["createCheckout", "followChoice", "isLanderPayError", "readTag"],
    same: true,
    asked: [],
    changed: [],
  });
});

test("a React component that uses it is rendered, and waits for its page", () => {
  const html = run("render.js");
  assert.match(html, /<div id="amazon-button"><\/div>/);
  assert.match(html, /data-state="loading"/);
  assert.match(html, /<button id="place-order" type="button" disabled="">/);
});
