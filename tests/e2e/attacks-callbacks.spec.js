// What a page's own functions may throw, give, and do while they are called.
import { EVENTS } from "./support/events.js";
import { Module } from "./support/module.js";
import { field } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const THANKS = /^Thank you\. Your order has been placed\./;
const FIELDS = "{ campaignId: 12, product1_id: 345 }";
const THROWS = `new Proxy({}, new Proxy({}, { get() { throw new Error("trap"); } }))`;

/** A checkout with these functions of the page's, on which everything is chosen. */
async function openWith(shop, page, functions) {
  const module = new Module(shop, page);
  await module.open("login=auto");
  await page.evaluate((functions) => {
    for (const [name, source] of Object.entries(functions)) {
      window.functions[name] = new Function(`return ${source}`)();
    }
  }, functions);
  await module.create(1);
  const buyer = module.look(1);
  await buyer.signInAtOnce();
  await expect(buyer.placeOrder).toBeEnabled();
  const { amazonOrderId } = await module.call(1, "snapshot");
  return { module, buyer, amazonOrderId };
}

for (const name of ["order", "beforeOrder"]) {
  test.describe(`\`${name}\` gives`, () => {
    for (const [what, source, code] of [
      ["an exception", `() => { throw new Error("mine") }`, "order_function_failed"],
      ["nothing that can be thrown well", `() => { throw ${THROWS} }`, "order_function_failed"],
      ["a rejection", "async () => { throw undefined }", "order_function_failed"],
      ["a proxy that throws", `() => ${THROWS}`, "order_function_failed"],
      ["a list", "() => [1]", "order_function_failed"],
      ["a function", "() => () => {}", "order_function_failed"],
      ["a symbol", "() => Symbol('x')", "order_function_failed"],
      ["the window", "() => window", "order_function_failed"],
      ["a `then` that throws", `() => ({ get then() { throw 1 } })`, "order_function_failed"],
      ["a getter that throws", `() => ({ get a() { throw 1 } })`, "order_function_failed"],
      ["a cycle", "() => { const a = {}; a.a = a; return a; }", "invalid_field"],
      ["a function as a value", "() => ({ a() {} })", "invalid_field"],
      ["no number", "() => ({ a: NaN })", "invalid_field"],
      ["a prototype as a value", `() => JSON.parse('{"__proto__": {"a": 1}}')`, "invalid_field"],
      ["credentials", "() => ({ password: 1 })", "forbidden_field"],
      ["our own field", "() => ({ amazonOrderId: 'S01-6666666-6666666' })", "forbidden_field"],
    ]) {
      test(`${what}: ${code}, and then the purchase works`, async ({ shop, crm, page, watch }) => {
        const { buyer, amazonOrderId } = await openWith(shop, page, {
          [name]: `() => window.give()`,
          ...(name === "beforeOrder" && { order: `() => (${FIELDS})` }),
        });
        await page.evaluate((source) => {
          window.give = new Function(`return ${source}`)();
        }, source);
        await buyer.place();
        await buyer.reads(code);
        await expect(buyer.placeOrder).toBeEnabled();
        expect(watch.orders).toEqual([]);
        expect(await crm.outcomes(amazonOrderId)).toEqual([]);
        // The page's own mistakes are reported to the page.
        watch.exceptions.length = 0;
        await page.evaluate((fields) => {
          window.give = new Function(`return () => (${fields})`)();
        }, FIELDS);
        await buyer.place();
        await expect(buyer.status).toHaveText(THANKS);
        expect(watch.orders).toHaveLength(1);
        expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      });
    }

    for (const [what, source] of [
      ["a promise that is kept twice", `() => ({ then(f) { f(${FIELDS}); f({ a: [] }); } })`],
      ["a promise that throws once kept", `() => ({ then(f) { f(${FIELDS}); throw 1; } })`],
      ["a promise for a promise", `async () => ({ then: (f) => setTimeout(f, 50, ${FIELDS}) })`],
      [
        "as many fields as the backend takes",
        `() => { const all = ${FIELDS};
        for (let n = 0; n < 80; n += 1) all["x" + n] = "y".repeat(20); return all; }`,
      ],
      ["an object without a prototype", `() => ({ __proto__: null, ...${FIELDS} })`],
    ]) {
      test(`${what}: one order`, async ({ shop, crm, page, watch }) => {
        const { buyer, amazonOrderId } = await openWith(shop, page, { [name]: source });
        await buyer.place();
        await expect(buyer.status).toHaveText(THANKS);
        expect(watch.orders).toHaveLength(1);
        expect(watch.orders[0].fields).toMatchObject({ campaignId: 12, product1_id: 345 });
        expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      });
    }

    test("nothing, ever: after 10 seconds the buyer may try again; a late answer sends nothing", async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      await page.clock.install();
      const { buyer, amazonOrderId } = await openWith(shop, page, {
        [name]: "() => new Promise((resolve) => { window.late = resolve; })",
      });
      await buyer.place();
      await page.waitForFunction(() => window.late);
      await page.clock.fastForward(10_500);
      await buyer.reads("order_function_timeout");
      await page.evaluate((fields) => window.late(new Function(`return ${fields}`)()), FIELDS);
      await expect(buyer.placeOrder).toBeEnabled();
      expect(watch.orders).toEqual([]);
      expect(await crm.outcomes(amazonOrderId)).toEqual([]);
    });

    for (const method of ["signOut", "dispose"]) {
      test(`an answer after ${method}() inside it: nothing is sent`, async ({
        shop,
        crm,
        page,
        watch,
      }) => {
        const { buyer, amazonOrderId } = await openWith(shop, page, {
          [name]: `() => {
            window.checkouts[1].${method}();
            // Once the answer has been taken.
            queueMicrotask(() => setTimeout(() => { window.isOver = true; }));
            return ${FIELDS};
          }`,
        });
        await buyer.place();
        await page.waitForFunction(() => window.isOver);
        await expect(buyer.addressFrame).toHaveCount(0);
        expect(watch.orders).toEqual([]);
        expect(await crm.outcomes(amazonOrderId)).toEqual([]);
      });
    }
  });
}

