import init, { beginCheckout, hear } from "../target/landerpay/landerpay.js";
import { takeReturn } from "./return.js";

let ready;
// Kept until a checkout has it: a first attempt may fail.
let returned = "";

/** See index.d.ts. The drop-in has taken the sign-in's answer off the address already. */
export async function createCheckout(options, taken = takeReturn(), search = location.search) {
  returned = taken || returned;
  ready ??= init({ module_or_path: new URL("landerpay.wasm", import.meta.url) });
  try {
    await ready;
  } catch (cause) {
    // The next call tries again.
    ready = undefined;
    throw Object.assign(new Error(UNAVAILABLE, { cause }), {
      name: "LanderPayError",
      code: "wasm_unavailable",
      audience: "network",
    });
  }
  const checkout = beginCheckout(options, returned, search, hear);
  if (isLanderPayError(checkout)) throw checkout;
  returned = "";
  return checkout;
}

const UNAVAILABLE =
  "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.";

export const isLanderPayError = (value) =>
  value instanceof Error && value.name === "LanderPayError";
