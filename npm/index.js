import init, { beginCheckout } from "../target/landerpay/landerpay.js";

let ready;

/** See index.d.ts. */
export async function createCheckout(options) {
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
  return beginCheckout(options);
}

const UNAVAILABLE =
  "LanderPay could not start: no .wasm file, or no 'wasm-unsafe-eval' in the page's policy.";

export const isLanderPayError = (value) =>
  value instanceof Error && value.name === "LanderPayError";
