// What the buyer reads, in the language of the page.
import { entriesOf, textOf, words } from "../src/js/talk.js";

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

// What came late for an older one does not count.
let newest;

/**
 * Loads a language, if it is not English.
 *
 * @param {string} [language] the page's own by default
 * @param {Record<string, string>} [own] the page's own sentences
 */
export async function speak(language, own) {
  const mine = (newest = {});
  const use = (sentences) => {
    if (mine !== newest) return;
    words.clear();
    for (const given of [sentences?.default, own]) {
      for (const [key, sentence] of entriesOf(given) ?? []) if (sentence) words.set(key, sentence);
    }
  };
  use();
  const [name] = textOf(language ?? document.documentElement.lang)
    .toLowerCase()
    .split(/[-_]/);
  // Without the file, English it is.
  const loaded = LANGUAGES[name]?.().then(use, () => {});
  if (loaded) await Promise.race([loaded, new Promise((late) => setTimeout(late, PATIENCE))]);
}
