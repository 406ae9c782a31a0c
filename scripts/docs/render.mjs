// From Markdown to HTML: headings with the anchors that GitHub gives them, links to other pages of the
// site, captions of code blocks, and tables that scroll by themselves on phones.
import { posix } from "node:path";
import GithubSlugger from "github-slugger";
import MarkdownIt from "markdown-it";
import { readInfo } from "./blocks.mjs";

/**
 * @typedef {object} Rendered
 * @property {string} html
 * @property {string} title the first heading
 * @property {string} summary the first paragraph
 * @property {{ id: string, level: number, text: string }[]} headings
 * @property {string[]} links files of the repository that it links to or shows
 */

/** Where a file of the repository stands on the site. */
export function addressOf(file) {
  if (file === "docs/README.md") return "index.html";
  if (/^docs\/[^/]+\.md$/.test(file)) return `${posix.basename(file, ".md")}.html`;
  if (file.startsWith("docs/") && !file.endsWith(".md")) return file.slice("docs/".length);
  return `source/${file}.html`;
}

/** The way from one file's page to another's. */
export const wayTo = (from, to) =>
  posix.relative(posix.dirname(addressOf(from)), addressOf(to)) || posix.basename(addressOf(to));

/** @returns {Rendered} */
export function render(file, text) {
  const markdown = new MarkdownIt({ html: true });
  const tokens = markdown.parse(text, {});
  const headings = nameHeadings(tokens);
  const links = followLinks(file, tokens);
  markdown.renderer.rules.fence = (all, index) => codeBlock(all[index], markdown.utils.escapeHtml);
  markdown.renderer.rules.table_open = (all, index) => {
    const name = markdown.utils.escapeHtml(headingBefore(all, index));
    return `<div class="table" role="group" tabindex="0" aria-label="Table: ${name}"><table>`;
  };
  markdown.renderer.rules.table_close = () => "</table></div>";
  // An empty head says nothing, and would be an empty cell to a screen reader.
  const html = markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll("<th></th>", "<td></td>")
    .replaceAll("<li>[ ] ", '<li class="task">');
  return { html, title: headings[0]?.text ?? file, summary: summaryOf(tokens), headings, links };
}

const plain = ({ children }) =>
  children
    .filter(({ type }) => ["text", "code_inline", "softbreak"].includes(type))
    .map(({ type, content }) => (type === "softbreak" ? " " : content))
    .join("");

function nameHeadings(tokens) {
  const slugger = new GithubSlugger();
  return tokens.flatMap((token, index) => {
    if (token.type !== "heading_open") return [];
    const text = plain(tokens[index + 1]);
    const id = slugger.slug(text);
    token.attrSet("id", id);
    return [{ id, level: Number(token.tag.slice(1)), text }];
  });
}

function headingBefore(tokens, index) {
  const opened = tokens.slice(0, index).findLastIndex(({ type }) => type === "heading_open");
  return opened < 0 ? "" : plain(tokens[opened + 1]);
}

function summaryOf(tokens) {
  const opened = tokens.findIndex(({ type, level }) => type === "paragraph_open" && level === 0);
  return opened < 0 ? "" : plain(tokens[opened + 1]);
}

function followLinks(file, tokens) {
  const found = [];
  const follow = (token, name) => {
    const target = token.attrGet(name);
    if (/^[a-z]+:|^#/.test(target)) return;
    const [path, hash] = target.split("#");
    const to = posix.normalize(posix.join(posix.dirname(file), path));
    found.push(to);
    token.attrSet(name, wayTo(file, to) + (hash ? `#${hash}` : ""));
  };
  for (const { children } of tokens) {
    for (const child of children ?? []) {
      if (child.type === "link_open") follow(child, "href");
      if (child.type === "image") follow(child, "src");
    }
  }
  return found;
}

const NAMES = {
  ...{ html: "HTML", css: "CSS", js: "JavaScript", ts: "TypeScript", tsx: "React", vue: "Vue" },
  ...{ json: "JSON", sh: "Shell", http: "Header", text: "Text", php: "PHP" },
  ...{ ini: "Settings", nginx: "nginx", dockerfile: "Dockerfile" },
};

function codeBlock({ info, content }, escapeHtml) {
  const { language, at, skip, file } = readInfo(info);
  const kind = NAMES[language] ?? "Code";
  const caption = at ?? file ?? (skip ? `Not run by our tests: ${skip}` : kind);
  const name = escapeHtml(caption);
  const head = `<figcaption>${name}</figcaption>`;
  const body = `<pre tabindex="0" aria-label="Code: ${name}" role="group"><code>${escapeHtml(content)}</code></pre>`;
  return `<figure class="code">${head}${body}</figure>\n`;
}
