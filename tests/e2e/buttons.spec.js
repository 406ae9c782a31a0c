import { BUTTON_SIZES } from "../../www/simulator/browser/button-sizes.js";
import { Module, watchButtons } from "./support/module.js";
import { option } from "./support/shop.js";
import { expect, test } from "./support/test.js";

const TYPES = ["PwA", "LwA", "Pay", "Login", "A"];
const COLORS = ["Gold", "LightGray", "DarkGray"];
const SIZES = ["small", "medium", "large", "x-large"];
const LANGUAGES = ["en-GB", "de-DE", "fr-FR", "it-IT", "es-ES"];
const EXPECTED = {
  type: TYPES.join(", "),
  color: COLORS.join(", "),
  size: SIZES.join(", "),
  language: LANGUAGES.join(", "),
};

const drawn = (page) => page.evaluate(() => window.drawn);
const looksOf = async (page) => (await drawn(page)).map(({ looks }) => looks);
const pressesOf = async (page) => (await drawn(page)).map(({ presses }) => presses);

/** The picture's address as it tells the look, and its size as drawn. */
const picture = async (image) => {
  await expect.poll(() => image.evaluate(({ complete }) => complete)).toBe(true);
  return image.evaluate(({ src, naturalWidth, naturalHeight }) => ({
    look: /\/lwa\/(.+)\.png$/.exec(src)[1],
    size: [naturalWidth, naturalHeight],
  }));
};

test.beforeEach(async ({ page }) => {
  await page.addInitScript(watchButtons);
});

test.describe("looks", () => {
  for (const type of TYPES) {
    test(`${type}: every colour and size is passed on exactly, and drawn`, async ({
      shop,
      page,
    }) => {
      const module = new Module(shop, page);
      await module.open();
      const looks = COLORS.flatMap((color) => SIZES.map((size) => ({ type, color, size })));
      for (const [n, look] of looks.entries()) {
        const button = { container: `#button-${n}`, ...look };
        expect(await module.create(n, { button })).toBe("loading");
        await expect(module.look(n).button).toBeVisible();
        expect(await picture(module.look(n).button)).toEqual({
          look: `${look.color.toLowerCase()}/${look.size}/${type}`,
          size: BUTTON_SIZES[type][look.size],
        });
      }
      expect(await drawn(page)).toEqual(
        looks.map((looks) => ({ sellerId: "A2EXAMPLE1234X", looks, presses: 0 })),
      );
    });
  }

  for (const region of ["uk", "de", "eur", "gbp"]) {
    test(`${region}: every language is passed on exactly`, async ({ shop, page }) => {
      const module = new Module(shop, page);
      await module.open("", { region });
      for (const [n, language] of LANGUAGES.entries()) {
        await module.create(n, { button: { container: `#button-${n}`, language } });
        await expect(module.look(n).button).toBeVisible();
      }
      expect(await looksOf(page)).toEqual(LANGUAGES.map((language) => ({ language })));
    });
  }

  test("the drop-in's attributes are passed on exactly, and drawn", async ({ shop, page }) => {
    const buyer = await shop.open("", {
      edits: [
        option("region", "de"),
        option("button-type", "Pay"),
        option("button-color", "DarkGray"),
        option("button-size", "x-large"),
        option("button-language", "fr-FR"),
      ],
    });
    await expect(buyer.button).toBeVisible();
    const looks = { type: "Pay", color: "DarkGray", size: "x-large", language: "fr-FR" };
    expect(await looksOf(page)).toEqual([looks]);
    expect(await picture(buyer.button)).toEqual({ look: "darkgray/x-large/Pay", size: [180, 90] });
  });

  // Amazon's script throws at null.
  for (const [name, button] of [
    ["the short form", "#button-1"],
    ["left out", { container: "#button-1" }],
    ["null", { container: "#button-1", type: null, color: null, size: null, language: null }],
    [
      "undefined",
      {
        container: "#button-1",
        type: undefined,
        color: undefined,
        size: undefined,
        language: undefined,
      },
    ],
  ]) {
    test(`${name}: nothing is passed on, and Amazon's default is drawn`, async ({ shop, page }) => {
      const module = new Module(shop, page);
      await module.open();
      expect(await module.create(1, { button })).toBe("loading");
      await expect(module.look(1).button).toBeVisible();
      expect(await looksOf(page)).toEqual([{}]);
      expect((await picture(module.look(1).button)).look).toBe("gold/medium/LwA");
    });
  }
});

