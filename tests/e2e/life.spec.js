import { CLIENT } from "./support/module.js";
import { expect, test } from "./support/test.js";
import { watchInstances } from "./support/traps.js";

/** Runs before the page: counts what is listened to and what is waited for, in `window.held`. */
function countHeld() {
  if (window.top !== window) return;
  const listening = new Map();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const name = (type, options) => `${type} ${Boolean(options?.capture ?? options)}`;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    const kind = target === window || target === document ? target : undefined;
    if (kind && listener && !options?.signal?.aborted) {
      const key = name(type, options);
      const known = listening.get(listener) ?? new Set();
      listening.set(listener, known.add(key));
      options?.signal?.addEventListener("abort", () => {
        known.delete(key);
        if (known.size === 0) listening.delete(listener);
      });
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const known = listening.get(listener);
    known?.delete(name(type, options));
    if (known?.size === 0) listening.delete(listener);
    return removeEventListener.call(this ?? window, type, listener, options);
  };

  const timers = new Set();
  for (const kind of ["Timeout", "Interval"]) {
    const set = window[`set${kind}`];
    const clear = window[`clear${kind}`];
    window[`set${kind}`] = (call, ...given) => {
      const run = (...told) => {
        if (kind === "Timeout") timers.delete(timer);
        call(...told);
      };
      const timer = set(run, ...given);
      timers.add(timer);
      return timer;
    };
    window[`clear${kind}`] = (timer) => {
      timers.delete(timer);
      clear(timer);
    };
  }

  // What of the page's own is still there, though the page has let it go.
  const kept = [];
  window.keep = (what, thing) => kept.push([what, new WeakRef(thing)]);
  window.held = () => {
    const storage = { ...sessionStorage, ...localStorage };
    const exports = Object.values(window.instances[0]);
    return {
      listeners: [...listening.values()].reduce((sum, { size }) => sum + size, 0),
      timers: timers.size,
      frames: window.frames.length,
      elements: document.querySelectorAll("*").length,
      stored: Object.keys(storage).sort(),
      instances: window.instances.length,
      // Of the module's memory, and of its table of what is JavaScript's.
      bytes: exports.find((it) => it instanceof WebAssembly.Memory).buffer.byteLength,
      values: exports.find((it) => it instanceof WebAssembly.Table).length,
      left: kept.filter(([, thing]) => thing.deref()).map(([what]) => what),
    };
  };
}

/** Runs before the page: tells of each order once it is on its way. */
function watchSending() {
  const { fetch } = window;
  window.fetch = (...given) => {
    const answer = fetch(...given);
    if (/\/import-order$/.test(given[0])) queueMicrotask(() => window.onSent?.());
    return answer;
  };
}

