/** Which path is answered by whom. Paths are those below the base address. */
import { readFileSync } from "node:fs";
import { bundle } from "./bundle.js";
import { contract, contracts } from "./handlers/contract.js";
import { profile, tokenInfo } from "./handlers/identity.js";
import { login, signOut } from "./handlers/login.js";
import {
  events,
  home,
  list,
  openPage,
  panel,
  setScenario,
  tellScenario,
} from "./handlers/people.js";
import { delay, send } from "./handlers/reply.js";
import { choose, widget } from "./handlers/widget.js";
import { buttonImage } from "./pages/button-image.js";
import { SLOW_MS } from "./scenario.js";

const CURRENCIES = { us: "USD", uk: "GBP", de: "EUR", eur: "EUR", gbp: "GBP", jp: "JPY" };
const ASSETS = [
  ...["style.css", "people.css", "popup-result.js", "widget.js"],
  ...["home.js", "panel.js", "scenario-form.js"],
];

/**
 * @typedef {object} Exchange
 * @property {import("./store.js").Store} store
 * @property {import("node:http").IncomingMessage} request
 * @property {import("node:http").ServerResponse} response
 * @property {URL} url
 * @property {string} origin
 * @property {string} base origin plus the scenario's prefix
 * @property {string} path
 * @property {{ given: Record<string, string>, pages: Record<string, string>, panel: boolean }} world
 *   what is set, for every request of this simulator
 * @property {Record<string, string>} fixed the flags of this address
 * @property {Record<string, string>} scenario every flag, as it counts for this request
 * @property {string} body
 */

/** @type {[string, RegExp, (exchange: Exchange, ...parts: string[]) => unknown][]} */
const ROUTES = [
  ["GET", /^\/?$/, home],
  ["GET", /^\/scenarios$/, list],
  ["GET", /^\/try\/([^/]+)$/, openPage],
  ["GET", /^\/panel$/, panel],
  ["GET", /^\/scenario$/, tellScenario],
  ["PUT", /^\/scenario$/, setScenario],
  ["GET", /^\/events$/, events],
  ["GET", /^\/contracts$/, contracts],
  ["POST", /^\/sign-out$/, signOut],
  // Outside the US the path without "lpa" belongs to another, older product.
  ["GET", /^\/OffAmazonPayments\/(us)\/(sandbox\/)?js\/Widgets\.js$/, widgetsScript],
  [
    "GET",
    /^\/OffAmazonPayments\/(uk|de|eur|gbp|jp)\/(sandbox\/)?lpa\/js\/Widgets\.js$/,
    widgetsScript,
  ],
  ["GET", /^\/sdk\/login1\.js$/, loginScript],
  ["GET", /^\/gp\/widgets\/sessionstabilizer$/, stabilizer],
  ["POST", /^\/gp\/widgets\/widgets$/, widget],
  ["POST", /^\/gp\/widgets\/choose$/, choose],
  ["GET", /^\/contracts\/([\w-]+)$/, contract],
  ["GET", /^\/ap\/oa$/, login],
  ["POST", /^\/ap\/oa$/, login],
  ["GET", /^\/user\/profile$/, profile],
  ["OPTIONS", /^\/user\/profile$/, profile],
  ["GET", /^\/auth\/o2\/tokeninfo$/, tokenInfo],
  ["OPTIONS", /^\/auth\/o2\/tokeninfo$/, tokenInfo],
  ["GET", /^\/default\/us\/live\/lwa\/([\w-]+)\/([\w-]+)\/(\w+)\.png$/, image],
  ["GET", /^\/assets\/([\w-]+\.(?:js|css))$/, asset],
];

/** @param {Exchange} exchange */
export async function route(exchange) {
  for (const [method, pattern, handler] of ROUTES) {
    const found = pattern.exec(exchange.path);
    if (!found || method !== exchange.request.method) continue;
    await handler(exchange, ...found.slice(1));
    return;
  }
  send(exchange, 404, "text", "The simulator has nothing at this address.\n");
}

function widgetsScript(exchange, region, sandbox) {
  const { origin, base, scenario, world } = exchange;
  const script = bundle("widgets.js", {
    origin,
    base,
    panel: world.panel,
    sandbox: Boolean(sandbox),
    currency: CURRENCIES[region],
    visit: scenario.visit,
    walletWait: Number(scenario["wallet-wait"]),
  });
  return sendScript(exchange, scenario.widgets, script);
}

function loginScript(exchange) {
  const { origin, base, scenario } = exchange;
  return sendScript(exchange, scenario.sdk, bundle("login.js", { origin, base }));
}

/** @param {string} loading one of ok, 404, slow, hang */
async function sendScript(exchange, loading, script) {
  if (loading === "hang") return;
  if (loading === "404") return send(exchange, 404, "text", "Not found, as the scenario says.\n");
  if (loading === "slow") await delay(SLOW_MS);
  send(exchange, 200, "js", script);
}

function stabilizer(exchange) {
  if (exchange.scenario.stabilizer === "never") return;
  send(exchange, 200, "js", "");
}

function image(exchange, color, size, type) {
  const svg = buttonImage(color, size, type);
  if (svg) send(exchange, 200, "svg", svg);
  else send(exchange, 404, "text", "There is no such button.\n");
}

function asset(exchange, name) {
  if (!ASSETS.includes(name)) return send(exchange, 404, "text", "There is no such file.\n");
  const text = readFileSync(new URL(`./assets/${name}`, import.meta.url), "utf8");
  send(exchange, 200, name.split(".").pop(), text);
}
