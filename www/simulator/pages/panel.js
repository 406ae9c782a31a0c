/** The panel that stands on the shop's own page, in a frame, for people who try it. */
import { describe } from "../catalogue.js";
import { html, page } from "./html.js";
import { scenarioForm } from "./scenario-form.js";

export function panelPage({ base, origin, world, fixed, scenario }) {
  const body = html`<main>
<button type="button" id="toggle" aria-expanded="false" aria-controls="body">
<span class="badge">Simulator</span>
<span id="now">${describe({ ...world.given, ...fixed })}</span>
<span id="do">Change</span>
</button>
<div id="body" hidden>
<p class="small">Amazon is simulated here: no real account, no real money. Choose what should happen.
Who is signed in stays so: sign out to see another sign-in.</p>
${scenarioForm(scenario, fixed)}
<div class="actions">
<button class="primary" type="submit" form="flags">Apply and reload</button>
<button type="button" id="reset">As usual</button>
<a href="${origin}/scenarios" target="_blank" rel="noopener">All scenarios</a>
</div>
<p id="said" role="status" class="small"></p>
</div>
</main>`;
  return page({ title: "Simulator", base, kind: "people frame", body, script: "panel.js" });
}
