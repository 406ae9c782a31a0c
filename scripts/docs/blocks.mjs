// The code blocks of the documentation, with what their info strings say about how they are tested.
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: true });

/**
 * @typedef {object} Block
 * @property {string} file below the repository, such as `docs/upsell.md`
 * @property {number} line where its fence stands
 * @property {string} language the first word of its info string
 * @property {string} [at] the address of the whole page that it is
 * @property {string} [check] which test runs it
 * @property {string} [skip] why none does
 * @property {string} text
 */

/** @returns {Block[]} every fenced block of a Markdown text */
export function blocksOf(file, text) {
  return markdown
    .parse(text, {})
    .filter(({ type }) => type === "fence")
    .map(({ info, content, map }) => ({
      file,
      line: map[0] + 1,
      ...readInfo(info),
      text: content,
    }));
}

/** Reads ```` ```html at=/order.html ````: a language, then words of the form `key=value`. */
export function readInfo(info) {
  const [language = ""] = /^\S+/.exec(info) ?? [];
  const rest = info.slice(language.length);
  const words = [...rest.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)];
  return {
    language,
    ...Object.fromEntries(words.map(([, key, long, short]) => [key, long ?? short])),
  };
}

/**
 * A block as a reader would run it: with ids in place of those that end in "…", and the simulator in
 * place of Amazon.
 *
 * @param {string} text
 * @param {{ clientId: string, sellerId: string, simulator: string }} ids
 */
export function fillIn(text, { clientId, sellerId, simulator }) {
  return text
    .replaceAll("amzn1.application-oa2-client.…", clientId)
    .replaceAll(
      'data-seller-id="A2…"',
      `data-seller-id="${sellerId}" data-simulator="${simulator}"`,
    )
    .replaceAll('sellerId: "A2…",', `sellerId: "${sellerId}", simulator: "${simulator}",`);
}
