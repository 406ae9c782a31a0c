// Somebody with a keyboard, who looks where the focus is.
import { expect } from "@playwright/test";

/** More stops than any page has. */
const MOST = 40;

export class Keys {
  /** The last stop: what had the focus, and how it looked then. */
  #last;

  constructor(page) {
    this.page = page;
  }

  /** What has the focus, in whichever frame. */
  async #focused() {
    let frame = this.page.mainFrame();
    for (;;) {
      const element = await frame.evaluateHandle(() => document.activeElement);
      const inner = await element.asElement().contentFrame();
      if (!inner) return { frame, element };
      frame = inner;
    }
  }

  /**
   * Presses Tab. Behind the page's last control comes its first one again.
   *
   * @returns {Promise<string>} the name of what has the focus now
   */
  async tab() {
    const before = await this.#focused();
    await this.page.keyboard.press("Tab");
    let now;
    // It may go from one frame to another, and round the page's end, which takes a moment.
    await expect(async () => {
      now = await this.#focused();
      const isStop = ({ element, frame }, last) =>
        element.evaluate(
          (one, last) => one !== last && one !== document.body,
          frame === last.frame ? last.element : undefined,
        );
      expect(await isStop(now, before)).toBe(true);
    }).toPass({ intervals: [5, 20, 50], timeout: 10_000 });
    await this.#leave();
    const name = await now.element.evaluate(readName);
    await this.#arrive(name, now);
    return name;
  }

  /** What had the focus must look different without it. */
  async #leave() {
    const { name, element, look } = this.#last ?? {};
    this.#last = undefined;
    if (!element || !(await element.evaluate((one) => one.isConnected).catch(() => false))) return;
    expect(await element.evaluate(readLook), `the focus is not seen on: ${name}`).not.toBe(look);
  }

  /** What has the focus must be in sight, with nothing above it. */
  async #arrive(name, { element }) {
    this.#last = { name, element, look: await element.evaluate(readLook) };
    await expect(async () => {
      const { x, y, width, height } = await element.boundingBox();
      const middle = [x + width / 2, y + height / 2];
      let frame = this.page.mainFrame();
      for (let inner; ; frame = inner) {
        const hit = await frame.evaluateHandle(at, middle);
        inner = await hit.asElement()?.contentFrame();
        if (!inner) {
          expect(await hit.evaluate(isPartOf, element), `covered: ${name}`).toBe(true);
          return;
        }
        const box = await hit.asElement().evaluate((one) => one.getBoundingClientRect().toJSON());
        middle[0] -= box.x;
        middle[1] -= box.y;
      }
    }).toPass({ timeout: 5000 });
  }

  /**
   * Presses Tab until something of this name has the focus.
   *
   * @param {string | RegExp} wanted
   * @returns {Promise<string[]>} the names on the way, the last one included
   */
  async tabTo(wanted) {
    const names = [];
    while (names.length < MOST) {
      const name = await this.tab();
      names.push(name);
      if (wanted instanceof RegExp ? wanted.test(name) : name === wanted) return names;
    }
    throw new Error(`Tab does not come to ${wanted}, but to: ${names.join(" | ")}`);
  }

  /** Presses Tab to this control, and then a key on it. */
  async press(wanted, key = "Enter") {
    const names = await this.tabTo(wanted);
    // What it does may close the window.
    this.#last = undefined;
    await this.page.keyboard.press(key);
    return names;
  }
}

/** Runs in a frame. */
function readName(element) {
  const { labels, innerText, tagName } = element;
  const name = element.getAttribute("aria-label") ?? labels?.[0]?.innerText ?? innerText;
  return name.trim().split(/\s*\n\s*/)[0] || tagName;
}

/** Runs in a frame: how something with the focus is marked, itself or by its label. */
function readLook(element) {
  const ofOne = (one, part) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(one, part);
    const isNone = outlineStyle === "none" || outlineWidth === "0px";
    return [isNone ? "" : [outlineStyle, outlineWidth, outlineColor], boxShadow];
  };
  const box = element.closest("label") ?? element;
  return JSON.stringify([ofOne(element), ofOne(element, "::after"), ofOne(box)]);
}

/** Runs in a frame. */
const at = ([x, y]) => document.elementFromPoint(x, y);

/** Runs in a frame. */
const isPartOf = (hit, element) => element.contains(hit) || Boolean(hit?.contains(element));
