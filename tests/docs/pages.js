// How the documentation's pages come into a browser: as they are written, but for the two ids that end in
// "…" and the simulator's address, as docs/README.md says.
import { build, transform } from "esbuild";
import { fillIn } from "../../scripts/docs/blocks.mjs";
import { ROOT } from "../../scripts/tools.mjs";
import { at } from "../e2e/support/buyer.js";
import { CLIENT } from "../e2e/support/module.js";
import { pageOf } from "./support.js";

// In docs/start.md the simulator's address is written out, as `npm start` prints it.
const PRINTED = "http://127.0.0.1:8081";

/** A block's text as a reader would run it. */
export const filled = (shop, { text }, flags = "login=auto") =>
  fillIn(text, { ...CLIENT, simulator: shop.amazon(flags) }).replaceAll(
    PRINTED,
    shop.amazon(flags),
  );

/**
 * Serves a page of the documentation at its address.
 *
 * @param {(html: string) => string} [edit] what another block adds to it
 */
export async function serve(shop, block, { flags, headers = {}, edit = (html) => html } = {}) {
  const body = edit(filled(shop, block, flags));
  await shop.page.route(
    ({ origin, pathname }) => origin === shop.origin && pathname === block.at,
    (route) => route.fulfill({ contentType: "text/html; charset=utf-8", headers, body }),
  );
  return at(block.at);
}

/** Opens it. @returns {Promise<import("../e2e/support/buyer.js").Buyer>} */
export async function open(shop, block, options) {
  const parts = await serve(shop, block, options);
  await shop.page.goto(shop.origin + block.at, { waitUntil: "domcontentloaded" });
  return shop.look(parts);
}

/** The page to which smaller blocks are added. */
export const TEA = pageOf("docs/one-time.md", "/tea.html");

/** An edit: puts this at the end of the page. */
export const append = (html) => (page) => page.replace("</main>", `${html}</main>`);

const LANDERPAY = {
  name: "landerpay",
  setup({ onResolve }) {
    onResolve({ filter: /^landerpay$/ }, () => ({ path: "/landerpay/index.js", external: true }));
  },
};

/** A module with all that it imports, but for landerpay, which the shop serves. */
export async function bundle(contents, loader) {
  const { outputFiles } = await build({
    stdin: { contents, loader, resolveDir: ROOT },
    ...{ bundle: true, write: false, format: "esm", target: "es2022", jsx: "automatic" },
    define: {
      "process.env.NODE_ENV": '"development"',
      ...{ __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false" },
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    plugins: [LANDERPAY],
  });
  return outputFiles[0].text;
}

/** TypeScript as JavaScript. */
export const stripTypes = async (text) => (await transform(text, { loader: "ts" })).code;

/** Opens a page of its own with a module. */
export async function openModule(shop, html, code) {
  await shop.page.route(`${shop.origin}/block.js`, (route) =>
    route.fulfill({ contentType: "text/javascript", body: code }),
  );
  await shop.openOwn(`<!doctype html>${html}<script type="module" src="/block.js"></script>`);
}
