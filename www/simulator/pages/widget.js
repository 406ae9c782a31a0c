/** What the frame of a widget shows. */
import { html, json, page } from "./html.js";

/**
 * @typedef {{ id: string, title: string, lines: string[] }} Item
 *
 * @param {object} view
 * @param {string} view.base
 * @param {string} view.title
 * @param {object} view.content one of the following, or nothing
 * @param {string} [view.content.notice]
 * @param {Item[]} [view.content.items] to choose from
 * @param {string} [view.content.selected] the id of the item that is chosen by itself
 * @param {Item} [view.content.chosen] in read mode
 * @param {boolean} [view.content.ticked] the box of a consent
 * @param {string} [view.content.currency] of a wallet's payment
 * @param {object} [view.script] what the page's script works with; without it the page is mute
 */
export function widgetPage({ base, title, content, script }) {
  const collapsible = Boolean(script?.heights);
  // No heading and no <main>: those are the shop's, and this is a part of its page.
  const body = html`<section aria-labelledby="title">
<p id="title">${title}${content.chosen && ", read only"}</p>
${collapsible ? html`<button type="button" id="toggle" aria-expanded="false">Change</button>` : ""}
${show(content)}
<p class="small">Simulator · no real payment${content.currency && ` · paid in ${content.currency}`}</p>
</section>
${script ? json("view", script) : ""}`;
  return page({
    title: `${title} – Simulator`,
    base,
    kind: collapsible ? "widget collapsible" : "widget",
    body,
    script: script && "widget.js",
  });
}

function show({ notice, items, selected, chosen, ticked }) {
  if (notice) return html`<p class="notice" role="alert">${notice}</p>`;
  if (ticked !== undefined) return consentBox(ticked);
  if (chosen)
    return html`<div class="choices"><div class="choice fixed">${text(chosen)}</div></div>`;
  if (!items) return "";
  const choices = items.map(
    (item) => html`
<label class="choice">
  <input type="radio" name="item" value="${item.id}"${item.id === selected ? html` checked` : ""}>
  ${text(item)}
</label>`,
  );
  return html`<div class="choices" role="radiogroup" aria-labelledby="title">${choices}
<p class="none">Nothing is chosen yet.</p></div>`;
}

function text({ title, lines }) {
  return html`<span class="choice-text">
    <bdi class="choice-name">${title}</bdi>
    <small>${lines.join(", ")}</small>
  </span>`;
}

/** The sentence is the one that the CRM's documentation quotes. */
function consentBox(ticked) {
  return html`<div class="choices"><label class="choice">
  <input type="checkbox" name="consent"${ticked ? html` checked` : ""}>
  <span class="choice-text">Use my selected payment method for future purchases and payments to this
  merchant</span>
</label></div>`;
}
