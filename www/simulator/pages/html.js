/** HTML by tagged template: every inserted value is escaped unless it is itself `html`. */

class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escapeHtml(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(escapeHtml).join("");
  return String(value ?? "").replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
}

export function html(parts, ...values) {
  return new Html(String.raw({ raw: parts }, ...values.map(escapeHtml)));
}

/** A sentence of ours, in which names of code stand between backticks. */
export function prose(text) {
  return text.split("`").map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
}

/** Data for a page's script, safe inside a script element. */
export function json(id, value) {
  const text = JSON.stringify(value).replaceAll("<", "\\u003c");
  return new Html(`<script type="application/json" id="${id}">${text}</script>`);
}

/** @param {{ title: string, base: string, kind: string, body: Html, script?: string }} page */
export function page({ title, base, kind, body, script }) {
  const tag = script ? html`<script type="module" src="${base}/assets/${script}"></script>` : "";
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${base}/assets/style.css">
${kind.startsWith("people") ? html`<link rel="stylesheet" href="${base}/assets/people.css">` : ""}
</head>
<body class="${kind}">
${body}
${tag}
</body>
</html>
`);
}
