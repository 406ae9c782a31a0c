// The tag, wherever and however a page has it, and beside other people's scripts.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST, ROOT } from "../../scripts/tools.mjs";
import { DROP_IN } from "./support/buyer.js";
import { option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const THANKS = /^Thank you\. Your order has been placed\./;
const TAG = /<script\s+async\s+src="\/landerpay\/landerpay\.js"[^>]*><\/script>/;

/** An edit: takes the tag out of the page, and has it put somewhere else. */
const place = (put) => (html) => put(html.replace(TAG, ""), TAG.exec(html)[0]);

const plain = (tag) => tag.replace("async", "");
const deferred = (tag) => tag.replace("async", "defer");
const inHead = (html, tag) => html.replace("<head>", (head) => head + tag);
const beforeAll = (html, tag) => html.replace("<body>", (body) => body + tag);
const atEnd = (html, tag) => html.replace("</body>", (end) => tag + end);

/** An edit: something in front of everything else on the page. */
const first = (markup) => (html) => inHead(html, markup);

/** An edit: has a script write the tag. `write` runs in the page. */
const byScript = (write) =>
  place((html, tag) => {
    const attributes = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, ...pair]) => pair);
    return inHead(html, `<script>(${write})(${JSON.stringify(attributes)})</script>`);
  });

/** As the snippets of tag managers do it. */
const append = (attributes) => {
  const tag = document.createElement("script");
  for (const [name, value] of attributes) tag.setAttribute(name, value);
  document.head.append(tag);
};

const appendAfterLoad = `(attributes) => addEventListener("load", () => (${append})(attributes))`;

const write = (attributes) => {
  const all = attributes.map(([name, value]) => ` ${name}="${value}"`).join("");
  document.write(`<script${all}></scr${"ipt>"}`);
};

async function buy({ shop, crm, watch }, options) {
  const { buyer, amazonOrderId } = await shop.openReady("", options);
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(watch.orders).toHaveLength(1);
  return buyer;
}

/** Serves a file of an installed package to the page. */
const serve = (page, path, file) =>
  page.route(`**${path}`, (route) => route.fulfill({ path: join(ROOT, "node_modules", file) }));

