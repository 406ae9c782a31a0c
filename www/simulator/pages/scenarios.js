/** Every scenario with what it shows, and a link that opens the shop's page with it on. */
import { describe, flagsOf, GROUPS, SCENARIOS } from "../catalogue.js";
import { FLAGS } from "../scenario.js";
import { html, page, prose } from "./html.js";

export function scenariosPage({ base, origin, world, fixed }) {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const flags = Object.entries(FLAGS).filter(([, flag]) => flag.group === group);
    return html`<section aria-labelledby="${group}">
<h2 id="${group}">${title}</h2>
${flags.map(([name, flag]) => flagPart(name, flag, { origin, world }))}
</section>`;
  });
  const links = Object.entries(GROUPS).map(
    ([group, title]) => html`<li><a href="#${group}">${title}</a></li>`,
  );
  const now = describe({ ...world.given, ...fixed });
  const body = html`<main>
<p class="badge">Simulator</p>
<h1>All scenarios</h1>
<p>Amazon is simulated: no real account, no real money. Each link below sets its scenario, for every page
that uses <code>${origin}</code>, and opens ${world.pages.checkout ? "the shop" : "this list again"}.</p>
<p>Now: <strong>${now}</strong> · <a href="${origin}/try/login=ask">Open the shop as usual</a> ·
<a href="${origin}/">Combine scenarios</a></p>
<nav aria-label="Groups"><ul class="links">${links}</ul></nav>
${groups}
</main>`;
  return page({ title: "All scenarios – Simulator", base, kind: "people", body });
}

function flagPart(name, flag, shown) {
  const listed = SCENARIOS.filter((scenario) => scenario.flag === name);
  return html`<div class="flag">
<h3>${flag.title} <code>${name}</code></h3>
<p>${flag.about}</p>
<p class="small"><b>The real Amazon:</b> ${prose(flag.amazon)}</p>
<ul class="scenarios">${listed.map((scenario) => card(scenario, shown))}</ul>
</div>`;
}

function card(scenario, { origin, world }) {
  const { title, sees, does, ends, page: shownOn, seconds, press } = scenario;
  const flags = flagsOf(scenario);
  const isShown = shownOn !== "presentment" || world.pages.presentment;
  const heading = isShown ? html`<a href="${origin}/try/${flags}">${title}</a>` : title;
  const how = [
    press && "press Amazon's button",
    seconds && `wait ${seconds} seconds`,
    !isShown && "needs a page with data-wallet-presentment-currency",
  ].filter(Boolean);
  return html`<li class="scenario">
<h4>${heading}</h4>
<p><b>The buyer:</b> ${prose(sees)}</p>
<p><b>LanderPay:</b> ${prose(does)}</p>
<p class="small">State <code>${ends.state}</code>${
    ends.code ? html`, error <code>${ends.code}</code>` : ""
  }${ends.subject ? html` (<code>${ends.subject}</code>)` : ""}${
    how.length > 0 ? ` · To see it: ${how.join(", ")}` : ""
  }<br><code>/with/${flags}</code></p>
</li>`;
}
