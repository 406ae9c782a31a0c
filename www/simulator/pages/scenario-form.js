/** The choice of a scenario, flag by flag: a part of the home page and of the panel. */
import { GROUPS, SCENARIOS } from "../catalogue.js";
import { FLAGS } from "../scenario.js";
import { html } from "./html.js";

/**
 * @param {Record<string, string>} scenario what counts now
 * @param {Record<string, string>} fixed what stands in the address, and cannot be changed here
 */
export function scenarioForm(scenario, fixed) {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const flags = Object.entries(FLAGS).filter(([, flag]) => flag.group === group);
    const isOn = flags.some(([name, flag]) => scenario[name] !== usualOf(flag));
    return html`<details class="group"${isOn ? html` open` : ""}>
<summary>${title}${isOn ? html` <span class="on">on</span>` : ""}</summary>
${flags.map(([name, flag]) => choice(name, flag, scenario[name], name in fixed))}
</details>`;
  });
  return html`<form id="flags">${groups}</form>`;
}

const usualOf = ({ values, fallback }) => values?.[0] ?? fallback;

function choice(name, flag, now, isFixed) {
  const usual = usualOf(flag);
  const listed = SCENARIOS.filter((scenario) => scenario.flag === name);
  const others = listed.map(({ value, title }) => ({ value, title }));
  const options = [{ value: usual ?? "", title: flag.usual }, ...others];
  const current = now ?? "";
  // What a test or an address has set need not be on our list.
  if (!options.some(({ value }) => value === current)) options.push({ value: now, title: now });
  const inputs = options.map(
    ({ value, title }) => html`<label class="pick">
<input type="radio" name="${name}" value="${value === usual ? "" : value}"${value === current ? html` checked` : ""}>
<span><bdi>${title}</bdi>${value && value !== title ? html` <code>${value}</code>` : ""}</span>
</label>`,
  );
  const note = isFixed ? html`<p class="small">Set by the address that the page uses.</p>` : "";
  return html`<fieldset${isFixed ? html` disabled` : ""}>
<legend>${flag.title} <code>${name}</code></legend>
<p class="small">${flag.about}</p>
${inputs}${note}
</fieldset>`;
}
