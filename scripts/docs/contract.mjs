// What the documentation says out of backend/openapi.json: tables and examples.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../tools.mjs";

export const CONTRACT = JSON.parse(readFileSync(join(ROOT, "backend", "openapi.json"), "utf8"));
const { schemas, headers, examples, responses } = CONTRACT.components;

/** The parts of docs/backend.md, by marker. */
export const contractParts = () => ({
  addresses: addresses(),
  "order-example": block("order", schemas.Order.examples[0], 2),
  "upsale-example": block("upsale", schemas.Upsale.examples[0], 2),
  "order-fields": fields(schemas.Order),
  "upsale-fields": fields(schemas.Upsale),
  headers: headerTable(),
  "answer-examples": answers(),
  statuses: statuses(),
});

const resolve = (value) =>
  value.$ref
    ? value.$ref
        .slice(2)
        .split("/")
        .reduce((inside, name) => inside[name], CONTRACT)
    : value;

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const code = (text) => `\`${text}\``;

const block = (check, value, indent) =>
  `\`\`\`json check=${check}\n${JSON.stringify(value, null, indent)}\n\`\`\``;

function addresses() {
  const rows = Object.entries(CONTRACT.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { summary }]) => [
      code(`${method.toUpperCase()} ${path}`),
      summary,
    ]),
  );
  return table(["address", ""], rows);
}

function fields({ properties, required }) {
  const rows = Object.entries(properties)
    .filter(([, field]) => field)
    .map(([name, field]) => [
      required.includes(name) ? `**${code(name)}**` : code(name),
      [field.description, limits(field)].filter(Boolean).join(" "),
      field["x-source"],
    ]);
  return table(["field", "what it is, and what is taken", "comes from"], rows);
}

function limits({ pattern, maxLength, enum: only }) {
  const some = [
    only ? code(only[0]) : "",
    pattern?.includes("\\S") ? "Not empty" : pattern && code(pattern),
    maxLength === undefined ? "" : `at most ${maxLength} characters`,
  ];
  const text = some.filter(Boolean).join(", ");
  return text && `${text}.`;
}

function headerTable() {
  const { IdempotencyKey } = CONTRACT.components.parameters;
  const asked = [
    [
      code("Content-Type"),
      "request",
      "`application/json`, or `application/x-www-form-urlencoded`.",
    ],
    [
      code(IdempotencyKey.name),
      "request",
      `${IdempotencyKey.description} ${code(IdempotencyKey.schema.pattern)}.`,
    ],
  ];
  const answered = Object.entries(headers).map(([name, { description }]) => [
    code(name),
    `answer${whereOf(name)}`,
    description,
  ]);
  return table(["header", "in the", ""], [...asked, ...answered]);
}

/** The statuses of a header that comes with some answers only. */
function whereOf(name) {
  const own = { "Retry-After": "RateLimited", Allow: "MethodNotAllowed" }[name];
  return own ? `, ${statusOf(own)}` : "";
}

function statusOf(response) {
  const all = { MethodNotAllowed: "405", NotFound: "404" };
  for (const item of Object.values(CONTRACT.paths)) {
    for (const operation of Object.values(item)) {
      for (const [status, { $ref }] of Object.entries(operation.responses)) {
        if ($ref) all[$ref.split("/").at(-1)] = status;
      }
    }
  }
  return all[response];
}

function answers() {
  return ["placed", "declined", "refused", "redirect", "token_refused", "order_outcome_unknown"]
    .flatMap((name) => [examples[name].summary, block(checkOf(name), examples[name].value)])
    .join("\n\n");
}

const checkOf = (name) =>
  ({ token_refused: "token-refused", order_outcome_unknown: "unknown" })[name] ?? name;

function statuses() {
  const rows = new Map();
  for (const [name, { content }] of Object.entries(responses)) {
    for (const [code, example] of Object.entries(content["application/json"].examples)) {
      const { summary, description, "x-order-may-exist": mayExist } = resolve(example);
      if (mayExist === undefined) continue;
      rows.set(code, [
        statusOf(name),
        `\`${code}\``,
        summary,
        description,
        mayExist ? "**yes**" : "no",
      ]);
    }
  }
  const sorted = [...rows.values()].sort(([a], [b]) => a - b);
  const head = ["status", "`code`", "what happened", "may the page try again?"];
  return table([...head, "may the order exist?"], sorted);
}
