// The two servers of the demo: the simulator of Amazon, and the shop with its stand-in for the CRM.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startSimulator } from "../www/simulator/server.js";
import { cargoTarget, Failure, isProgram, ROOT } from "./tools.mjs";

const START_MS = 20_000;

/**
 * Starts them. A port of 0 means any free one.
 *
 * @param {object} [options]
 * @param {number} [options.shopPort]
 * @param {number} [options.simulatorPort]
 * @param {number} [options.crmPort]
 * @param {boolean} [options.log] whether the shop's log goes to stderr
 * @param {boolean} [options.panel] whether the simulator's panel stands on the shop's pages
 * @returns {Promise<{ shop: string, simulator: string, crm: string, ended: Promise<string>,
 *   stop: () => Promise<void> }>} the origins; `ended` is why the shop ended by itself
 */
export async function startServers(options = {}) {
  const { shopPort = 0, simulatorPort = 0, crmPort = 0, log = false, panel = false } = options;
  const simulator = await startSimulator({ port: simulatorPort, panel }).catch((error) => {
    throw new Failure(error.message);
  });
  try {
    const shop = await startShop(simulator.url, { shopPort, crmPort, log });
    simulator.setPages({
      checkout: `${shop.shop}/one-time.html`,
      recurring: `${shop.shop}/subscription.html`,
    });
    return {
      simulator: simulator.url,
      ...shop,
      async stop() {
        await Promise.all([shop.stop(), simulator.close()]);
      },
    };
  } catch (error) {
    await simulator.close();
    throw error;
  }
}

async function startShop(simulator, { shopPort, crmPort, log }) {
  const program = join(cargoTarget(), "debug", "landerpay-backend");
  if (!isProgram(program)) {
    throw new Failure("The demo is not built: run `npm start`, or `npm test`.");
  }
  const child = spawn(
    program,
    [
      ...["demo", "--exit-with-stdin", "--simulator", simulator],
      ...["--shop-port", String(shopPort), "--crm-port", String(crmPort)],
    ],
    // The shop ends with its stdin, so that it never outlives this program.
    { cwd: ROOT, stdio: ["pipe", "pipe", "pipe"] },
  );
  let errors = "";
  let listening = false;
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors = (errors + text).slice(-10_000);
    if (log && listening) process.stderr.write(text);
  });
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(errors.trim() || `The shop ended with code ${code}.`));
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  const origin = await origins(child, ended, stop);
  listening = true;
  return { ...origin, ended, stop };
}

/** Reads the line of JSON that the shop prints when it listens. */
async function origins(child, ended, stop) {
  let limit;
  const line = new Promise((resolve) => {
    createInterface({ input: child.stdout }).once("line", resolve);
  });
  const late = new Promise((resolve) => {
    limit = setTimeout(resolve, START_MS);
  });
  const first = await Promise.race([line, late, ended.then((why) => new Failure(why))]);
  clearTimeout(limit);
  if (first instanceof Failure) throw first;
  if (first) return JSON.parse(first);
  await stop();
  throw new Failure(`The shop did not start within ${START_MS / 1000} seconds.`);
}
