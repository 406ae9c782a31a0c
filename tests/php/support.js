// A merchant's shared hosting: examples/php/landerpay.php in a web root, its settings beside that.
import { spawn, spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { find, ROOT } from "../../scripts/tools.mjs";

/** The demo's. */
export const CLIENT_ID = "amzn1.application-oa2-client.0a1b2c3d4e5f";
export const PASSWORD = "stand-in-password";
export const LOGIN_ID = "stand-in-api-user";

/** For an import, in seconds: the tests wait for it. */
const CRM_TIMEOUT = 2;
const PHP = process.env.PHP || find("php");
const WORKERS = "16";

export class Host {
  #folder = mkdtempSync(join(tmpdir(), "landerpay-php-"));
  #env;
  #settings;
  #process;
  #ended;
  #port;
  /** What PHP wrote to its log. */
  log = "";

  /** @param {Record<string, string>} [env] for PHP, besides the settings' file */
  constructor(servers, env = {}) {
    this.#env = { ...process.env, PHP_CLI_SERVER_WORKERS: WORKERS, ...env };
    this.#settings = {
      LANDERPAY_CRM_URL: servers.crm,
      LANDERPAY_CRM_LOGIN_ID: LOGIN_ID,
      LANDERPAY_CRM_PASSWORD: PASSWORD,
      LANDERPAY_CRM_CAMPAIGN_ID: "12",
      LANDERPAY_AMAZON_BILLER_ID: "7",
      LANDERPAY_CRM_TIMEOUT: CRM_TIMEOUT,
      LANDERPAY_AMAZON_CLIENT_ID: CLIENT_ID,
      LANDERPAY_AMAZON_URL: servers.simulator,
      LANDERPAY_ALLOWED_ORIGINS: "https://lander.example",
      LANDERPAY_JOURNAL: this.journal,
    };
    mkdirSync(this.root);
    copyFileSync(join(ROOT, "examples", "php", "landerpay.php"), join(this.root, "landerpay.php"));
    this.set({});
  }

  get root() {
    return join(this.#folder, "web");
  }

  get journal() {
    return join(this.#folder, "journal.sqlite");
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/landerpay.php`;
  }

  /** Changes settings; null leaves one out. `first` is PHP that the file does before. */
  set(changes, first = "") {
    const given = Object.entries({ ...this.#settings, ...changes }).filter(([, it]) => it !== null);
    const lines = given.map(([name, value]) => `  '${name}' => '${value}',\n`).join("");
    // The blank line in front must not reach an answer.
    this.write(`\n<?php ${first} return [\n${lines}];\n`);
  }

  /** Writes the settings' file. */
  write(php) {
    writeFileSync(join(this.#folder, "landerpay-settings.php"), php);
  }

  async start() {
    this.#port ??= await freePort();
    // A host may show errors; then the page itself must not. Its cache would keep settings for 2 seconds.
    const ini = ["display_errors=1", "log_errors=1", "output_buffering=0", "opcache.enable=0"];
    const flags = [...ini.flatMap((line) => ["-d", line]), "-t", this.root];
    const php = [PHP, "-S", `127.0.0.1:${this.#port}`, ...flags];
    // Ends with its stdin, so that it never outlives this program: a process group, with PHP's workers.
    this.#process = spawn("sh", ["-c", '"$0" "$@" & cat; kill -s KILL 0', ...php], {
      env: this.#env,
      stdio: ["pipe", "ignore", "pipe"],
      detached: true,
    });
    this.#ended = new Promise((resolve) => this.#process.once("close", resolve));
    this.#process.stderr.setEncoding("utf8").on("data", (text) => {
      this.log += text;
    });
    for (let tries = 200; !(await this.#answers()); tries -= 1) {
      if (tries === 0) throw new Error(`PHP does not answer:\n${this.log}`);
      await pause(25);
    }
  }

  #answers() {
    return fetch(`${this.url}/nothing`).then(
      () => true,
      () => false,
    );
  }

  /** Ends all of PHP at once, as when the machine loses its power. */
  async kill() {
    process.kill(-this.#process.pid, "SIGKILL");
    await this.#ended;
  }

  async stop() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Posts fields as JSON. @returns {Promise<{ status: number, body: object, headers: Headers }>} */
  async post(action, fields, { key, headers = {}, body = JSON.stringify(fields) } = {}) {
    const response = await fetch(`${this.url}/${action}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(key && { "idempotency-key": key }),
        ...headers,
      },
      body,
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), text, headers: response.headers };
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Signs a buyer in at the simulator. @returns {Promise<string>} the access token */
export async function tokenOf(simulator, { account = "maria", clientId = CLIENT_ID } = {}) {
  const query = new URLSearchParams({
    client_id: clientId,
    scope: "profile payments:widget",
    sandbox: "true",
    redirect_uri: "http://localhost/back",
  });
  const base = `${simulator}/with/login=auto,account=${account}`;
  const response = await fetch(`${base}/ap/oa?${query}`, { redirect: "manual" });
  const { hash } = new URL(response.headers.get("location"));
  return new URLSearchParams(hash.slice(1)).get("access_token");
}

/** An id of Amazon's that nobody has bought with. */
export function freshId() {
  const digits = () => String(randomInt(10_000_000)).padStart(7, "0");
  return `S01-${digits()}-${digits()}`;
}

/** Somebody else than the servers of the demo; over TLS with a certificate. */
export async function serve(answer, certificate) {
  const server = certificate ? createHttps(certificate, answer) : createHttp(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http${certificate ? "s" : ""}://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** A certificate of its own making. */
export function selfSigned() {
  const code = `$key = openssl_pkey_new(["private_key_bits" => 2048]);
    $request = openssl_csr_new(["commonName" => "127.0.0.1"], $key);
    openssl_x509_export(openssl_csr_sign($request, null, $key, 1), $cert);
    openssl_pkey_export($key, $pem);
    echo json_encode(["cert" => $cert, "key" => $pem]);`;
  return JSON.parse(spawnSync(PHP, ["-r", code], { encoding: "utf8" }).stdout);
}
