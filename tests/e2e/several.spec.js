import { Module, widgetsAskedBy } from "./support/module.js";
import { expect, test } from "./support/test.js";

const THANKS = /Thank you/;

/** Places the order, and gives Amazon's id of it as the CRM knows it. */
async function buy(buyer, crm, watch) {
  const before = watch.orders.length;
  await buyer.place();
  await expect(buyer.status).toHaveText(THANKS);
  expect(watch.orders).toHaveLength(before + 1);
  const { fields } = watch.orders[before];
  expect(await crm.outcomes(fields.amazonOrderId)).toEqual(["accepted"]);
  return fields;
}

/** The order references that Amazon's frames have told the page, oldest first. */
async function watchOrderReferences(page) {
  await page.addInitScript(() => {
    window.made = [];
    window.addEventListener("message", ({ data }) => {
      const [, id] = /^apay-pcId=(.+)$/.exec(data) ?? [];
      if (id) window.made.push(id);
    });
  });
  return () => page.evaluate(() => window.made);
}

/** Has Amazon's frames say everything that they may still say to widgets that are gone. */
async function speakToAllWidgets(page, origin) {
  await page.evaluate((origin) => {
    const messages = ["apay-pcId=S01-0000000-0000000"];
    for (let n = 0; n < 20; n += 1) {
      const end = `;widgetId=OffAmazonPaymentsWidgets${n}`;
      messages.push(`apay-addressselect${end}`, `apay-paymentselect${end}`);
      messages.push(`apay-OffAmazonPayments_mec_BuyerSessionExpired=over${end}`);
    }
    for (const data of messages)
      window.dispatchEvent(new MessageEvent("message", { data, origin }));
  }, origin);
}

/** Presses Sign in in Amazon's window, which closes on that. */
async function answer(popup) {
  const closed = popup.waitForEvent("close");
  await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
}