test.describe("looks that Amazon's script would silently replace by its default", () => {
  for (const [name, values] of [
    ["type", ["pwa", "PWA", "AmazonPay", "Donate", "", " PwA", 1, true, {}, []]],
    ["color", ["gold", "GOLD", "lightgray", "Red", "", 1]],
    ["size", ["Medium", "xl", "X-Large", "x_large", "", 40]],
    ["language", ["de", "de-de", "de_DE", "en-US", "ja-JP", "", 1]],
  ]) {
    test(`${name}: ${values.map((value) => JSON.stringify(value)).join(", ")} are refused`, async ({
      shop,
      page,
    }) => {
      const module = new Module(shop, page);
      await module.open("", { region: "uk" });
      for (const [n, value] of values.entries()) {
        const button = { container: `#button-${n}`, [name]: value };
        expect(await module.create(n, { button }), `${value}`).toEqual({
          code: "invalid_option",
          audience: "developer",
          subject: `\`button.${name}\`: expected ${EXPECTED[name]}`,
        });
      }
      // The next one is good, and only that one is drawn.
      await module.create(values.length);
      await expect(module.look(values.length).button).toBeVisible();
      expect(await looksOf(page)).toEqual([{}]);
    });
  }

  for (const region of ["us", "jp"]) {
    test(`${region}: every language is refused`, async ({ shop, page }) => {
      const module = new Module(shop, page);
      await module.open("", { region });
      for (const [n, language] of LANGUAGES.entries()) {
        const button = { container: `#button-${n}`, language };
        expect(await module.create(n, { button }), language).toEqual({
          code: "invalid_option",
          audience: "developer",
          subject: "`button.language`: expected absent in this region",
        });
      }
      await module.create(LANGUAGES.length);
      await expect(module.look(LANGUAGES.length).button).toBeVisible();
      expect(await looksOf(page)).toEqual([{}]);
    });
  }

  for (const [name, value, expected] of [
    ["type", "pwa", EXPECTED.type],
    ["size", "Large", EXPECTED.size],
    ["color", "", EXPECTED.color],
    ["language", "de-DE", "absent in this region"],
  ]) {
    test(`data-button-${name}="${value}" is refused on the page`, async ({ shop, page }) => {
      const buyer = await shop.open("", { edits: [option(`button-${name}`, value)] });
      const what = `\`button.${name}\`: expected ${expected}`;
      await buyer.reads("invalid_option", `An option is not usable: ${what}.`);
      await shop.expectState("unavailable");
      await expect(buyer.button).toHaveCount(0);
      expect(await drawn(page)).toEqual([]);
    });
  }
});

