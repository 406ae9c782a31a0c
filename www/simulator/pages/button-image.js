/** The button picture: a neutral drawing of our own in Amazon's sizes, without anybody's logo. */
import { BUTTON_SIZES } from "../browser/button-sizes.js";
import { html } from "./html.js";

const TEXTS = {
  LwA: "Login with Amazon",
  Login: "Login",
  PwA: "Pay with Amazon",
  Pay: "Pay",
  A: "a",
};
const COLORS = {
  gold: { top: "#ffe19a", bottom: "#f5c453", edge: "#b38b2d", text: "#1d1d1f" },
  lightgray: { top: "#f7f8fa", bottom: "#dfe2e7", edge: "#9aa1ac", text: "#1d1d1f" },
  darkgray: { top: "#5b6069", bottom: "#3c4048", edge: "#2a2d33", text: "#ffffff" },
};

/** @returns {string | undefined} SVG; undefined for a picture that does not exist */
export function buttonImage(color, size, type) {
  const paint = COLORS[color];
  const box = BUTTON_SIZES[type]?.[size];
  if (!paint || !box) return undefined;
  const [width, height] = box;
  const text = TEXTS[type];
  const fontSize = Math.min(height * 0.44, (width * 1.4) / text.length);
  return String(html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="${paint.top}"/>
<stop offset="1" stop-color="${paint.bottom}"/></linearGradient></defs>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="${height / 8}"
 fill="url(#g)" stroke="${paint.edge}"/>
<text x="50%" y="50%" dy=".35em" text-anchor="middle" font-family="system-ui, sans-serif"
 font-weight="600" font-size="${fontSize.toFixed(1)}" fill="${paint.text}">${text}</text>
</svg>
`);
}