test.describe("the tag", () => {
  for (const [where, edit] of [
    ["without async, first in the head", place((html, tag) => inHead(html, plain(tag)))],
    ["with defer, first in the head", place((html, tag) => inHead(html, deferred(tag)))],
    [
      "without async, in front of the containers",
      place((html, tag) => beforeAll(html, plain(tag))),
    ],
    ["with async, at the end of the body", place(atEnd)],
    ["without async, at the end of the body", place((html, tag) => atEnd(html, plain(tag)))],
    ["in the head, and again at the end of the body", (html) => atEnd(html, TAG.exec(html)[0])],
    [
      "in capitals, with a value for each attribute",
      place((html, tag) => {
        const shouted = tag.replaceAll(/<\/?script|\s[\w-]+(?==")/g, (name) => name.toUpperCase());
        return inHead(html, shouted.replace("async", 'ASYNC="async" TYPE="text/javascript"'));
      }),
    ],
    ["under a base", first('<base href="/elsewhere/">')],
    [
      "under a base, with an address of its own",
      (html) => first('<base href="/elsewhere/">')(html.replace('src="/', 'src="../')),
    ],
    ["appended by a script while the page is read", byScript(append)],
    ["appended by a script after the page was loaded", byScript(appendAfterLoad)],
    ["written by a script", byScript(write)],
    ["as a module", (html) => html.replace("async", 'type="module"')],
    [
      "on a page with an element by its name",
      (html) => html.replace('id="checkout"', 'id="LanderPay"'),
    ],
  ]) {
    test(`${where}: one button, one purchase`, async ({ shop, crm, watch }) => {
      const buyer = await buy({ shop, crm, watch }, { edits: [edit] });
      await expect(buyer.button).toHaveCount(1);
      const states = (await shop.details("state")).map(({ state }) => state);
      expect(states.filter((state) => /signed-out|placed/.test(state))).toEqual([
        "signed-out",
        "placed",
      ]);
    });
  }

  test("before a page that arrives slowly: it waits for the containers", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    let arrive;
    const arrived = new Promise((resolve) => {
      arrive = resolve;
    });
    await page.route("**/slow.js", async (route) => {
      await arrived;
      await route.fulfill({ contentType: "text/javascript", body: "" });
    });
    const edit = place((html, tag) =>
      beforeAll(inHead(html, plain(tag)), '<script src="/slow.js"></script>'),
    );
    await shop.prepare("login=auto", { edits: [edit] });
    await page.goto(shop.origin + DROP_IN.path, { waitUntil: "commit" });
    // What the tag has asked for is there, and has run.
    await page.waitForFunction(() => window.LanderPay);
    await page.evaluate(async () => {
      await import(`${location.origin}/landerpay/index.js`);
      await fetch("/landerpay/landerpay.wasm");
    });
    expect(await page.locator("[data-landerpay]").count()).toBe(0);
    await shop.expectState("loading");
    arrive();
    const buyer = shop.look(DROP_IN);
    await buyer.signInAtOnce();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const [{ fields }] = watch.orders;
    expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
    expect(await shop.details("error")).toEqual([]);
  });

  test("on a page without a doctype: the purchase works", async ({ shop, crm, page }) => {
    const edit = (html) => html.replace(/<!doctype html>\s*/i, "");
    const buyer = await shop.open("login=auto", { edits: [edit] });
    expect(await page.evaluate(() => document.compatMode)).toBe("BackCompat");
    // There, nothing but a link says that the pointer is over it.
    await buyer.button.click();
    await expect(buyer.placeOrder).toBeEnabled();
    const { amazonOrderId } = await shop.snapshot();
    await buyer.placeOrder.click();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });

  test("before containers that a script adds later: the page says which is missing, and retry() finds them", async ({
    shop,
    crm,
    page,
  }) => {
    const edit = (html) => html.replaceAll(' data-landerpay="button"', "");
    const buyer = await shop.open("login=auto", { edits: [edit] });
    await buyer.reads("missing_container", /\[data-landerpay="button"\]/);
    await shop.expectState("unavailable");
    await page.evaluate(() => {
      document.querySelector(".amazon-button").dataset.landerpay = "button";
      return window.LanderPay.retry();
    });
    await buyer.signInAtOnce();
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    const { amazonOrderId } = await shop.snapshot();
    expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  });
});

test("a base on another host: the order goes to this one, and so does the buyer", async ({
  shop,
  crm,
  page,
  watch,
}) => {
  const foreign = [];
  await page.route("https://cdn.example/**", (route) => {
    const { pathname } = new URL(route.request().url());
    foreign.push(pathname);
    return route.fulfill({ path: join(ROOT, "www", pathname) });
  });
  const edit = (html) =>
    first('<base href="https://cdn.example/">')(html)
      .replace('src="/landerpay', `src="${shop.origin}/landerpay`)
      .replace("data-backend", 'data-next="/thank-you.html" $&');
  await shop.open("login=auto", { edits: [edit] });
  const buyer = shop.look(DROP_IN);
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await shop.snapshot();
  await buyer.place();
  await page.waitForURL(`${shop.origin}/thank-you.html`);
  expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
  expect(watch.orders).toHaveLength(1);
  expect(new Set(foreign)).toEqual(
    new Set(["/style.css", "/assets/icon.svg", "/assets/sampler.svg"]),
  );
});

test.describe("our files", () => {
  const elsewhere = ({ origin }) => origin.replace("localhost", "127.0.0.1");
  const from = (base) => (html) => html.replace('src="/landerpay/', `src="${base}/`);
  const hash = (algorithm, bytes) =>
    `${algorithm}-${createHash(algorithm).update(bytes).digest("base64")}`;
  const integrity = (value) => (html) =>
    html.replace("async", `async crossorigin="anonymous" integrity="${value}"`);

  /** Lets other origins read some of them. */
  const allow = (page, files) =>
    page.route(`http://127.0.0.1:*/landerpay/${files}`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), "access-control-allow-origin": "*" };
      await route.fulfill({ response, headers });
    });

  test("may be in a folder of their own, with a version behind the tag's address", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = [];
    await page.route("**/assets/pay/*", (route) => {
      const { pathname, search } = new URL(route.request().url());
      const name = pathname.split("/").at(-1);
      asked.push(name + search);
      return route.fulfill({ path: join(DIST, name) });
    });
    const edit = (html) =>
      html.replace('src="/landerpay/landerpay.js', `src="/assets/pay/landerpay.js?ver=3`);
    await buy({ shop, crm, watch }, { edits: [edit] });
    expect(asked.sort()).toEqual(["index.js", "landerpay.js?ver=3", "landerpay.wasm"]);
  });

  test("may come from another origin that allows it, checked by the tag", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await allow(page, "*");
    const loader = readFileSync(join(DIST, "landerpay.js"));
    const edits = [from(`${elsewhere(shop)}/landerpay`), integrity(hash("sha384", loader))];
    const seen = [];
    page.on("request", (request) => seen.push(request.url()));
    await buy({ shop, crm, watch }, { edits });
    expect(seen.filter((url) => url.startsWith(`${elsewhere(shop)}/landerpay/`))).toHaveLength(3);
    expect(seen.filter((url) => url.startsWith(`${shop.origin}/landerpay/`))).toEqual([]);
  });

  test("may have the module's bytes on another origin that allows it", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.route("http://127.0.0.1:*/bytes/pay.wasm", (route) =>
      route.fulfill({
        path: join(DIST, "landerpay.wasm"),
        contentType: "application/wasm",
        headers: { "access-control-allow-origin": "*" },
      }),
    );
    const asked = [];
    page.on("request", (request) => {
      if (request.url().endsWith(".wasm")) asked.push(request.url());
    });
    const address = `${elsewhere(shop)}/bytes/pay.wasm`;
    await buy({ shop, crm, watch }, { edits: [option("wasm", address)] });
    expect(new Set(asked)).toEqual(new Set([address]));
  });

  for (const [missing, files, code] of [
    ["index.js", "*.wasm", "module_unreachable"],
    ["landerpay.wasm", "*.js", "wasm_unavailable"],
  ]) {
    test(`from another origin that does not allow ${missing}: ${code}`, async ({ shop, page }) => {
      await allow(page, files);
      const buyer = await shop.open("", { edits: [from(`${elsewhere(shop)}/landerpay`)] });
      await buyer.reads(code);
      await shop.expectState("unavailable");
    });
  }

  test("other bytes than the tag expects do not run", async ({ shop, page, watch }) => {
    const edits = [integrity(hash("sha384", "something else"))];
    await shop.open("", { edits });
    await expect.poll(() => watch.consoleErrors.join()).toMatch(/integrity/);
    expect(await page.evaluate(() => typeof window.LanderPay)).toBe("undefined");
  });
});