test.describe("the drop-in and the module on one page", () => {
  async function open(shop, page, flags) {
    const asked = widgetsAskedBy(page);
    const dropIn = await shop.open(flags);
    await expect(dropIn.button).toBeVisible();
    const module = new Module(shop, page);
    await module.prepare(flags);
    return { dropIn, module, asked };
  }

  for (const [name, file] of [
    ["the module", "/landerpay/index.js"],
    // As a page has it that bundles the package.
    ["a copy of the module of its own", "/landerpay/index.js?copy"],
  ]) {
    for (const first of ["drop-in", "module"]) {
      test(`${name}, the ${first} first: both can buy, each its own order reference`, async ({
        shop,
        crm,
        page,
        watch,
      }) => {
        const made = await watchOrderReferences(page);
        const { dropIn, module, asked } = await open(shop, page, "login=auto");
        await module.create(1, {}, file);
        const other = module.look(1);
        await expect(other.button).toBeVisible();
        const buyers = first === "drop-in" ? [dropIn, other] : [other, dropIn];
        for (const buyer of buyers) {
          await buyer.signInAtOnce();
          await expect(buyer.placeOrder).toBeEnabled();
        }
        expect(await made()).toHaveLength(2);
        const ids = [];
        for (const buyer of buyers) ids.push((await buy(buyer, crm, watch)).amazonOrderId);
        expect(ids).toEqual(await made());
        expect(asked).toHaveLength(1);
      });
    }
  }

  test("each tells its own events only", async ({ shop, page }) => {
    const { dropIn, module } = await open(shop, page, "login=auto");
    await module.create(1);
    await expect(module.look(1).button).toBeVisible();
    const before = await module.heard(1);
    await dropIn.signInAtOnce();
    await expect(dropIn.placeOrder).toBeEnabled();
    expect(await module.heard(1)).toEqual(before);
    await shop.heard("profile");
    // A choice in one address book has Amazon draw every wallet anew, and choose in it again.
    const names = await shop.names("payment-selected");
    await module.look(1).signInAtOnce();
    await expect(module.look(1).placeOrder).toBeEnabled();
    expect(await shop.names("payment-selected")).toEqual(names);
  });

  test("a checkout that comes later finds the buyer signed in, and makes its own order reference", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { dropIn, module, asked } = await open(shop, page, "login=auto");
    await dropIn.signInAtOnce();
    await expect(dropIn.placeOrder).toBeEnabled();
    await module.create(1);
    await expect(module.look(1).placeOrder).toBeEnabled();
    const second = await buy(module.look(1), crm, watch);
    const first = await buy(dropIn, crm, watch);
    expect(second.product1_id).toBe(345);
    expect(first.amazonOrderId).not.toBe(second.amazonOrderId);
    expect(asked).toHaveLength(1);
  });

  test("a window of one that is still open does not answer the other", async ({ shop, page }) => {
    const { dropIn, module } = await open(shop, page, "");
    await module.create(1);
    const other = module.look(1);
    await expect(other.button).toBeVisible();
    const popup = await dropIn.openSignIn();
    await answer(popup);
    await expect(dropIn.addressFrame).toBeVisible();
    await expect(other.status).toHaveText("Sign in with your Amazon account to continue.");
    await expect(other.button).toBeVisible();
    await expect(other.addressFrame).toHaveCount(0);
  });

  test("the buyer signs out of one: the other ends as soon as the page is looked at", async ({
    shop,
    page,
  }) => {
    const { dropIn, module } = await open(shop, page, "login=auto");
    await dropIn.signInAtOnce();
    await expect(dropIn.placeOrder).toBeEnabled();
    await module.create(1);
    await expect(module.look(1).placeOrder).toBeEnabled();
    await module.call(1, "signOut");
    await expect(module.look(1).button).toBeVisible();
    await shop.comeIntoSight();
    await shop.expectState("signed-out");
    await expect(dropIn.button).toBeVisible();
    await expect(dropIn.addressFrame).toHaveCount(0);
    expect(await shop.details("signed-out")).toHaveLength(1);
  });

  test("dispose() of one leaves the other alone", async ({ shop, crm, page, watch }) => {
    const { dropIn, module } = await open(shop, page, "login=auto");
    await dropIn.signInAtOnce();
    await expect(dropIn.placeOrder).toBeEnabled();
    await module.create(1);
    await expect(module.look(1).placeOrder).toBeEnabled();
    await module.call(1, "dispose");
    await expect(module.look(1).addressFrame).toHaveCount(0);
    await buy(dropIn, crm, watch);
  });

  test("a buyer comes back to a page with two: both draw at once, and both can buy", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const { dropIn } = await open(shop, page, "login=auto");
    await dropIn.signInAtOnce();
    await expect(dropIn.placeOrder).toBeEnabled();
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.addPlace(1);
    await module.addPlace(2);
    await Promise.all([module.createAgain(1), module.createAgain(2)]);
    const first = await buy(module.look(1), crm, watch);
    const second = await buy(module.look(2), crm, watch);
    expect(first.product1_id).toBe(345);
    expect(second.product1_id).toBe(346);
    expect(first.amazonOrderId).not.toBe(second.amazonOrderId);
  });

  test("LanderPay.retry() after dispose() begins anew: a purchase, with the one script", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = widgetsAskedBy(page);
    const { buyer } = await shop.openReady();
    await page.evaluate(() => window.LanderPay.checkout.dispose());
    await expect(buyer.addressFrame).toHaveCount(0);
    await expect(buyer.placeOrder).toBeDisabled();
    await page.evaluate(() => window.LanderPay.retry());
    await expect(buyer.placeOrder).toBeEnabled();
    await buy(buyer, crm, watch);
    expect(asked).toHaveLength(1);
    expect(await shop.details("error")).toEqual([]);
  });
});

