/** The page for people: all flags, all accounts, and the address that a scenario has. */
import { ACCOUNTS } from "../accounts.js";
import { FLAGS } from "../scenario.js";
import { html, page } from "./html.js";

const REGIONS = ["us", "uk", "de", "eur", "gbp", "jp"];

export function widgetsPath(region, sandbox) {
  const lpa = region === "us" ? "" : "lpa/";
  return `/OffAmazonPayments/${region}/${sandbox ? "sandbox/" : ""}${lpa}js/Widgets.js`;
}

export function panelPage({ base, origin }) {
  const flags = Object.entries(FLAGS).map(([name, { values, hint, about }]) => {
    const id = `flag-${name}`;
    const control = values
      ? html`<select id="${id}" name="${name}">${values.map((value) => html`<option>${value}</option>`)}</select>`
      : html`<input id="${id}" name="${name}" placeholder="${hint}">`;
    return html`<div class="flag">
<label for="${id}">${name}</label>
${control}
<p class="small">${about}</p>
</div>`;
  });
  const accounts = Object.entries(ACCOUNTS).map(
    ([key, account]) => html`<tr>
<th scope="row"><code>${key}</code></th>
<td><bdi>${account.name}</bdi></td>
<td>${account.email ?? "–"}</td>
<td>${account.about}</td>
</tr>`,
  );
  const scripts = REGIONS.map((region) => html`<li><code>${widgetsPath(region, true)}</code></li>`);
  const body = html`<main data-origin="${origin}">
<p class="badge">Simulator</p>
<h1>Amazon Pay, simulated</h1>
<p>A stand-in for Widgets.js and Login with Amazon. Choose what should happen, then use the base
address in your page or test.</p>
<div class="base">
<label for="base">Base address</label>
<input id="base" readonly value="${origin}">
<button type="button" id="copy">Copy</button>
<p id="copied" role="status" class="small"></p>
</div>
<h2>Scenario</h2>
<form id="flags" class="flags">${flags}</form>
<h2>Scripts under the base address</h2>
<ul>${scripts}</ul>
<p class="small">Live builds: the same without <code>sandbox/</code>.</p>
<h2>Test accounts</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Test accounts"><table>
<thead><tr><th>account</th><th>name</th><th>e-mail</th><th>why</th></tr></thead>
<tbody>${accounts}</tbody>
</table></div>
</main>`;
  return page({ title: "Simulator", base, kind: "panel", body, script: "panel.js" });
}
