/** The simulator's own front page, for people: how to use it, and what should happen. */
import { ACCOUNTS } from "../accounts.js";
import { describe } from "../catalogue.js";
import { html, page } from "./html.js";
import { scenarioForm } from "./scenario-form.js";

const REGIONS = ["us", "uk", "de", "eur", "gbp", "jp"];

export function widgetsPath(region, sandbox) {
  const lpa = region === "us" ? "" : "lpa/";
  return `/OffAmazonPayments/${region}/${sandbox ? "sandbox/" : ""}${lpa}js/Widgets.js`;
}

export function homePage({ base, origin, world, fixed, scenario }) {
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
<p>A stand-in for Widgets.js and Login with Amazon. No real account, no real money.
<a href="${origin}/scenarios">All scenarios</a> says what each one shows.</p>
<h2>On your page</h2>
<div class="copy">
<label for="tag">For the script tag</label>
<input id="tag" readonly value='data-environment="sandbox" data-simulator="${origin}"'>
<button type="button" data-copy="tag">Copy</button>
</div>
<h2>What should happen</h2>
<p>Now: <strong id="now">${describe({ ...world.given, ...fixed })}</strong></p>
${scenarioForm(scenario, fixed)}
<div class="actions">
<button class="primary" type="submit" form="flags">Apply</button>
<button type="button" id="reset">As usual</button>
</div>
<p id="said" role="status" class="small"></p>
<div class="copy">
<label for="base">An address that always does this, whatever is applied</label>
<input id="base" readonly value="${origin}">
<button type="button" data-copy="base">Copy</button>
</div>
<h2>Scripts under an address</h2>
<ul>${scripts}</ul>
<p class="small">Live builds: the same without <code>sandbox/</code>.</p>
<h2>Test accounts</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Test accounts"><table>
<thead><tr><th>account</th><th>name</th><th>e-mail</th><th>why</th></tr></thead>
<tbody>${accounts}</tbody>
</table></div>
</main>`;
  return page({ title: "Simulator", base, kind: "people", body, script: "home.js" });
}
