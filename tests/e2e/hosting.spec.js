import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "./support/test.js";

const DIST = join(import.meta.dirname, "../../dist");
const { files } = JSON.parse(readFileSync(join(DIST, "integrity.json"), "utf8"));
const OTHER = files["landerpay.js"];

/** A page that insists on these hashes. */
const withHashes = (hashes) => (html) => {
  const modules = Object.entries(hashes).filter(([name]) => name !== "landerpay.js");
  const integrity = Object.fromEntries(modules.map(([name, hash]) => [`/landerpay/${name}`, hash]));
  const map = `<script type="importmap">${JSON.stringify({ integrity })}</script>`;
  return html
    .replace('lang="en"', 'lang="de"')
    .replace("<link", `${map}<link`)
    .replace("data-region", `integrity="${hashes["landerpay.js"]}" data-region`);
};

test.describe("the hashes of the build", () => {
  test("fit all that is loaded, and a purchase works", async ({ shop, page }) => {
    const loaded = [];
    page.on("response", (response) => {
      const [, name] = /\/landerpay\/(.+\.js)$/.exec(response.url()) ?? [];
      if (name) loaded.push(name);
    });
    const { buyer } = await shop.openReady("", { edits: [withHashes(files)] });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Vielen Dank/);
    expect(loaded.sort()).toEqual(["index.js", "landerpay.js", "words/de.js"]);
  });

  test("of another module: it is refused, and the page says so, on another try too", async ({
    shop,
    page,
  }) => {
    const buyer = await shop.open("", { edits: [withHashes({ ...files, "index.js": OTHER })] });
    await buyer.reads("module_unreachable");
    const code = await page.evaluate(() => LanderPay.retry().catch((error) => error.code));
    expect(code).toBe("module_unreachable");
  });

  test("of another language: English", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [withHashes({ ...files, "words/de.js": OTHER })] });
    await expect(buyer.status).toHaveText(/^Sign in with your Amazon account/);
  });

  test("of another loader: nothing of it runs", async ({ shop, page }) => {
    const hashes = { ...files, "landerpay.js": files["index.js"] };
    const failed = page.waitForEvent("console", (message) => /integrity/.test(message.text()));
    await shop.open("", { edits: [withHashes(hashes)] });
    await failed;
    expect(await page.evaluate(() => window.LanderPay)).toBeUndefined();
  });
});

test.describe("data-wasm", () => {
  const elsewhere = (html) =>
    html.replace("data-region", 'data-wasm="/files/lp-1.wasm" data-region');

  test("is where the module is loaded from, once", async ({ shop, page }) => {
    const asked = [];
    page.on("request", (request) => {
      if (request.url().endsWith(".wasm")) asked.push(new URL(request.url()).pathname);
    });
    await page.route("**/files/lp-1.wasm", (route) =>
      route.fulfill({ path: join(DIST, "landerpay.wasm"), contentType: "application/wasm" }),
    );
    const { buyer } = await shop.openReady("", { edits: [elsewhere] });
    await buyer.place();
    await expect(buyer.status).toHaveText(/^Thank you/);
    expect(asked).toEqual(["/files/lp-1.wasm"]);
  });

  test("leads nowhere: wasm_unavailable", async ({ shop }) => {
    const buyer = await shop.open("", { edits: [elsewhere] });
    await buyer.reads("wasm_unavailable");
  });
});
