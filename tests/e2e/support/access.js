// What a page is to those who do not see it, see it large, or see it in other colours.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect } from "@playwright/test";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations", "incomplete"],
  // Nothing of what it would fetch is asked for by these rules.
  preload: false,
};

// High enough for every page: nothing lies below what sticks to an edge.
const DESKTOP = { width: 1280, height: 4000 };
const PHONE = { width: 390, height: 6000 };
/** A desktop's window at 400 %, a phone's at 120 %. */
const ZOOMED = { width: 320, height: 568 };

let count = 0;

/**
 * Looks at a page as it stands: by axe, at 400 %, with larger text, without motion, and in forced
 * colours. Axe sees a desktop in light colours and a phone in dark ones by turns: which it is matters to
 * neither the colours nor the markup. Leaves the page as it was. Failures do not end the test.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} step what it shows, for the messages
 */
export async function inspect(page, step) {
  const found = [];
  const note = (view, all) => found.push(...all.map((one) => `${view}: ${one}`));
  const window = page.viewportSize();
  const isPhone = (count += 1) % 2 === 0;
  await page.setViewportSize(isPhone ? PHONE : DESKTOP);
  await page.emulateMedia({ colorScheme: isPhone ? "dark" : "light", reducedMotion: "reduce" });
  note(isPhone ? "phone, dark" : "desktop, light", await askAxe(page));
  note("reduced motion", await inEveryFrame(page, findMotion));
  await page.emulateMedia({ colorScheme: null, reducedMotion: null, forcedColors: "active" });
  note("forced colours", await inEveryFrame(page, findInvisible));
  await page.emulateMedia({ forcedColors: null });
  await setTextSize(page, "200%");
  note("large text", await inEveryFrame(page, findCutOff));
  await setTextSize(page, "");
  await page.setViewportSize(ZOOMED);
  note("400 %", await inEveryFrame(page, findCutOff));
  await page.setViewportSize(window);
  expect.soft(found, step).toEqual([]);
}

/** What axe finds on a page and in its frames, and what it cannot decide by itself. */
export async function askAxe(page, rules) {
  const options = rules ? { ...OPTIONS, runOnly: rules } : OPTIONS;
  const parts = await askFrame(page.mainFrame(), undefined, options);
  const { violations, incomplete } = await page.evaluate(
    ([parts, options]) => window.axe.finishRun(parts, options),
    [parts, options],
  );
  return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")} ${failureSummary}`),
  );
}

/** @returns {Promise<object[]>} what `axe.finishRun` takes: of this frame, and of those in it */
async function askFrame(frame, context, options) {
  if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(AXE);
  const [part, inner] = await frame.evaluate(
    async ([context = document, options]) => [
      await window.axe.runPartial(context, options),
      window.axe.utils.getFrameContexts(context, options),
    ],
    [context, options],
  );
  const parts = [part];
  for (const { frameSelector, frameContext } of inner) {
    const element = await frame.evaluateHandle(
      (selector) => window.axe.utils.shadowSelect(selector),
      frameSelector,
    );
    parts.push(...(await askFrame(await element.contentFrame(), frameContext, options)));
  }
  return parts;
}

async function inEveryFrame(page, look) {
  const found = await Promise.all(page.frames().map((frame) => frame.evaluate(look)));
  return found.flat();
}

const setTextSize = (page, size) =>
  page.evaluate((size) => {
    document.documentElement.style.fontSize = size;
  }, size);

/** Runs in a frame: what reaches over its edge, or has more in it than it shows. */
function findCutOff() {
  const found = [];
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`scrolls sideways: ${scrollWidth} in ${clientWidth}`);
  for (const element of document.body.querySelectorAll("*")) {
    const { clipPath, display, overflowX, overflowY } = getComputedStyle(element);
    const { left, right, width } = element.getBoundingClientRect();
    const isSeen = element.checkVisibility({ visibilityProperty: true }) && width > 1;
    // For screen readers only; a part of a line, which has no box of its own; a table that scrolls,
    // and a field.
    if (!isSeen || clipPath !== "none" || display === "inline") continue;
    if (element.matches("input") || element.closest("[role=region][tabindex]")) continue;
    const isCut =
      left < -1 ||
      right > clientWidth + 1 ||
      (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) ||
      (/hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 1);
    if (isCut) found.push(`is cut off: ${element.outerHTML.slice(0, 120)}`);
  }
  return found;
}

/** Runs in a frame. */
function findMotion() {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const part of [undefined, "::before", "::after"]) {
      const style = getComputedStyle(element, part);
      const lasts = (durations) => durations.split(",").some((time) => Number.parseFloat(time) > 0);
      const isAnimated = style.animationName !== "none" && lasts(style.animationDuration);
      const moves =
        isAnimated || lasts(style.transitionDuration) || style.scrollBehavior === "smooth";
      if (moves) found.push(`moves: ${element.outerHTML.slice(0, 120)}`);
    }
  }
  return found;
}

/** Runs in a frame: controls that look like text, or like nothing, without colours of their own. */
function findInvisible() {
  const found = [];
  const canvas = getComputedStyle(document.documentElement).getPropertyValue("background-color");
  for (const element of document.querySelectorAll("a, button, input, select, summary")) {
    if (!element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.matches("summary, [type=radio], [type=checkbox]")) continue;
    const style = getComputedStyle(element);
    const hasEdge =
      style.borderTopStyle !== "none" &&
      Number.parseFloat(style.borderTopWidth) > 0 &&
      style.borderTopColor !== canvas;
    const isUnderlined = style.textDecorationLine.includes("underline");
    if (!hasEdge && !isUnderlined)
      found.push(`is not to be seen: ${element.outerHTML.slice(0, 120)}`);
  }
  return found;
}
