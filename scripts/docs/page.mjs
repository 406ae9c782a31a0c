// What stands around a page's text: head, navigation, contents, the pages before and after.
import MarkdownIt from "markdown-it";
import { navigation, pages } from "./navigation.mjs";
import { wayTo } from "./render.mjs";

const { escapeHtml } = new MarkdownIt().utils;

/**
 * A whole page.
 *
 * @param {string} file the source, below the repository
 * @param {import("./render.mjs").Rendered} page
 * @param {Map<string, string>} titles by file
 */
export function frame(file, page, titles) {
  const name = file === "docs/README.md" ? "LanderPay" : `${page.title} – LanderPay`;
  const asset = (path) => escapeHtml(wayTo(file, `docs/${path}`));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(page.summary.slice(0, 200))}">
<title>${escapeHtml(name)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${asset("docs.css")}">
<script src="${asset("docs.js")}" defer></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header>
<a class="brand" href="${escapeHtml(wayTo(file, "docs/README.md"))}">LanderPay</a>
<span>Amazon Pay on any lander</span>
</header>
<nav class="pages" aria-label="Pages"><details open><summary>Pages</summary>
${navigation.map((section) => sectionOf(section, file, titles)).join("\n")}
</details></nav>
${contents(page.headings)}
<main id="text" tabindex="-1">
${page.html}
${neighbours(file, titles)}
</main>
</body>
</html>
`;
}

function sectionOf([title, files], file, titles) {
  const items = files.map((one) => {
    const current = one === file ? ' aria-current="page"' : "";
    const href = escapeHtml(wayTo(file, one));
    return `<li><a href="${href}"${current}>${escapeHtml(titles.get(one))}</a></li>`;
  });
  return `<h2>${title}</h2>\n<ul>${items.join("")}</ul>`;
}

function contents(headings) {
  const items = headings
    .filter(({ level }) => level === 2 || level === 3)
    .map(({ id, level, text }) => {
      return `<li class="level-${level}"><a href="#${id}">${escapeHtml(text)}</a></li>`;
    });
  if (items.length < 2) return "";
  return `<nav class="contents" aria-label="On this page"><details open><summary>On this page</summary><h2>On this page</h2><ul>${items.join("")}</ul></details></nav>`;
}

function neighbours(file, titles) {
  const place = pages.indexOf(file);
  if (place < 0) return "";
  const links = [
    ["prev", "Previous", pages[place - 1]],
    ["next", "Next", pages[place + 1]],
  ]
    .filter(([, , one]) => one)
    .map(([rel, word, one]) => {
      const title = escapeHtml(titles.get(one));
      return `<a rel="${rel}" href="${escapeHtml(wayTo(file, one))}"><span>${word}</span> ${title}</a>`;
    });
  return `<nav class="neighbours" aria-label="Before and after">${links.join("\n")}</nav>`;
}
