import { crash, entriesOf, makeError } from "../src/js/talk.js";
import init, { beginCheckout, hear } from "../target/landerpay/landerpay.js";
import { takeReturn } from "./return.js";
import { speak } from "./words.js";

// For the drop-in.
export { followChoice, readTag } from "./tag.js";

let ready;
// Kept until a checkout has it: a first attempt may fail.
let returned = "";

/** See index.d.ts. The drop-in has taken the sign-in's answer off the address already. */
export async function createCheckout(options, taken = takeReturn(), search = location.search) {
  returned = taken || returned;
  // What cannot be read is refused by the module.
  const given = new Map(entriesOf(options));
  const spoken = speak(given.get("language"), given.get("words"));
  ready ??= start(given.get("wasm"));
  const enter = await ready.catch(async (cause) => {
    // The next call tries again.
    ready = undefined;
    await spoken;
    throw Object.assign(makeError(UNAVAILABLE, "wasm_unavailable", "network"), { cause });
  });
  await spoken;
  const checkout = enter(beginCheckout, options, returned, search, (...told) =>
    enter(hear, ...told),
  );
  if (isLanderPayError(checkout)) throw checkout;
  returned = "";
  return checkout;
}

/** Begins an instance of the module. Gives what calls its exports, until one of them traps. */
async function start(wasm) {
  await init(wasm ?? new URL("landerpay.wasm", import.meta.url));
  let trap;
  let crashed;
  return (call, ...given) => {
    try {
      if (!trap) return call(...given);
    } catch (thrown) {
      // The next checkout gets an instance of its own.
      ready = undefined;
      trap = thrown;
    }
    // Where the stack is full this fails too, and the next call does it.
    crashed ??= crash(trap);
    return crashed;
  };
}

const UNAVAILABLE =
  "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.";

export const isLanderPayError = (value) =>
  value instanceof Error && value.name === "LanderPayError";