test.describe("two buttons on one page", () => {
  // One beside the offer at the top, one in the checkout.
  const second = (html) =>
    html.replace(
      '<div class="hero-art">',
      '<div data-landerpay="button" id="hero-button"></div>$&',
    );

  async function openTwo(shop, flags = "") {
    const buyer = await shop.open(flags, { edits: [second] });
    await expect(buyer.button).toHaveCount(2);
    const [first, other] = [buyer.button.first(), buyer.button.last()];
    await expect(first).toBeVisible();
    await expect(other).toBeVisible();
    return { buyer, buttons: [first, other] };
  }

  for (const place of [0, 1]) {
    test(`number ${place + 1} signs in, both hide, and one order is placed`, async ({
      shop,
      crm,
      page,
      watch,
    }) => {
      const { buyer, buttons } = await openTwo(shop);
      const [popup] = await Promise.all([page.waitForEvent("popup"), buttons[place].click()]);
      const closed = popup.waitForEvent("close");
      await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
      await expect(buttons[0]).toBeHidden();
      await expect(buttons[1]).toBeHidden();
      await expect(buyer.placeOrder).toBeEnabled();
      expect(await page.locator('[data-landerpay="wallet"] iframe').count()).toBe(1);
      const { amazonOrderId } = await shop.snapshot();
      await buyer.place();
      await expect(buyer.orderId).toBeVisible();
      expect(watch.orders).toHaveLength(1);
      expect(await crm.outcomes(amazonOrderId)).toEqual(["accepted"]);
      expect(await pressesOf(page)).toEqual(place ? [0, 1] : [1, 0]);
    });
  }

  test("both come back after the buyer signs out, and either works again", async ({
    shop,
    page,
  }) => {
    const { buyer, buttons } = await openTwo(shop, "login=auto");
    for (const button of [buttons[1], buttons[0]]) {
      await button.click();
      await expect(buyer.placeOrder).toBeEnabled();
      await expect(buttons[0]).toBeHidden();
      await expect(buttons[1]).toBeHidden();
      await page.evaluate(() => window.LanderPay.checkout.signOut());
      await expect(buttons[0]).toBeVisible();
      await expect(buttons[1]).toBeVisible();
      await expect(buyer.button).toHaveCount(2);
    }
    expect(await pressesOf(page)).toEqual([1, 1]);
  });

  test("pressed one after the other they are one sign-in", async ({ shop, page }) => {
    const { buyer, buttons } = await openTwo(shop);
    const [popup] = await Promise.all([page.waitForEvent("popup"), buttons[0].click()]);
    await buttons[1].click();
    const closed = popup.waitForEvent("close");
    await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
    await expect(buyer.placeOrder).toBeEnabled();
    expect(await shop.details("signed-in")).toHaveLength(1);
    expect(await shop.names("state")).not.toContain("error");
    await expect(buttons[0]).toBeHidden();
    await expect(buttons[1]).toBeHidden();
  });

  test("the buyer declines: both are there", async ({ shop }) => {
    const { buyer, buttons } = await openTwo(shop, "login=denied");
    await buttons[1].click();
    await buyer.reads("sign_in_denied");
    await expect(buttons[0]).toBeVisible();
    await expect(buttons[1]).toBeVisible();
  });

  test("dispose() takes both off the page", async ({ shop, page }) => {
    const { buyer } = await openTwo(shop);
    await page.evaluate(() => window.LanderPay.checkout.dispose());
    await expect(buyer.button).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Amazon Pay" })).toHaveCount(0);
  });
});

