// The tables of the documentation, from the simulator's own lists. Run it to write them.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ACCOUNTS } from "../../www/simulator/accounts.js";
import { flagsOf, GROUPS, SCENARIOS } from "../../www/simulator/catalogue.js";
import { FLAGS } from "../../www/simulator/scenario.js";

const cell = (text) => text.replaceAll("|", "\\|").replace(/<[^>]*>/g, "`$&`");
const row = (...cells) => `| ${cells.join(" | ")} |`;
const code = (text) => `\`${text}\``;

const key = (name) => (/^\w+$/.test(name) ? name : `"${name}"`);

function ending({ ends: { state, code: error, subject } }) {
  const told = [error, subject].filter(Boolean).map(code).join(", ");
  return told ? `${code(state)}, ${told}` : code(state);
}

/** With the flags that show it, but for the sign-in, which a page needs for most of them. */
const flagsShown = (scenario) =>
  scenario.flag === "login" ? flagsOf(scenario) : flagsOf(scenario).replace(/^login=auto,/, "");

function flagPart(name, { title, about, amazon }) {
  const own = SCENARIOS.filter(({ flag }) => flag === name);
  const [{ value }] = own;
  return [
    `#### ${title}: \`${name}\``,
    "",
    about,
    "",
    `- The real Amazon: ${amazon}`,
    `- In an address \`/with/${name}=${value}\`, in a test \`amazon.set({ ${key(name)}: "${value}" })\``,
    "",
    row("flag", "what happens", "the buyer sees", "LanderPay", "state, error, subject"),
    "|---|---|---|---|---|",
    ...own.map((scenario) =>
      row(
        code(flagsShown(scenario)),
        cell(scenario.title),
        cell(scenario.sees),
        cell(scenario.does),
        ending(scenario),
      ),
    ),
    "",
  ];
}

/** Everything that can happen, group by group. */
export function scenarioTables() {
  return Object.entries(GROUPS)
    .flatMap(([group, title]) => [
      `### ${title}`,
      "",
      ...Object.entries(FLAGS)
        .filter(([, flag]) => flag.group === group)
        .flatMap(([name, flag]) => flagPart(name, flag)),
    ])
    .join("\n")
    .trim();
}

/** Every flag with its values, the default first. */
export function flagTable() {
  return [
    row("flag", "values (the first is the default)", "effect"),
    "|---|---|---|",
    ...Object.entries(FLAGS).map(([name, { values, hint, about }]) =>
      row(code(name), values?.map(code).join(", ") ?? hint, about),
    ),
  ].join("\n");
}

export function accountTable() {
  return [
    row("account", "name", "case"),
    "|---|---|---|",
    ...Object.entries(ACCOUNTS).map(([name, account]) =>
      row(
        code(name),
        cell(name === "long" ? "Wolfeschlegel Steinhausen…" : account.name),
        account.about,
      ),
    ),
  ].join("\n");
}

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Where they stand: file, name of the mark around the table, and what makes it. */
export const TABLES = [
  [at("docs/testing.md"), "scenarios", scenarioTables],
  [at("www/simulator/README.md"), "flags", flagTable],
  [at("www/simulator/README.md"), "accounts", accountTable],
];

/** The file's text with the table as it is made now. */
export function withTable(text, name, table) {
  const marks = new RegExp(`(<!-- ${name}: .*? -->\n)[^]*?(\n?<!-- /${name} -->)`);
  if (!marks.test(text)) throw new Error(`The marks for "${name}" are missing.`);
  return text.replace(marks, (_, begin, end) => `${begin}\n${table}\n\n${end.trimStart()}`);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const [file, name, make] of TABLES) {
    writeFileSync(file, withTable(readFileSync(file, "utf8"), name, make()));
  }
}
