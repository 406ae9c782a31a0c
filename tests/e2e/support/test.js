// The `test` of all end-to-end tests: with servers, a shop to open, and what fails any test: pages
// that throw or show the access token anywhere, and breaches of the contract with the backend.
import { test as base, expect } from "@playwright/test";
import { startServers } from "../../../scripts/servers.mjs";
import { Contract } from "./contract.js";
import { Crm } from "./crm.js";
import { EVENTS, recordEvents } from "./events.js";
import { Shop } from "./shop.js";
import { Watch } from "./watch.js";

export { expect };

const isElsewhere = ({ hostname }) => !["localhost", "127.0.0.1"].includes(hostname);

export const test = base.extend({
  servers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameters' names.
    async ({}, use) => {
      const servers = await startServers();
      await use(servers);
      await servers.stop();
    },
    { scope: "worker" },
  ],

  /** What the CRM received. */
  crm: async ({ servers }, use) => {
    await use(new Crm(servers.crm));
  },

  /** What the browser did. */
  watch: [
    async ({ context, servers }, use) => {
      const watch = new Watch(context, servers);
      await context.route(isElsewhere, (route) => route.abort());
      await context.addInitScript(recordEvents, EVENTS);
      await use(watch);
      expect(watch.exceptions, "uncaught exceptions").toEqual([]);
      expect(await watch.leaks(), "places that show the access token").toEqual([]);
    },
    { auto: true },
  ],

  /** What pages and backend have promised each other. */
  contract: [
    async ({ context }, use) => {
      const contract = new Contract(context);
      await use(contract);
      expect(await contract.breaches(), "breaches of backend/openapi.json").toEqual([]);
    },
    { auto: true },
  ],

  /** The shop's pages. */
  shop: async ({ page, servers }, use) => {
    await use(new Shop(page, servers));
  },
});