test.describe("a policy of nonces", () => {
  const ONLOAD = createHash("sha256").update("this.style.visibility='visible'").digest("base64");
  const headers = {
    "content-security-policy":
      "script-src 'nonce-bm9uY2U' 'strict-dynamic' 'wasm-unsafe-eval' " +
      `'unsafe-hashes' 'sha256-${ONLOAD}'; object-src 'none'; base-uri 'none'`,
  };
  const withNonce = (html) => html.replaceAll("<script", '<script nonce="bm9uY2U"');

  for (const [how, edit, nonce] of [
    ["in the head", (html) => html, "bm9uY2U"],
    // What such a script adds may run without.
    ["appended by a script", byScript(append), ""],
  ]) {
    test(`with the tag ${how}: the purchase works`, async ({ shop, crm, page, watch }) => {
      await buy({ shop, crm, watch }, { edits: [edit, withNonce], headers });
      expect(watch.consoleErrors).toEqual([]);
      const widgets = page.locator('script[src$="/Widgets.js"]');
      expect(await widgets.evaluate((script) => script.nonce)).toBe(nonce);
    });
  }
});

test.describe("other people's scripts", () => {
  test("jQuery without its $: it stays the page's, and hears what happens", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await serve(page, "/library/jquery.js", "jquery/dist/jquery.js");
    const script = `<script src="/library/jquery.js"></script><script>
      var jq = jQuery.noConflict(true);
      var $ = "the page's own";
      jq(document).on("landerpay:placed", (event) => (window.heard = event.originalEvent.detail));
    </script>`;
    const buyer = await buy({ shop, crm, watch }, { edits: [first(script)] });
    const { heard, ...globals } = await page.evaluate(() => ({
      heard: window.heard,
      $: window.$,
      jQuery: typeof window.jQuery,
      version: window.jq.fn.jquery,
    }));
    expect(globals).toEqual({ $: "the page's own", jQuery: "undefined", version: "3.7.1" });
    await expect(buyer.orderId).toHaveText(heard.orderId);
  });

  test("jQuery that puts the tag into the page", async ({ shop, crm, page, watch }) => {
    await serve(page, "/library/jquery.js", "jquery/dist/jquery.js");
    const edit = place((html, tag) => {
      const text = JSON.stringify(tag).replace("</script>", "<\\/script>");
      const script = `<script>jQuery("body").append(${text})</script>`;
      return atEnd(html, `<script src="/library/jquery.js"></script>${script}`);
    });
    await buy({ shop, crm, watch }, { edits: [edit] });
  });

  test("RequireJS: nobody takes us for a module of the page's", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await serve(page, "/library/require.js", "requirejs/require.js");
    const script = `<script src="/library/require.js"></script><script>
      define("shop/page", [], () => ({ name: "the page's own" }));
      addEventListener("load", () =>
        require(["shop/page"], (own) => (window.required = own.name)),
      );
    </script>`;
    await buy({ shop, crm, watch }, { edits: [first(script)] });
    expect(await page.evaluate(() => window.required)).toBe("the page's own");
  });

  test("zone.js, which replaces promises, timers and listeners", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await serve(page, "/library/zone.js", "zone.js/bundles/zone.umd.js");
    const script = '<script src="/library/zone.js"></script>';
    await buy({ shop, crm, watch }, { edits: [first(script)] });
    expect(await page.evaluate(() => Promise.name)).toBe("ZoneAwarePromise");
  });

  // By assignment, so that every `for in` sees them, as Prototype.js and MooTools have them.
  const EXTENDED = {
    "arrays and texts with methods of their own": () => {
      for (const [name, method] of Object.entries({
        first() {
          return this[0];
        },
        last() {
          return this[this.length - 1];
        },
        contains(item) {
          return this.indexOf(item) >= 0;
        },
        toArray() {
          return this.slice();
        },
        entries() {
          return this.slice();
        },
      })) {
        Array.prototype[name] = method;
      }
      String.prototype.strip = String.prototype.trim;
      Function.prototype.curry = function (...given) {
        return (...more) => this(...given, ...more);
      };
      Element.prototype.show = function () {
        this.style.display = "";
        return this;
      };
      Element.prototype.remove = function () {
        this.parentNode.removeChild(this);
        return this;
      };
      NodeList.prototype.each = Array.prototype.forEach;
    },
    "an Array.from that maps nothing": () => {
      Array.from = (given) => ("toArray" in Object(given) ? given.toArray() : [].slice.call(given));
    },
    "arrays that write themselves as JSON": () => {
      Array.prototype.toJSON = function () {
        return `[${[...this].map((item) => JSON.stringify(item)).join(", ")}]`;
      };
    },
  };
  for (const [what, extend] of Object.entries(EXTENDED)) {
    test(`${what}: the purchase works, and lists arrive as they are`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const lists = { notes: [{ text: "one" }, { text: "two" }], last: "the end" };
      await page.route("**/import-order", async (route) => {
        const response = await route.fetch();
        const answer = await response.json();
        Object.assign(answer.message, lists);
        // Behind the lists: what is read wrongly shifts.
        const { orderId, ...message } = answer.message;
        await route.fulfill({ response, json: { ...answer, message: { ...message, orderId } } });
      });
      const script = `<script>(${extend})();
        document.addEventListener("landerpay:placed", ({ detail: { order } }) => {
          window.told = [...order.notes.map(({ text }) => text), order.last].join();
        });
      </script>`;
      await buy({ shop, crm, watch }, { edits: [first(script)] });
      expect(await page.evaluate(() => window.told)).toBe("one,two,the end");
    });
  }
});
