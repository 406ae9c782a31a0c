import { expect } from "@playwright/test";

/** The drop-in's page, and where it has its parts. */
export const DROP_IN = {
  path: "/one-time.html",
  button: '[data-landerpay="button"]',
  addressBook: '[data-landerpay="address-book"]',
  wallet: '[data-landerpay="wallet"]',
  placeOrder: '[data-landerpay="place-order"]',
  status: '[data-landerpay="status"]',
  orderId: '[data-landerpay="order-id"]',
  signOut: '[data-landerpay="sign-out"]',
};

/** Another page of the same shop, in another folder: the next one of a funnel. */
export const NEXT = { ...DROP_IN, path: "/offers/next.html", source: DROP_IN.path };

/** A page of the demo that has the drop-in's parts. */
export const at = (path) => ({ ...DROP_IN, path });

/** The same of the page that Vite built from the packed package. */
export const NPM = {
  path: "/npm/",
  button: "#amazon-button",
  addressBook: "#address-book",
  wallet: "#wallet",
  placeOrder: "#place-order",
  status: "#status",
  orderId: "#order-id",
};

/** What a buyer sees of a checkout page, and what a buyer does there. */
export class Buyer {
  constructor(page, parts) {
    this.page = page;
    this.button = page.locator(`${parts.button} img`);
    this.addressFrame = page.locator(`${parts.addressBook} iframe`);
    this.walletFrame = page.locator(`${parts.wallet} iframe`);
    this.addresses = this.addressFrame.contentFrame().getByRole("radio");
    this.cards = this.walletFrame.contentFrame().getByRole("radio");
    this.placeOrder = page.locator(parts.placeOrder);
    this.status = page.locator(parts.status);
    this.orderId = page.locator(parts.orderId);
    this.signOut = page.locator(DROP_IN.signOut);
  }

  address(name) {
    return this.addressFrame.contentFrame().getByRole("radio", { name });
  }

  card(name) {
    return this.walletFrame.contentFrame().getByRole("radio", { name });
  }

  /** Presses Amazon's button. @returns {Promise<import("@playwright/test").Page>} the window */
  async openSignIn() {
    const [popup] = await Promise.all([this.page.waitForEvent("popup"), press(this.button)]);
    return popup;
  }

  /** Signs in as a person does, in Amazon's window; without a name as the one preselected. */
  async signIn(name) {
    const popup = await this.openSignIn();
    if (name) await popup.getByRole("radio", { name }).check();
    const closed = popup.waitForEvent("close");
    // The window closes on this very press.
    await Promise.all([closed, popup.getByRole("button", { name: "Sign in" }).click()]);
    await expect(this.addressFrame).toBeVisible();
  }

  /** Signs in on Amazon's page, in place of the shop's. */
  async signInOnPage(name) {
    await press(this.button);
    if (name) await this.page.getByRole("radio", { name }).check();
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(this.addressFrame).toBeVisible();
  }

  /** Signs in where the scenario answers by itself (`login=auto`). */
  async signInAtOnce() {
    await press(this.button);
    await expect(this.addressFrame).toBeVisible();
  }

  /** Waits until everything is chosen, and places the order. */
  async place() {
    await expect(this.placeOrder).toBeEnabled();
    await press(this.placeOrder);
  }

  /** Reads an error: its code on the status line, and the words. */
  async reads(code, words) {
    await expect(this.status).toHaveAttribute("data-code", code);
    if (words) await expect(this.status).toHaveText(words);
  }
}

// Right after scrolling, Chromium may give a press to the frame that was there before.
const press = async (control) => {
  await expect(async () => {
    await control.hover();
    expect(await control.evaluate((element) => element.matches(":hover"))).toBe(true);
  }).toPass();
  await control.click();
};
