#!/usr/bin/env node
/** `npx landerpay-simulator`: for people who try a page by hand. */
import { parseArgs } from "node:util";
import { startSimulator } from "./server.js";

const HELP = `landerpay-simulator [options]

  --port <number>           default: any free one
  --host <name>             default: 127.0.0.1, which nobody else can reach
  --page <address>          your page, which the list of scenarios then opens
  --recurring-page <address>  the same for a page with recurring charges
  --no-panel                without the panel on your pages
  --exit-with-stdin         ends with its standard input
`;

const OPTIONS = {
  port: { type: "string", default: "0" },
  host: { type: "string", default: "127.0.0.1" },
  page: { type: "string" },
  "recurring-page": { type: "string" },
  "no-panel": { type: "boolean", default: false },
  "exit-with-stdin": { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return console.log(HELP);
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  const { host, page: checkout, "recurring-page": recurring } = values;
  const pages = { checkout, recurring };
  for (const page of [checkout, recurring]) {
    if (page !== undefined && !/^https?:\/\//.test(page)) {
      throw new Error(`A page is an address that begins with http, not "${page}".`);
    }
  }
  const amazon = await startSimulator({ host, port, pages, panel: !values["no-panel"] });
  console.log(`
  Amazon, simulated   ${amazon.url}
  Scenarios           ${amazon.url}/scenarios

  Your script tag     data-environment="sandbox" data-simulator="${amazon.url}"
  Your package        environment: "sandbox", simulator: "${amazon.url}"

  No real account, no real money. Ctrl-C ends it.
`);
  if (values["exit-with-stdin"]) process.stdin.on("end", amazon.close).resume();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, amazon.close);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