test.describe("a page that is drawn again by its router", () => {
  test("signed out, three times: no second script, no old voice, and the last one buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = widgetsAskedBy(page);
    const module = new Module(shop, page);
    await module.open("login=auto");
    const heard = [];
    for (let n = 1; n <= 3; n += 1) {
      await module.create(n);
      await expect(module.look(n).button).toBeVisible();
      if (n === 3) break;
      await module.call(n, "dispose");
      await module.removePlace(n);
      heard.push(await module.heard(n));
    }
    await module.look(3).signInAtOnce();
    const fields = await buy(module.look(3), crm, watch);
    expect(fields.product1_id).toBe(347);
    expect(asked).toHaveLength(1);
    expect([await module.heard(1), await module.heard(2)]).toEqual(heard);
  });

  test("signed in, three times: no second script, no old voice, and the last one buys", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const asked = widgetsAskedBy(page);
    const made = await watchOrderReferences(page);
    const module = new Module(shop, page);
    await module.open("login=auto");
    const heard = [];
    for (let n = 1; n <= 3; n += 1) {
      await module.create(n);
      // The tab keeps the session for the next one.
      if (n === 1) await module.look(n).signInAtOnce();
      await expect(module.look(n).placeOrder).toBeEnabled();
      if (n === 3) break;
      await module.call(n, "dispose");
      await module.removePlace(n);
      heard.push(await module.heard(n));
      await speakToAllWidgets(page, shop.simulator);
    }
    // The buyer changes their mind, which Amazon's script tells every wallet there ever was.
    const buyer = module.look(3);
    await buyer.address(/Harbor Road/).check();
    await expect(buyer.placeOrder).toBeDisabled();
    await expect(buyer.placeOrder).toBeEnabled();
    const fields = await buy(buyer, crm, watch);
    const ids = await made();
    expect(fields).toMatchObject({ amazonOrderId: ids.at(-1), product1_id: 347 });
    expect(asked).toHaveLength(1);
    expect([await module.heard(1), await module.heard(2)]).toEqual(heard);
    expect(heard[0].at(-1)).not.toMatch(/unavailable/);
  });

  test("a button's container that is not on the page is told, and can be tried again", async ({
    shop,
    page,
  }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.addPlace(1);
    await page.evaluate(() => {
      window.away = document.querySelector("#button-1");
    });
    await page.route("**/Widgets.js", async (route) => {
      await page.evaluate(() => window.away.remove());
      await route.fallback();
    });
    await module.createAgain(1);
    await expect.poll(() => module.heard(1)).toContainEqual("error amazon_threw");
    await page.evaluate(() => document.querySelector("#checkout-1").prepend(window.away));
    await module.call(1, "retry");
    await module.look(1).signInAtOnce();
  });

  test("containers that go before dispose() is called: the next one works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await module.openReady();
    await module.removePlace(1);
    await module.call(1, "dispose");
    await module.create(2);
    const fields = await buy(module.look(2), crm, watch);
    expect(fields.product1_id).toBe(346);
  });

  test("a checkout that nobody disposed does not disturb the next one", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await module.openReady();
    await module.removePlace(1);
    await module.create(2);
    await expect(module.look(2).placeOrder).toBeEnabled();
    const fields = await buy(module.look(2), crm, watch);
    expect(fields.product1_id).toBe(346);
  });

  test("disposed while Amazon's script is on its way: the next one takes that script", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    let send;
    const held = new Promise((resolve) => {
      send = resolve;
    });
    await page.route("**/Widgets.js", async (route) => {
      await held;
      await route.continue();
    });
    const asked = widgetsAskedBy(page);
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1);
    await expect.poll(() => asked.length).toBe(1);
    await module.call(1, "dispose");
    await module.removePlace(1);
    await module.create(2);
    send();
    await module.look(2).signInAtOnce();
    await buy(module.look(2), crm, watch);
    expect(asked).toHaveLength(1);
    expect(await module.heard(1)).toEqual([]);
  });

  test("disposed while the address book is drawn: its order reference reaches nobody", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    let show;
    const held = new Promise((resolve) => {
      show = resolve;
    });
    await page.route(
      "**/gp/widgets/widgets",
      async (route) => {
        await held;
        await route.continue();
      },
      { times: 1 },
    );
    const module = new Module(shop, page);
    await module.open("login=auto,wallet-wait=100");
    await module.create(1);
    const drawing = page.waitForRequest("**/gp/widgets/widgets");
    await module.look(1).signInAtOnce();
    await drawing;
    await module.call(1, "dispose");
    const heard = await module.heard(1);
    show();
    await module.create(2);
    await expect(module.look(2).placeOrder).toBeEnabled();
    await buy(module.look(2), crm, watch);
    expect(await module.heard(1)).toEqual(heard);
  });
});

