import { readFileSync } from "node:fs";
import { join } from "node:path";
import binaryen from "binaryen";
import { DIST } from "../../../scripts/tools.mjs";

/** How a module can end. `inside` is unreachable too, but in the middle of what it is told. */
export const KINDS = ["unreachable", "out of bounds", "stack overflow", "inside"];

/** Has the call that begins a checkout trap, instead of one that tells something. */
export const BEGINNING = -2;

const { Features, i32 } = binaryen;
const FEATURES =
  Features.BulkMemory |
  Features.BulkMemoryOpt |
  Features.Multivalue |
  Features.MutableGlobals |
  Features.NontrappingFPToInt |
  Features.ReferenceTypes |
  Features.SignExt;

/** The module with a trap that can be set from outside, by two globals. */
function withTrap() {
  const module = binaryen.readBinary(readFileSync(join(DIST, "landerpay.wasm")));
  // The build strips which features it has.
  module.setFeatures(FEATURES);
  for (const name of ["topic", "kind", "inside"]) {
    module.addGlobal(name, i32, true, module.i32.const(-1));
    module.addGlobalExport(name, name);
  }
  const get = (name) => module.global.get(name, i32);
  const is = (name, value) => module.i32.eq(get(name), value);
  const fall = module.i32.add(module.call("trap", [], i32), module.i32.const(1));
  module.addFunction(
    "trap",
    binaryen.none,
    i32,
    [],
    module.block(null, [
      module.if(
        is("kind", module.i32.const(KINDS.indexOf("out of bounds"))),
        module.return(module.i32.load(0, 4, module.i32.const(-4))),
      ),
      module.if(is("kind", module.i32.const(KINDS.indexOf("stack overflow"))), module.return(fall)),
      module.unreachable(),
    ]),
  );
  const trap = () => module.drop(module.call("trap", [], i32));
  const set = (name, value) => module.global.set(name, module.i32.const(value));

  // What the exports are called is the build's business; what they take is not.
  const before = {
    beginCheckout: () => module.if(is("topic", module.i32.const(BEGINNING)), trap()),
    hear: (topic) =>
      module.if(
        is("topic", topic),
        module.if(is("kind", module.i32.const(KINDS.indexOf("inside"))), set("inside", 1), trap()),
      ),
    // A text comes in. Each call is told one before, and some ask for more.
    malloc: () =>
      module.if(is("inside", module.i32.const(1)), module.block(null, [set("inside", -1), trap()])),
  };
  const byParameters = { 6: "beginCheckout", 5: "hear", 2: "malloc" };
  for (let place = module.getNumExports() - 1; place >= 0; place -= 1) {
    const { name, kind, value } = binaryen.getExportInfo(module.getExportByIndex(place));
    if (kind !== binaryen.ExternalFunction) continue;
    const { params, results } = binaryen.getFunctionInfo(module.getFunction(value));
    const types = binaryen.expandType(params);
    const known = results === binaryen.none ? undefined : byParameters[types.length];
    if (!known) continue;
    const given = types.map((type, at) => module.local.get(at, type));
    const first = before[known](module.local.get(1, i32));
    const body = module.block(null, [first, module.call(value, given, results)], results);
    module.addFunction(`trapping ${known}`, params, results, [], body);
    module.removeExport(name);
    module.addFunctionExport(`trapping ${known}`, name);
  }
  if (!module.validate()) throw new Error("The module with the trap is not valid.");
  const bytes = Buffer.from(module.emitBinary());
  module.dispose();
  return bytes;
}

/** Runs before the page: keeps the exports of every instance. The next one has the trap that is due. */
export function watchInstances() {
  window.instances = [];
  for (const name of ["instantiateStreaming", "instantiate"]) {
    const real = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await real.apply(WebAssembly, given);
      const { exports } = made.instance ?? made;
      window.instances.push(exports);
      if (window.due !== undefined) exports.topic.value = window.due;
      window.due = undefined;
      return made;
    };
  }
}

let bytes;

/** Has the pages from now on get a module in which `setTrap` can be used. */
export async function allowTraps(page) {
  bytes ??= withTrap();
  await page.addInitScript(watchInstances);
  await page.route("**/landerpay.wasm", (route) =>
    route.fulfill({ contentType: "application/wasm", body: bytes }),
  );
}

/** The next instance traps as soon as it is told this. */
export const setNextTrap = (page, topic) =>
  page.evaluate((topic) => {
    window.due = topic;
  }, topic);

/** From now on the newest instance traps as soon as it is told this. */
export const setTrap = (page, topic, kind = "unreachable") =>
  page.evaluate(
    ([topic, kind]) => {
      const exports = window.instances.at(-1);
      exports.topic.value = topic;
      exports.kind.value = kind;
    },
    [topic, KINDS.indexOf(kind)],
  );
