// Whether what pages post, and what the backend answers, is what backend/openapi.json says.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const contract = JSON.parse(
  readFileSync(new URL("../../../backend/openapi.json", import.meta.url), "utf8"),
);
// Not strict: the file has words that are none of JSON Schema's.
const ajv = new Ajv({ strict: false, allErrors: true }).addSchema(contract, "contract");

/** Listens to the orders and upsells of a browser context, and to the answers. */
export class Contract {
  /** Set by a test whose page or backend breaks the contract on purpose: why. */
  brokenBecause = "";
  #breaches = [];
  #answers = [];

  constructor(context) {
    context.on("request", (request) => this.#onRequest(request));
    context.on("response", (response) => this.#onResponse(response));
  }

  /** Every breach so far, with its place. */
  async breaches() {
    await Promise.all(this.#answers);
    return this.brokenBecause ? [] : this.#breaches;
  }

  #onRequest(request) {
    const operation = operationOf(request);
    if (operation) this.#note(request, requestBreaches(operation, request));
  }

  #onResponse(response) {
    const operation = operationOf(response.request());
    // The backend's own have its headers; what a test answers in its place has not.
    if (!operation || response.headers()["x-content-type-options"] !== "nosniff") return;
    // A page that has left takes the body along.
    const read = response.text().catch(() => undefined);
    this.#answers.push(
      read.then((body) => {
        if (body === undefined) return;
        this.#note(response.request(), responseBreaches(operation, response, body));
      }),
    );
  }

  #note(request, breaches) {
    const { pathname } = new URL(request.url());
    this.#breaches.push(...breaches.map((breach) => `${pathname}: ${breach}`));
  }
}

function operationOf(request) {
  const path = /\/import-(order|upsale)$/.exec(new URL(request.url()).pathname)?.[0];
  return request.method() === "POST" ? contract.paths[`/amazon-pay${path}`]?.post : undefined;
}

function requestBreaches({ parameters, requestBody }, request) {
  const headers = request.headers();
  const mediaType = mediaTypeOf(headers);
  const { schema } = requestBody.content[mediaType] ?? {};
  if (!schema) return [`the content type ${mediaType} is not in the contract`];
  const keys = parameters.map(resolve).flatMap((parameter) => {
    // The contract lets others leave it out; the module never does.
    return breachesOf(parameter.schema, headers[parameter.name.toLowerCase()], parameter.name);
  });
  const body = request.postData() ?? "";
  const fields = mediaType.endsWith("json") ? JSON.parse(body) : readForm(body);
  return [...keys, ...breachesOf(schema, fields, "body")];
}

function readForm(body) {
  const pairs = [...new URLSearchParams(body)];
  const fields = Object.fromEntries(pairs);
  // A name that stands twice is a list, which no field may be.
  for (const [name] of pairs) {
    const values = pairs.filter(([other]) => other === name).map(([, value]) => value);
    if (values.length > 1) fields[name] = values;
  }
  return fields;
}

function responseBreaches({ responses }, response, body) {
  const status = response.status();
  const described = responses[status] && resolve(responses[status]);
  if (!described) return [`the status ${status} is not in the contract`];
  const mediaType = mediaTypeOf(response.headers());
  const { schema } = described.content[mediaType] ?? {};
  if (!schema) return [`an answer ${status} of ${mediaType} is not in the contract`];
  const headers = Object.entries(described.headers).flatMap(([name, header]) => {
    const { required, schema } = resolve(header);
    const value = response.headers()[name.toLowerCase()];
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    return breachesOf(schema, schema.type === "integer" ? Number(value) : value, name);
  });
  return [...headers, ...breachesOf(schema, JSON.parse(body), `answer ${status}`)];
}

function mediaTypeOf(headers) {
  return (headers["content-type"] ?? "").split(";")[0].trim();
}

function resolve(value) {
  const path = value.$ref?.slice(2).split("/");
  return path ? path.reduce((inside, name) => inside[name], contract) : value;
}

const validators = new Map();

function breachesOf(schema, value, place) {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile(inContract(schema));
    validators.set(schema, validate);
  }
  if (validate(value)) return [];
  // The place and the rule, never the value: it may be the token.
  return validate.errors.map(
    ({ instancePath, keyword, message }) => `${place}${instancePath} ${message} (${keyword})`,
  );
}

/** The same with references that lead into the contract from outside. */
function inContract(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/'));
}