/** Runs in the page: a router that mounts a checkout, and unmounts it when the time has come. */
function mountings(common) {
  const PLACE = `<div class="button"></div>
    <div class="book" style="height: 240px"></div><div class="wallet" style="height: 240px"></div>
    <button class="place">Place order</button><button class="out">Sign out</button>
    <p class="status" role="status"></p>`;
  const until = (is) =>
    new Promise((resolve) => {
      const look = setInterval(() => {
        if (!is()) return;
        clearInterval(look);
        resolve();
      }, 10);
    });

  window.mount = async (end, isGone) => {
    const { createCheckout } = await import("/landerpay/index.js");
    const section = document.createElement("section");
    section.innerHTML = PLACE;
    document.querySelector("main").append(section);
    const find = (name) => section.querySelector(`.${name}`);
    const order = () => ({ campaignId: 12, product1_id: 345 });
    const options = {
      ...common,
      button: find("button"),
      addressBook: find("book"),
      wallet: find("wallet"),
      placeOrder: find("place"),
      signOut: find("out"),
      status: find("status"),
      order,
    };
    window.keep(`section ${end}`, section);
    window.keep(`function ${end}`, order);
    if (end === "refused") {
      await createCheckout({ ...options, region: "nowhere" }).catch(() => {});
      section.remove();
      return end;
    }
    const checkout = await createCheckout(options);
    const handler = () => {};
    window.keep(`handler ${end}`, handler);
    checkout.on("*", handler);
    const placed = checkout.placeOrder().catch(() => {});
    const leave = () => {
      const { state } = checkout;
      if (isGone) section.remove();
      checkout.dispose();
      return `${end}: ${state}`;
    };
    /** Leaves as soon as this is told, which does not last. */
    const leaveAt = (wanted) =>
      new Promise((resolve) => {
        checkout.on("state", ({ state }) => {
          if (state === wanted) resolve(leave());
        });
      });
    let left;
    if (end === "loading") left = leave();
    else if (end === "button") {
      await until(() => find("button").querySelector("img"));
      left = leave();
    } else {
      if (!/drawn|placing/.test(end)) checkout.signOut();
      await until(() => /^(signed-out|choosing|ready|placed)$/.test(checkout.state));
      const passing = { signing: "signing-in", half: "choosing" }[end];
      if (passing) left = leaveAt(passing);
      if (checkout.state === "signed-out") {
        await until(() => find("button").querySelector("img"));
        find("button").id = "pressed";
        await window.press();
      }
      if (!passing) {
        await until(() => /^(ready|placed)$/.test(checkout.state));
        if (end === "placing") {
          left = new Promise((resolve) => {
            window.onSent = () => {
              window.onSent = undefined;
              resolve(leave());
            };
          });
          checkout.placeOrder().catch(() => {});
        } else left = leave();
      }
    }
    const how = await left;
    section.remove();
    await placed;
    return how;
  };
}

// It looks at the address.
const AMAZONS_TIMERS = 1;

const ENDS = [
  "drawn",
  "drawn",
  "placing",
  "drawn",
  "loading",
  "refused",
  "half",
  "signing",
  "button",
  "loading",
];

test("200 checkouts come and go: nothing of ours is left that grows", async ({ shop, page }) => {
  test.setTimeout(300_000);
  const devtools = await page.context().newCDPSession(page);
  await page.exposeFunction("press", () => page.locator("#pressed img").click());
  await page.addInitScript(watchInstances);
  await page.addInitScript(countHeld);
  await page.addInitScript(watchSending);
  await shop.openOwn('<!doctype html><html lang="en"><title>Router</title><main></main>');
  await page.evaluate(mountings, {
    ...CLIENT,
    environment: "sandbox",
    region: "us",
    backend: "/amazon-pay",
    simulator: shop.amazon("login=auto,wallet-wait=10"),
  });

  const mountMany = async (count) => {
    const ends = new Set();
    for (let n = 0; n < count; n += 1) {
      const given = [ENDS[n % ENDS.length], n % 20 < 10];
      ends.add(await page.evaluate(([end, isGone]) => window.mount(end, isGone), given));
    }
    // The order before may be on its way still, or not any more.
    ends.delete("drawn: placed");
    return [...ends].sort();
  };
  const held = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return page.evaluate(() => window.held());
  };

  expect(await mountMany(100)).toEqual([
    "button: signed-out",
    "drawn: ready",
    "half: choosing",
    "loading: loading",
    "placing: placing",
    "refused",
    "signing: signing-in",
  ]);
  // What ends by itself needs a moment.
  const nothing = { frames: 0, left: [], instances: 1 };
  await expect.poll(held).toMatchObject({ ...nothing, timers: AMAZONS_TIMERS });
  // The module's memory has grown to what one checkout needs at most: from here on it stays.
  await mountMany(50);
  await expect.poll(held).toMatchObject({ ...nothing, timers: AMAZONS_TIMERS });
  const { bytes, values, ...rest } = await held();
  await mountMany(50);
  await expect.poll(held).toMatchObject(rest);
  const after = await held();
  expect(after.bytes).toBeLessThanOrEqual(bytes);
  expect(after.values).toBeLessThanOrEqual(values);
});
