/** What an address book or wallet frame shows. */
import { html, json, page } from "./html.js";

/**
 * @param {object} view
 * @param {string} view.base
 * @param {string} view.title
 * @param {{ id: string, title: string, lines: string[] }[]} view.items
 * @param {string} [view.selected]
 * @param {string} [view.notice] shown in place of the list
 * @param {object} view.script what the page's script works with
 */
export function widgetPage({ base, title, items, selected, notice, script }) {
  const choices = items.map(
    (item) => html`
<label class="choice">
  <input type="radio" name="item" value="${item.id}"${item.id === selected ? html` checked` : ""}>
  <span class="choice-text">
    <bdi class="choice-name">${item.title}</bdi>
    <small>${item.lines.join(", ")}</small>
  </span>
</label>`,
  );
  const content = notice
    ? html`<p class="notice" role="alert">${notice}</p>`
    : html`<div class="choices" role="radiogroup" aria-labelledby="title">${choices}</div>`;
  // No heading and no <main>: those are the shop's, and this is a part of its page.
  const body = html`<section aria-labelledby="title">
<p id="title">${title}</p>
${content}
<p class="small">Simulator · no real payment</p>
</section>
${json("view", script)}`;
  return page({ title: `${title} – Simulator`, base, kind: "widget", body, script: "widget.js" });
}
