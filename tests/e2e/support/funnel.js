import { at } from "./buyer.js";

export const LANDER = at("/funnel.html");
export const FIRST = at("/upsell-1.html");
export const SECOND = at("/upsell-2.html");
export const THANKS = at("/thank-you.html");
export const CART = at("/cart.html");
export const REVIEW = at("/review.html");

/** What is shown once more, to be read only: `address` or `wallet`. */
export const readOnly = (page, name) =>
  page.frameLocator(`[data-landerpay="${name}-review"] iframe`);

/** Opens the lander in a scenario, with the rest of the funnel in the same one. */
export async function openFunnel(shop, { flags = "login=auto", search = "", edits = {} } = {}) {
  for (const parts of [FIRST, SECOND, THANKS]) {
    await shop.prepare(flags, { parts, edits: edits[parts.path] });
  }
  return shop.open(flags, { parts: LANDER, at: search, edits: edits[LANDER.path] });
}

/** Buys on the lander, and comes to the first upsell. */
export async function comeToUpsell(shop, page, options) {
  const buyer = await openFunnel(shop, options);
  await buyer.signInAtOnce();
  await buyer.place();
  await page.waitForURL(({ pathname }) => pathname === FIRST.path);
  return buyer;
}