test.describe("disposed while Amazon's window is open", () => {
  test("the window answers: nothing happens, and the next checkout works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const profiles = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/user/profile")) profiles.push(request.url());
    });
    const module = new Module(shop, page);
    await module.open();
    await module.create(1);
    const popup = await module.look(1).openSignIn();
    await module.call(1, "dispose");
    const heard = await module.heard(1);
    await answer(popup);
    // Amazon's script has the token: it had been told.
    await expect.poll(() => shop.token()).toMatch(/^Atza/);
    expect(await module.heard(1)).toEqual(heard);
    expect(await page.evaluate(() => sessionStorage.landerpay)).toBeUndefined();
    expect(profiles).toEqual([]);
    await expect(page.locator("iframe")).toHaveCount(0);
    await expect(module.look(1).button).toHaveCount(0);
    expect(await page.evaluate(() => window.checkouts[1].state)).toBe("unavailable");

    await module.createAgain(1);
    await module.look(1).signInAtOnce();
    await buy(module.look(1), crm, watch);
  });

  test("the buyer declines there: nothing happens", async ({ shop, page }) => {
    const module = new Module(shop, page);
    await module.open();
    await module.create(1);
    const popup = await module.look(1).openSignIn();
    await module.call(1, "dispose");
    const heard = await module.heard(1);
    const closed = popup.waitForEvent("close");
    await Promise.all([closed, popup.getByRole("button", { name: "Cancel" }).click()]);
    // Its queue is free again.
    expect(await shop.token()).toBeUndefined();
    expect(await module.heard(1)).toEqual(heard);
    await expect(module.look(1).button).toHaveCount(0);
  });

  test("the next checkout's button is pressed before that window answers: its own sign-in works", async ({
    shop,
    crm,
    page,
    watch,
  }) => {
    const module = new Module(shop, page);
    await module.open();
    await module.create(1);
    const popup = await module.look(1).openSignIn();
    await module.call(1, "dispose");
    await module.removePlace(1);
    const heard = await module.heard(1);
    await module.create(2);
    await module.look(2).button.click();
    expect(await page.evaluate(() => window.checkouts[2].state)).toBe("signing-in");
    await answer(popup);
    await buy(module.look(2), crm, watch);
    expect(await module.heard(1)).toEqual(heard);
  });

  for (const event of ["state", "signed-in", "address-selected", "ready"]) {
    test(`dispose() inside the handler of "${event}": nothing is left, and nothing fails`, async ({
      shop,
      page,
    }) => {
      const module = new Module(shop, page);
      await module.open("login=auto");
      await module.create(1);
      await expect(module.look(1).button).toBeVisible();
      await page.evaluate((event) => {
        const { on, dispose } = window.checkouts[1];
        on(event, ({ state }) => {
          if (state && state !== "choosing") return;
          window.disposedBy = event;
          dispose();
        });
      }, event);
      await module.look(1).button.click();
      await expect.poll(() => page.evaluate(() => window.disposedBy)).toBe(event);
      await expect(page.locator("iframe")).toHaveCount(0);
      await expect(module.look(1).button).toHaveCount(0);
      expect(await page.evaluate(() => window.checkouts[1].state)).toBe("unavailable");
      await module.createAgain(1);
      // Whoever ends at the very first word of the sign-in has no session kept.
      if (event === "state") await module.look(1).button.click();
      await expect(module.look(1).placeOrder).toBeEnabled();
    });
  }
});
