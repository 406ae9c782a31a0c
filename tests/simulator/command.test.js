// `npx landerpay-simulator`, as people start it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startSimulator } from "landerpay/simulator";

const ROOT = new URL("../../", import.meta.url);
const { bin } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
const COMMAND = fileURLToPath(new URL(bin["landerpay-simulator"], ROOT));

/** Starts it, and reads until it has said everything. */
async function start(t, ...options) {
  const child = spawn(COMMAND, options);
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes("Ctrl-C")) break;
  }
  return { child, text, url: /data-simulator="([^"]+)"/.exec(text)[1] };
}

describe("the command landerpay-simulator", () => {
  test("prints the address and the tag's attributes, and answers on this machine only", async (t) => {
    accessSync(COMMAND, constants.X_OK);
    const { child, text, url } = await start(t);
    assert.match(text, /data-environment="sandbox" data-simulator="http:\/\/127\.0\.0\.1:\d+"/);
    assert.match(text, /no real money/i);
    assert.equal((await fetch(url)).status, 200);
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  test("takes a port and a page, and ends with its standard input", async (t) => {
    const free = await startSimulator();
    const { port } = new URL(free.url);
    await free.close();
    const options = ["--port", port, "--page", "http://localhost:9/pay", "--exit-with-stdin"];
    const { child, url } = await start(t, ...options);
    assert.equal(new URL(url).port, port);
    const answer = await fetch(`${url}/try/popup=closes`, { redirect: "manual" });
    assert.equal(answer.headers.get("location"), "http://localhost:9/pay");
    child.stdin.end();
    assert.deepEqual(await once(child, "exit"), [0, null]);
  });

  test("shows the panel, unless told not to", async (t) => {
    for (const [options, shown] of [
      [[], true],
      [["--no-panel"], false],
    ]) {
      const { child, url } = await start(t, ...options);
      const script = await fetch(`${url}/OffAmazonPayments/us/sandbox/js/Widgets.js`);
      assert.equal(/"panel":true/.test(await script.text()), shown);
      child.kill("SIGTERM");
      assert.deepEqual(await once(child, "exit"), [0, null]);
    }
  });

  test("says in one sentence what is wrong", async (t) => {
    const amazon = await startSimulator();
    t.after(amazon.close);
    const { port } = new URL(amazon.url);
    for (const [options, sentence] of [
      [["--port", port], `The simulator cannot start: port ${port} of 127.0.0.1 is taken.\n`],
      [["--port", "many"], '--port takes a number from 0 to 65535, not "many".\n'],
      [["--page", "pay.html"], 'A page is an address that begins with http, not "pay.html".\n'],
    ]) {
      const { status, stderr } = spawnSync(COMMAND, options, { encoding: "utf8" });
      assert.equal(stderr, sentence);
      assert.equal(status, 1);
    }
  });

  test("explains itself", () => {
    const { status, stdout } = spawnSync(COMMAND, ["--help"], { encoding: "utf8" });
    assert.equal(status, 0);
    for (const option of ["--port", "--host", "--page", "--no-panel"]) {
      assert.ok(stdout.includes(option), option);
    }
  });
});
