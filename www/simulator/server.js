/**
 * The simulator's HTTP server.
 *
 *   import { startSimulator } from "landerpay/simulator";
 *   const simulator = await startSimulator();
 *
 * or `node server.js --port 8081 [--host 127.0.0.1] [--exit-with-stdin]`.
 */
import { realpathSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { route } from "./routes.js";
import { parseScenario, ScenarioError } from "./scenario.js";
import { Store } from "./store.js";

const LARGEST_BODY = 100_000;

/**
 * @param {{ host?: string, port?: number }} [options] port 0 takes any free one
 * @returns {Promise<{ origin: string, close: () => Promise<void> }>}
 */
export async function startSimulator({ host = "127.0.0.1", port = 0 } = {}) {
  const store = new Store();
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end("The simulator failed on this request.\n");
    });
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
  return {
    origin: `http://${host}:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Requests that a scenario leaves hanging would keep the server open.
        server.closeAllConnections();
      }),
  };
}

function explain(error, host, port) {
  if (error.code !== "EADDRINUSE") return error;
  return new Error(`The simulator cannot start: port ${port} of ${host} is taken.`, {
    cause: error,
  });
}

async function answer(store, request, response) {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url, origin);
  const [, prefix = "", flags = "", path] = /^(\/with\/([^/]*))?(\/.*|$)/.exec(url.pathname);
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  let scenario;
  try {
    scenario = parseScenario(decodeURIComponent(flags));
  } catch (error) {
    if (!(error instanceof ScenarioError || error instanceof URIError)) throw error;
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
    response.end(`${error.message}\n`);
    return;
  }
  const body = request.method === "POST" ? await readBody(request) : "";
  const base = origin + prefix;
  await route({ store, request, response, url, origin, base, path, scenario, body });
}

async function readBody(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LARGEST_BODY) throw new Error("The request body is too large.");
  }
  return text;
}

async function main() {
  const { values } = parseArgs({
    options: {
      host: { type: "string" },
      port: { type: "string", default: "0" },
      "exit-with-stdin": { type: "boolean", default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}".`);
  }
  const simulator = await startSimulator({ host: values.host, port });
  console.log(JSON.stringify({ simulator: simulator.origin }));
  if (values["exit-with-stdin"]) {
    process.stdin.on("end", () => simulator.close()).resume();
  }
}

// Package managers start commands through symbolic links.
const started = process.argv[1] && realpathSync(process.argv[1]);
if (started === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
