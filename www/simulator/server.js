/**
 * The simulator of Amazon, as tests start it:
 *
 *   import { startSimulator } from "landerpay/simulator";
 *   const amazon = await startSimulator();
 *
 * What it gives is documented in index.d.ts; the command is cli.js.
 */
import { createServer } from "node:http";
import { toPublic } from "./handlers/contract.js";
import { inject } from "./inject.js";
import { route } from "./routes.js";
import { complete, parseFlags, readFlags, ScenarioError } from "./scenario.js";
import { Store } from "./store.js";

const LARGEST_BODY = 100_000;
const WAIT_MS = 10_000;

/** @type {import("./index.d.ts").startSimulator} */
export async function startSimulator(options = {}) {
  const { host = "127.0.0.1", port = 0, scenario = {}, pages = {}, panel = false } = options;
  const world = { store: new Store(), given: readFlags(scenario), pages, panel };
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end("The simulator failed on this request.\n");
    });
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) => reject(explain(error, host, port)));
    server.listen(port, host, resolve);
  });
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${server.address().port}`;
  return handle(world, url, () => close(server));
}

/** What a test does with a running simulator. Its functions need no `this`. */
function handle(world, url, close) {
  const withFlags = (scenario) => {
    const flags = Object.entries(readFlags(scenario)).map((pair) => pair.join("="));
    return flags.length > 0 ? `${url}/with/${flags.join(",")}` : url;
  };
  return {
    url,
    origin: url,
    get scenario() {
      return complete(world.given);
    },
    set(scenario) {
      set(world, scenario);
    },
    reset() {
      reset(world);
    },
    with: withFlags,
    inject: (html, scenario = {}) => inject(html, withFlags(scenario)),
    setPages(pages) {
      world.pages = pages;
    },
    get events() {
      return world.store.events();
    },
    get contracts() {
      return world.store.contracts().map(toPublic);
    },
    get signIns() {
      return world.store.events("sign-in");
    },
    get signOuts() {
      return world.store.events("sign-out");
    },
    waitFor: (type, { timeout = WAIT_MS } = {}) => world.store.waitFor(type, timeout),
    close,
  };
}

/** Adds to what is set; what is null or undefined goes back to its default. */
function set(world, scenario) {
  const given = { ...world.given, ...readFlags(scenario) };
  for (const [name, value] of Object.entries(scenario)) {
    if (value === undefined || value === null) delete given[name];
  }
  world.given = given;
}

/** As freshly started: nothing is set, and nothing has happened. */
function reset(world) {
  world.given = {};
  world.store.forget();
}

function close(server) {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Requests that a scenario leaves hanging would keep the server open.
    server.closeAllConnections();
  });
}

function explain(error, host, port) {
  if (error.code !== "EADDRINUSE") return error;
  return new Error(`The simulator cannot start: port ${port} of ${host} is taken.`, {
    cause: error,
  });
}

async function answer(world, request, response) {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url, origin);
  const [, prefix = "", flags = "", path] = /^(\/with\/([^/]*))?(\/.*|$)/.exec(url.pathname);
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  try {
    // What stands in the address wins over what is set.
    const fixed = parseFlags(decodeURIComponent(flags));
    const scenario = complete({ ...world.given, ...fixed });
    const body = /^(POST|PUT)$/.test(request.method) ? await readBody(request) : "";
    const base = origin + prefix;
    const { store } = world;
    const asked = { request, response, url, origin, base, path, body };
    await route({ world, store, fixed, scenario, ...asked });
  } catch (error) {
    if (!(error instanceof ScenarioError || error instanceof URIError)) throw error;
    response.writeHead(400, { "content-type": "text/plain; charset=utf-8" });
    response.end(`${error.message}\n`);
  }
}

async function readBody(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > LARGEST_BODY) throw new Error("The request body is too large.");
  }
  return text;
}
