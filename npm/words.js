// What the buyer reads, in the language of the page.
import { textOf, words } from "../src/js/talk.js";

const LANGUAGES = {
  __proto__: null,
  de: () => import("./words/de.js"),
  es: () => import("./words/es.js"),
  fr: () => import("./words/fr.js"),
  it: () => import("./words/it.js"),
  ja: () => import("./words/ja.js"),
};

// English now is better than nothing.
const PATIENCE = 3_000;

/**
 * Loads a language, if it is not English.
 *
 * @param {string} [language] the page's own by default
 * @param {Record<string, string>} [own] the page's own sentences
 */
export async function speak(language = document.documentElement.lang, own) {
  for (const key in words) delete words[key];
  Object.assign(words, own);
  const [name] = textOf(language).toLowerCase().split(/[-_]/);
  const loaded = LANGUAGES[name]?.().then(
    ({ default: sentences }) => Object.assign(words, sentences, own),
    // Then English it is.
    () => {},
  );
  if (loaded) await Promise.race([loaded, new Promise((late) => setTimeout(late, PATIENCE))]);
}
