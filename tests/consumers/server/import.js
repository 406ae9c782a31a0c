// What a server does with a page's sources: it imports them. Prints what that did to the process.
import { createRequire } from "node:module";

const before = globals();
const asked = [];
const { fetch } = globalThis;
globalThis.fetch = (...given) => asked.push(given) && fetch(...given);
before.fetch = globalThis.fetch;

const landerpay = await import("landerpay");
const imported = await import("./static.js");
const required = createRequire(import.meta.url)("landerpay");
const same = landerpay === imported.landerpay && landerpay === required;

const after = globals();
const names = Object.keys({ ...before, ...after });
const changed = names.filter((name) => !Object.is(before[name], after[name]));
console.log(JSON.stringify({ exports: Object.keys(landerpay).sort(), same, asked, changed }));

/** Each global, and what it is. */
function globals() {
  const names = Object.getOwnPropertyNames(globalThis);
  return Object.fromEntries(names.map((name) => [name, globalThis[name]]));
}
