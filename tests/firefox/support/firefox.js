import { Builder } from "selenium-webdriver";
import firefox from "selenium-webdriver/firefox.js";

const PREFERENCES = {
  // The driver switches the pop-up blocker off, which a buyer has on.
  "dom.disable_open_during_load": true,
  // Without a screen Firefox finds no mouse.
  "ui.primaryPointerCapabilities": 6,
  "ui.allPointerCapabilities": 6,
};

/** A Firefox without a screen. Each test has a tab with cookies and storage of its own. */
export class Firefox {
  /** What the pages wrote into the console as an error, uncaught exceptions among it. */
  errors = [];
  #pages = new Map();
  #profile;

  static async start() {
    const { FIREFOX, GECKODRIVER } = process.env;
    if (!FIREFOX || !GECKODRIVER) {
      throw new Error("Set FIREFOX and GECKODRIVER to where they are, or run `npm test`.");
    }
    const options = new firefox.Options()
      .setBinary(FIREFOX)
      .addArguments("-headless", "--width=1280", "--height=900");
    for (const [name, value] of Object.entries(PREFERENCES)) options.setPreference(name, value);
    options.set("webSocketUrl", true);
    const driver = await new Builder()
      .forBrowser("firefox")
      .setFirefoxOptions(options)
      .setFirefoxService(new firefox.ServiceBuilder(GECKODRIVER))
      .build();
    const self = new Firefox(driver);
    self.bidi = await driver.getBidi();
    self.bidi.socket.on("message", (data) => self.#hear(JSON.parse(data)));
    await self.bidi.subscribe("log.entryAdded");
    return self;
  }

  constructor(driver) {
    this.driver = driver;
  }

  async command(method, params) {
    const { result, error, message } = await this.bidi.send({ method, params });
    if (error) throw new Error(`${method}: ${error}: ${message}`);
    return result;
  }

  /** Answers an address elsewhere with a page. */
  async answer(url, html) {
    this.#pages.set(url, html);
    await this.bidi.subscribe("network.beforeRequestSent");
    const urlPatterns = [{ type: "string", pattern: url }];
    await this.command("network.addIntercept", { phases: ["beforeRequestSent"], urlPatterns });
  }

  #hear({ method, params }) {
    if (method === "log.entryAdded" && params.level === "error") this.errors.push(params.text);
    if (method !== "network.beforeRequestSent" || !params.isBlocked) return;
    const { request, url } = params.request;
    this.command("network.provideResponse", {
      request,
      statusCode: 200,
      headers: [{ name: "content-type", value: { type: "string", value: "text/html" } }],
      body: { type: "string", value: this.#pages.get(url) },
    });
  }

  /** Opens the test's first tab. */
  async begin() {
    ({ userContext: this.#profile } = await this.command("browser.createUserContext", {}));
    this.errors.length = 0;
    await this.openTab();
  }

  /** Opens another tab of the same buyer, and looks at it. */
  async openTab() {
    const given = { type: "tab", userContext: this.#profile };
    const { context } = await this.command("browsingContext.create", given);
    await this.driver.switchTo().window(context);
    return context;
  }

  /** Closes all tabs and windows of the test. */
  async end() {
    const [first] = await this.driver.getAllWindowHandles();
    await this.command("browser.removeUserContext", { userContext: this.#profile });
    await this.driver.switchTo().window(first);
  }

  stop() {
    return this.driver.quit();
  }
}
