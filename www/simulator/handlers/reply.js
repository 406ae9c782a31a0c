/** Answers that several handlers give. */
import { setTimeout as delay } from "node:timers/promises";

const TYPES = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json; charset=utf-8",
  svg: "image/svg+xml; charset=utf-8",
  text: "text/plain; charset=utf-8",
};

export { delay };

/** @param {keyof typeof TYPES} type */
export function send({ response }, status, type, body) {
  response.writeHead(status, { "content-type": TYPES[type] });
  response.end(body);
}

/** A page of ours: it runs only our own script files, whatever a buyer's name contains. */
export function sendPage({ response }, status, body) {
  response.writeHead(status, {
    "content-type": TYPES.html,
    "content-security-policy": "default-src 'self'; img-src data:; base-uri 'none'",
    "referrer-policy": "no-referrer",
  });
  response.end(body);
}

export function sendJson(exchange, status, value) {
  send(exchange, status, "json", JSON.stringify(value));
}