test.describe("a handler", () => {
  test("of every event throws: the purchase works, and the page hears of its mistakes", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    await page.addInitScript((names) => {
      for (const name of names) {
        document.addEventListener(`landerpay:${name}`, () => {
          throw new Error(`mine: ${name}`);
        });
      }
    }, EVENTS);
    const { buyer, amazonOrderId } = await shop.openReady("", {
      edits: [field("custom5", "once:decline:InvalidPaymentMethod")],
    });
    await buyer.place();
    await shop.heard("declined");
    await buyer.place();
    await expect(buyer.status).toHaveText(THANKS);
    expect(await crm.outcomes(amazonOrderId)).toEqual(["declined", "accepted"]);
    expect(watch.exceptions.join()).toMatch(
      /mine: state.*mine: ready.*mine: declined.*mine: placed/,
    );
    watch.exceptions.length = 0;
  });

  for (const method of ["signOut", "dispose"]) {
    for (const event of EVENTS.slice(0, 9).filter((event) => event !== "consent")) {
      test(`of "${event}" calls ${method}(): it is over, and no second order is sent`, async ({
        shop,
        crm,
        page,
        watch,
      }) => {
        const edits = [field("custom5", "once:decline:InvalidPaymentMethod")];
        const buyer = await shop.open("login=auto", { edits: event === "declined" ? edits : [] });
        await expect(buyer.button).toBeVisible();
        await page.evaluate(
          ([event, method]) => {
            const { checkout } = window.LanderPay;
            document.addEventListener(`landerpay:${event}`, ({ detail }) => {
              if (window.isOver || (detail.state && detail.state !== "choosing")) return;
              window.isOver = true;
              checkout[method]();
            });
          },
          [event, method],
        );
        await buyer.button.click();
        const isSent = ["placed", "declined"].includes(event);
        if (isSent) await buyer.place();
        await page.waitForFunction(() => window.isOver);
        const sent = isSent ? 1 : 0;
        if (event !== "placed") await expect(buyer.addressFrame).toHaveCount(0);
        expect(watch.orders).toHaveLength(sent);
        if (sent > 0) {
          const [{ fields }] = watch.orders;
          expect(await crm.outcomes(fields.amazonOrderId)).toEqual([
            event === "placed" ? "accepted" : "declined",
          ]);
        }
        if (method === "signOut") {
          expect(await page.evaluate(() => sessionStorage.getItem("landerpay"))).toBeNull();
        }
        await expect(buyer.placeOrder).toBeDisabled();
      });
    }
  }
});
