/** Points a page's drop-in tag at a simulator. */

const TAG = /<script\b[^>]*\bsrc=["']?[^"'\s>]*landerpay\.js\b[^>]*>/gi;
const OTHERS = /\s+data-(?:simulator|environment)(?:=(?:"[^"]*"|'[^']*'|[^\s>]*))?/gi;

/**
 * @param {string} html
 * @param {string} url of the simulator
 * @returns {string}
 */
export function inject(html, url) {
  let found = false;
  const changed = html.replace(TAG, (tag) => {
    found = true;
    const attributes = `data-environment="sandbox" data-simulator="${url}"`;
    return tag.replace(OTHERS, "").replace(/^<script\b/i, `$& ${attributes}`);
  });
  if (!found)
    throw new Error("The page has no tag for landerpay.js to be pointed at the simulator.");
  return changed;
}
