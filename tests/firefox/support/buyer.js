import assert from "node:assert/strict";
import { inspect } from "node:util";
import { By, Key, until } from "selenium-webdriver";

const PATIENCE_MS = 15_000;
const part = (name) => By.css(`[data-landerpay="${name}"]`);
const FACE = `
  const read = (name) => document.querySelector('[data-landerpay="' + name + '"]');
  const status = read("status");
  const button = read("place-order");
  return {
    path: location.pathname,
    state: document.documentElement.dataset.landerpayState,
    said: status?.textContent,
    code: status?.dataset.code,
    orderId: read("order-id")?.textContent,
    canPlace: Boolean(button) && !button.disabled && button.ariaDisabled !== "true",
  };`;

/** What a buyer sees of the page in the present tab, and does there. */
export class Buyer {
  constructor(firefox) {
    this.firefox = firefox;
    this.driver = firefox.driver;
  }

  /**
   * Runs in the page, and gives plain data. Not by the driver's own way, during which Firefox would not
   * keep a page that is left.
   */
  async run(script, ...given) {
    const context = await this.driver.getWindowHandle();
    const { result, exceptionDetails } = await this.firefox.command("script.callFunction", {
      functionDeclaration: `async () => JSON.stringify(await (async (...given) => {
        ${script}
      })(...${JSON.stringify(given)}))`,
      target: { context },
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value && JSON.parse(result.value);
  }

  snapshot() {
    return this.run("return LanderPay.checkout.snapshot()");
  }

  /** Waits until the page looks like this; texts may be patterns. @returns {Promise<object>} how it looks */
  async sees(wanted) {
    let face;
    const matches = ([name, value]) =>
      value instanceof RegExp ? value.test(face[name]) : face[name] === value;
    const look = async () => {
      face = await this.run(FACE).catch(() => ({}));
      return Object.entries(wanted).every(matches);
    };
    await this.driver.wait(look, PATIENCE_MS).catch(() => {
      assert.fail(`The buyer should see ${inspect(wanted)}, and sees ${inspect(face)}.`);
    });
    return face;
  }

  find(locator) {
    return this.driver.wait(until.elementLocated(locator), PATIENCE_MS);
  }

  async press(locator) {
    const element = await this.find(locator);
    await this.driver.wait(until.elementIsVisible(element), PATIENCE_MS);
    // The shop's pages scroll smoothly, which the driver does not wait for.
    const scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
    await this.driver.executeScript(scroll, element);
    await this.driver.actions().move({ origin: element }).click().perform();
  }

  /** Presses Amazon's button once its picture is there. */
  async pressAmazon() {
    const picture = await this.find(By.css('[data-landerpay="button"] img'));
    const isDrawn = () =>
      this.driver.executeScript("return arguments[0].naturalWidth > 0", picture);
    await this.driver.wait(isDrawn, PATIENCE_MS);
    await this.press(By.css('[data-landerpay="button"] img'));
  }

  /** Signs in by Amazon's window, which `open` opens. */
  async signInByWindow(open = () => this.pressAmazon()) {
    const shop = await this.driver.getWindowHandle();
    const before = await this.driver.getAllWindowHandles();
    await open();
    const opened = async () =>
      (await this.driver.getAllWindowHandles()).find((handle) => !before.includes(handle));
    const popup = await this.driver.wait(opened, PATIENCE_MS, "no window was opened");
    await this.driver.switchTo().window(popup);
    await this.answerAmazon();
    const isClosed = async () => !(await this.driver.getAllWindowHandles()).includes(popup);
    await this.driver.wait(isClosed, PATIENCE_MS, "Amazon's window stayed");
    await this.driver.switchTo().window(shop);
  }

  /** Signs in on Amazon's page, in place of the shop's. */
  async signInOnPage() {
    await this.pressAmazon();
    await this.answerAmazon();
  }

  /** Takes the preselected account on Amazon's page that is open. */
  answerAmazon() {
    return this.press(By.css('button[value="sign-in"]'));
  }

  /** Signs in where the scenario answers by itself (`login=auto`). */
  async signInAtOnce() {
    await this.pressAmazon();
    await this.sees({ state: "ready" });
    return (await this.snapshot()).amazonOrderId;
  }

  /** Goes back until the page is this one. Firefox has a step of its own for each of Amazon's widgets. */
  async leaveBackTo(path) {
    const look = () => this.run("return location.pathname").catch(() => undefined);
    const step = async () => {
      const isThere = (await look()) === path;
      if (!isThere) await this.run("history.back()").catch(() => undefined);
      return isThere;
    };
    await this.driver.wait(step, PATIENCE_MS, `${path} is not there`, 300);
  }

  /** The same to a page that is not loaded again. @returns {Promise<string>} its state as soon as it is there */
  async goBack(path) {
    await this.leaveBackTo(path);
    const restored = () => this.run("return window.restoredAs");
    return this.driver.wait(restored, PATIENCE_MS, `${path} was loaded again`);
  }

  /** Looks into one of Amazon's widgets. */
  async inWidget(name, look) {
    await this.driver.wait(
      until.ableToSwitchToFrame(By.css(`[data-landerpay="${name}"] iframe`)),
      PATIENCE_MS,
    );
    try {
      return await look();
    } finally {
      await this.driver.switchTo().defaultContent();
    }
  }

  /** Waits until a widget has chosen this by itself. */
  hasChosen(name, text) {
    return this.inWidget(name, async () => {
      const choice = By.xpath(`//label[contains(., "${text}")]/input`);
      await this.driver.wait(until.elementIsSelected(await this.find(choice)), PATIENCE_MS);
    });
  }

  consent() {
    return this.inWidget("consent", () => this.press(By.css("input")));
  }

  /** Waits until everything is chosen, and places the order. */
  async place() {
    await this.sees({ canPlace: true });
    await this.press(part("place-order"));
  }

  /** Types into a field of the page, and presses Enter. */
  async enter(locator, text) {
    await (await this.find(locator)).sendKeys(text, Key.ENTER);
  }

  signOut() {
    return this.press(part("sign-out"));
  }
}
