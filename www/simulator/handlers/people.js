/** What people and tests in other languages see and set: scenarios, the panel, what has happened. */
import { flagsOf, SCENARIOS } from "../catalogue.js";
import { homePage } from "../pages/home.js";
import { panelPage } from "../pages/panel.js";
import { scenariosPage } from "../pages/scenarios.js";
import { parseFlags, readFlags, ScenarioError } from "../scenario.js";
import { sendJson, sendPage } from "./reply.js";

export const home = (exchange) => sendPage(exchange, 200, homePage(exchange));
export const panel = (exchange) => sendPage(exchange, 200, panelPage(exchange));
export const list = (exchange) => sendPage(exchange, 200, scenariosPage(exchange));
export const tellScenario = (exchange) => sendJson(exchange, 200, exchange.scenario);
export const events = (exchange) => sendJson(exchange, 200, exchange.store.events());

/** A PUT is nothing that another site's page may send here without being asked first. */
export function setScenario(exchange) {
  let flags;
  try {
    flags = JSON.parse(exchange.body);
  } catch {
    throw new ScenarioError("A scenario is an object of JSON with flags.");
  }
  exchange.world.given = readFlags(flags);
  sendJson(exchange, 200, exchange.world.given);
}

/** Sets a scenario in place of what was set, and opens the page that shows it. */
export function openPage(exchange, text) {
  const { world, response, base } = exchange;
  const flags = decodeURIComponent(text);
  world.given = parseFlags(flags);
  const { page = "checkout" } = SCENARIOS.find((one) => flagsOf(one) === flags) ?? {};
  const location = world.pages[page] ?? world.pages.checkout ?? `${base}/scenarios`;
  response.writeHead(303, { location });
  response.end();
}
