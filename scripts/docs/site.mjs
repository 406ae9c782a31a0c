// Builds the site: the pages of the navigation, and every file of the repository that they link to.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { Failure, ROOT } from "../tools.mjs";
import { pages } from "./navigation.mjs";
import { frame } from "./page.mjs";
import { addressOf, render } from "./render.mjs";

const ASSETS = join(ROOT, "scripts", "docs", "assets");
const IMAGE = /\.(png|svg|jpg)$/;

/**
 * Writes the whole site into a folder.
 *
 * @param {string} folder
 * @returns {string[]} the files of the repository that it shows
 */
export function buildSite(folder) {
  rmSync(folder, { recursive: true, force: true });
  const rendered = new Map();
  const wanted = [...pages];
  for (const file of wanted) {
    if (rendered.has(file)) continue;
    const page = read(file);
    rendered.set(file, page);
    wanted.push(...page.links);
  }
  const titles = new Map([...rendered].map(([file, { title }]) => [file, title]));
  for (const [file, page] of rendered) {
    const target = join(folder, addressOf(file));
    mkdirSync(dirname(target), { recursive: true });
    if (IMAGE.test(file)) copyFileSync(join(ROOT, file), target);
    else writeFileSync(target, frame(file, page, titles));
  }
  for (const name of ["docs.css", "docs.js"]) copyFileSync(join(ASSETS, name), join(folder, name));
  return [...rendered.keys()];
}

function read(file) {
  const path = join(ROOT, file);
  if (file.startsWith("..") || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new Failure(`The documentation links to ${file}, which is no file of the repository.`);
  }
  if (IMAGE.test(file)) return { links: [], title: posix.basename(file) };
  const text = readFileSync(path, "utf8");
  if (file.endsWith(".md")) return render(file, text);
  const fence = "`".repeat(8);
  const language = posix.extname(file).slice(1);
  return render(
    file,
    `# ${posix.basename(file)}\n\n${fence}${language} file=${file}\n${text}\n${fence}`,
  );
}
