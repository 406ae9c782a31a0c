// npm start: the demo shop, with a simulator of Amazon and a stand-in for the CRM.
import { parseArgs } from "node:util";
import { buildDocs } from "./docs.mjs";
import { buildExample } from "./example.mjs";
import { startServers } from "./servers.mjs";
import { Failure, main, once, run } from "./tools.mjs";

const OPTIONS = {
  "shop-port": { type: "string", default: "8080" },
  "simulator-port": { type: "string", default: "8081" },
  "crm-port": { type: "string", default: "8082" },
};
const NAMES = Object.keys(OPTIONS).map((name) => `--${name}`);

export const buildDemo = once(async () => {
  await buildExample();
  await buildDocs();
  const backend = ["cargo", "build", "--package", "landerpay-backend", "--features", "demo"];
  await run("Compiling the demo", backend);
});

async function start() {
  const [shopPort, simulatorPort, crmPort] = readPorts();
  await buildDemo();
  const ports = { shopPort, simulatorPort, crmPort };
  const servers = await startServers({ ...ports, log: true, panel: true }).catch(advise);
  console.log(`
  The shop        ${servers.shop}
  Documentation   ${servers.shop}/docs/
  Amazon          ${servers.simulator}/scenarios   the simulator: what to make happen
  Orders          ${servers.crm}   what the stand-in for the CRM has received

  Open the shop in a browser. Ctrl-C ends all three.
`);
  let stopping = false;
  const stop = () => {
    stopping = true;
    return servers.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  const why = await servers.ended;
  if (stopping) return;
  await servers.stop();
  throw new Failure(`The shop ended by itself. Its last words:\n${why}`);
}

function readPorts() {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS }));
  } catch (error) {
    throw new Failure(`${error.message}\nThe options are ${NAMES.join(" ")}.`);
  }
  return Object.keys(OPTIONS).map((name) => {
    const port = Number(values[name]);
    if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
    throw new Failure(`--${name} takes a number from 0 to 65535, not "${values[name]}".`);
  });
}

function advise(error) {
  if (!error.message.includes("taken")) throw error;
  throw new Failure(
    `${error.message}\nEnd it, or choose another port, as in \`npm start -- ${NAMES[0]} 9080\`. ` +
      `The options are ${NAMES.join(" ")}.`,
  );
}

main(import.meta, start);