test.describe("without a mouse", () => {
  const button = (page) => page.getByRole("button", { name: "Amazon Pay", exact: true });
  const PWA = { button: { container: "#button-1", type: "PwA" } };

  /** Presses Tab until the element has the focus. */
  async function tabTo(page, target) {
    for (let times = 0; times < 60; times += 1) {
      await page.keyboard.press("Tab");
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error("The Tab key does not reach it.");
  }

  for (const key of ["Enter", "Space"]) {
    test(`Tab reaches the button and ${key} presses it`, async ({ shop, page }) => {
      const buyer = await shop.open();
      await expect(buyer.button).toBeVisible();
      await expect(button(page)).toHaveCount(1);
      await tabTo(page, button(page));
      await page.evaluate(() =>
        document.addEventListener("keydown", ({ defaultPrevented }) => {
          window.prevented = defaultPrevented;
        }),
      );
      const [popup] = await Promise.all([page.waitForEvent("popup"), page.keyboard.press(key)]);
      await expect(popup.getByRole("button", { name: "Sign in" })).toBeVisible();
      await shop.expectState("signing-in");
      expect(await pressesOf(page)).toEqual([1]);
      // Space would scroll.
      expect(await page.evaluate(() => window.prevented)).toBe(true);
      const closed = popup.waitForEvent("close");
      await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
      await expect(buyer.placeOrder).toBeEnabled();
      await expect(button(page)).toHaveCount(0);
    });

    test(`${key} held down opens one window`, async ({ shop, page }) => {
      const popups = [];
      page.on("popup", (popup) => popups.push(popup));
      const buyer = await shop.open();
      await expect(buyer.button).toBeVisible();
      await button(page).focus();
      // The second and third are repetitions, as the browser marks them.
      for (let times = 0; times < 3; times += 1) await page.keyboard.down(key);
      await page.keyboard.up(key);
      expect(await pressesOf(page)).toEqual([1]);
      await expect.poll(() => popups.length).toBe(1);
      await expect(popups[0].getByRole("button", { name: "Sign in" })).toBeVisible();
      expect(popups).toHaveLength(1);
    });
  }

  test("other keys do nothing, and Tab goes on", async ({ shop, page }) => {
    const buyer = await shop.open();
    await expect(buyer.button).toBeVisible();
    await button(page).focus();
    for (const key of ["a", "Escape", "ArrowDown", "Shift"]) await page.keyboard.press(key);
    await page.keyboard.press("Tab");
    await expect(button(page)).not.toBeFocused();
    expect(await pressesOf(page)).toEqual([0]);
    await shop.expectState("signed-out");
  });

  test("each of two buttons is reached and pressed", async ({ shop, page }) => {
    const second = (html) =>
      html.replace('<div class="hero-art">', '<div data-landerpay="button"></div>$&');
    const buyer = await shop.open("login=denied", { edits: [second] });
    await expect(buyer.button).toHaveCount(2);
    for (const place of [0, 1]) {
      await tabTo(page, button(page).nth(place));
      await page.keyboard.press("Enter");
      await shop.heard("error", place + 1);
    }
    expect(await pressesOf(page)).toEqual([1, 1]);
  });

  for (const [where, open] of [
    [
      "the demo's page",
      async (shop) => {
        const buyer = await shop.open();
        await expect(buyer.button).toBeVisible();
      },
    ],
    [
      "a page without any style",
      async (shop, page) => {
        const module = new Module(shop, page);
        await module.open();
        await module.create(1, PWA);
        await expect(module.look(1).button).toBeVisible();
      },
    ],
  ]) {
    test(`the focus is seen on ${where}`, async ({ shop, page }) => {
      await open(shop, page);
      const target = button(page);
      const outline = () =>
        target.evaluate((element) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          return outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth);
        });
      expect(await outline()).toBe(0);
      await tabTo(page, target);
      expect(await outline()).toBeGreaterThan(0);
      // The page may still be scrolling there.
      await target.click({ trial: true });
      const clip = await target.boundingBox().then(({ x, y, width, height }) => ({
        x: Math.max(0, x - 6),
        y: Math.max(0, y - 6),
        width: width + 12,
        height: height + 12,
      }));
      const focused = await page.screenshot({ clip });
      await target.evaluate((element) => element.blur());
      expect(focused.equals(await page.screenshot({ clip }))).toBe(false);
    });
  }

  // Screen readers and voice control press the element that has the role, wherever the picture is.
  test("a press on the element with the role counts as one on the picture", async ({
    shop,
    page,
  }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1, PWA);
    await expect(module.look(1).button).toBeVisible();
    await button(page).evaluate((element) => element.click());
    await expect(module.look(1).addressFrame).toBeVisible();
    expect(await pressesOf(page)).toEqual([1]);
  });

  test("the element with the role is as large as the picture", async ({ shop, page }) => {
    const module = new Module(shop, page);
    await module.open("login=auto");
    await module.create(1, PWA);
    await expect(module.look(1).button).toBeVisible();
    const box = await button(page).boundingBox();
    expect(box).toEqual(await module.look(1).button.boundingBox());
    // In the middle of it, as assistive technology does.
    await button(page).click();
    await expect(module.look(1).addressFrame).toBeVisible();
    expect(await pressesOf(page)).toEqual([1]);
  });

  for (const [type, name] of [
    [undefined, "Login with Amazon"],
    ["LwA", "Login with Amazon"],
    ["Login", "Login with Amazon"],
    ["PwA", "Amazon Pay"],
    ["Pay", "Amazon Pay"],
    ["A", "Amazon Pay"],
  ]) {
    test(`the name says what the picture says: ${type ?? "no type"}`, async ({ shop, page }) => {
      const module = new Module(shop, page);
      await module.open();
      await module.create(1, { button: { container: "#button-1", type } });
      await expect(page.getByRole("button", { name, exact: true })).toHaveCount(1);
    });
  }

  test("a signed-in buyer does not meet the button", async ({ shop, page }) => {
    const { buyer } = await shop.openReady();
    await expect(button(page)).toHaveCount(0);
    await buyer.placeOrder.focus();
    await page.keyboard.press("Shift+Tab");
    expect(
      await page.evaluate(() =>
        Boolean(document.activeElement.closest('[data-landerpay="button"]')),
      ),
    ).toBe(false);
  });
});
