import { readFileSync } from "node:fs";
import { request as ask, createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const PLAIN = { flags: "", edits: [], headers: {} };
const RECORD = readFileSync(new URL("record.js", import.meta.url));

/**
 * The merchant's server, in front of the demo's shop: it writes the pages as a test wants them, and
 * notes the orders. Browsers keep what they know of a shop by its port, so each test has a new one.
 */
export class Merchant {
  /** Orders and upsells that were posted: `{ path, key, contentType, fields }`. */
  orders = [];
  /** Everything else that was asked for, as `GET /path`. */
  requests = [];
  #servers;
  #pages = new Map();
  #lose;
  #server = createServer((request, response) => this.#answer(request, response));

  constructor(servers) {
    this.#servers = servers;
  }

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "localhost", resolve));
    this.origin = `http://localhost:${this.#server.address().port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * How a page of the shop is from now on.
   *
   * @param {string} path
   * @param {object} [options]
   * @param {string} [options.flags] the simulator's scenario, such as `login=auto,account=emoji`
   * @param {((html: string) => string)[]} [options.edits] what the merchant wrote differently
   * @param {Record<string, string>} [options.headers] what the merchant's server sends besides
   */
  page(path, options) {
    this.#pages.set(path, { ...PLAIN, ...options });
  }

  /** Has the answer to the next order never arrive. @returns {Promise<void>} when the shop has taken it */
  loseNext() {
    return new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  async #answer(request, response) {
    const body = await buffer(request);
    const path = request.url.split("?")[0];
    if (path === "/record.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(RECORD);
      return;
    }
    const isOrder = request.method === "POST" && /\/import-(order|upsale)$/.test(path);
    if (isOrder) this.orders.push(readOrder(path, request.headers, body));
    else this.requests.push(`${request.method} ${path}`);
    const lose = isOrder ? this.#lose : undefined;
    if (lose) this.#lose = undefined;

    const answer = await this.#forward(request, body);
    if (lose) return lose();
    const isPage = answer.headers["content-type"]?.startsWith("text/html");
    const page = isPage ? (this.#pages.get(path) ?? PLAIN) : undefined;
    response.writeHead(answer.status, { ...answer.headers, ...page?.headers });
    response.end(isPage ? this.#write(String(answer.body), page) : answer.body);
  }

  #write(html, { flags, edits }) {
    const { simulator } = this.#servers;
    const scenario = html
      .replaceAll(simulator, simulator + (flags && `/with/${flags}`))
      .replace("<head>", '$&<script src="/record.js"></script>');
    return edits.reduce((text, edit) => edit(text), scenario);
  }

  async #forward({ method, url, headers }, body) {
    const plain = { ...headers, "accept-encoding": "identity" };
    const answer = await new Promise((resolve, reject) => {
      const asked = ask(this.#servers.shop + url, { method, headers: plain });
      asked.on("response", resolve).on("error", reject).end(body);
    });
    const { "content-length": _, "transfer-encoding": __, ...kept } = answer.headers;
    return { status: answer.statusCode, headers: kept, body: await buffer(answer) };
  }
}

function readOrder(path, headers, body) {
  const contentType = headers["content-type"];
  const fields = contentType.includes("json")
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(String(body)));
  return { path, key: headers["idempotency-key"], contentType, fields };
}
