// The `test` of the tests in Firefox: with servers, one browser for a file, and a tab in it that no
// other test knows. Pages that throw, or write an error into the console, fail any of them.
import assert from "node:assert/strict";
import { after, test as base, before } from "node:test";
import { startServers } from "../../../scripts/servers.mjs";
import { Crm } from "../../e2e/support/crm.js";
import { Buyer } from "./buyer.js";
import { Firefox } from "./firefox.js";
import { Merchant } from "./merchant.js";

let servers;
let firefox;

before(async () => {
  servers = await startServers();
  firefox = await Firefox.start();
});

after(async () => {
  await firefox?.stop();
  await servers?.stop();
});

/**
 * @typedef {object} Given
 * @property {Buyer} buyer
 * @property {Crm} crm what the CRM received
 * @property {Firefox} firefox
 * @property {Merchant} shop
 * @property {string} simulator the origin of Amazon's stand-in
 * @property {(path: string, options?: object) => Promise<void>} open opens a page of the shop, which is
 *   `options` (see `Merchant.page`) from then on
 *
 * @param {string} name
 * @param {(given: Given) => Promise<void>} body
 */
export function test(name, body) {
  base(name, { timeout: 90_000 }, async () => {
    const { driver } = firefox;
    const shop = new Merchant(servers);
    const open = (path, options) => {
      shop.page(path, options);
      return driver.get(shop.origin + path);
    };
    const buyer = new Buyer(firefox);
    const crm = new Crm(servers.crm);
    await shop.start();
    await firefox.begin();
    try {
      await body({ buyer, crm, firefox, open, shop, simulator: servers.simulator });
      assert.deepEqual(firefox.errors, []);
    } finally {
      await firefox.end();
      await shop.stop();
    }
  });
}
