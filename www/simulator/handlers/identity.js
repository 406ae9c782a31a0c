/** The two REST calls of Login with Amazon that take an access token. */
import { ACCOUNTS } from "../accounts.js";
import { SLOW_MS } from "../scenario.js";
import { delay, send, sendJson } from "./reply.js";

const INVALID_TOKEN = {
  error: "invalid_token",
  error_description: "The request has an invalid parameter : access_token",
};

export async function profile(exchange) {
  const { scenario, request, url, store } = exchange;
  // A backend that asks is no part of what goes wrong on the page. Only browsers name an origin.
  const mode = request.headers.origin ? scenario.profile : "ok";
  if (mode !== "no-cors") allowOrigins(exchange);
  if (request.method === "OPTIONS") return send(exchange, 204, "text");
  if (mode === "hang") return;
  if (mode === "slow") await delay(SLOW_MS);
  if (mode === "401") return sendJson(exchange, 401, INVALID_TOKEN);
  if (mode === "500") {
    const error_description = "The simulator was told to fail";
    return sendJson(exchange, 500, { error: "ServerError", error_description });
  }
  if (mode === "html") {
    return send(exchange, 200, "html", "<!doctype html><title>Sorry</title><p>Please wait.</p>");
  }
  const token = store.token(tokenOf(request, url));
  if (!token) return sendJson(exchange, 400, INVALID_TOKEN);
  const account = ACCOUNTS[token.accountName];
  const granted = (scope) => token.scopes.includes(scope);
  if (!granted("profile") && !granted("profile:user_id")) {
    const error_description = "The access token does not cover the profile";
    return sendJson(exchange, 401, { error: "insufficient_scope", error_description });
  }
  sendJson(exchange, 200, {
    user_id: account.userId,
    ...(granted("profile") ? { name: account.name, email: account.email } : {}),
    ...(granted("postal_code") ? { postal_code: account.postalCode } : {}),
  });
}

export function tokenInfo(exchange) {
  const { request, url, store } = exchange;
  allowOrigins(exchange);
  if (request.method === "OPTIONS") return send(exchange, 204, "text");
  const token = store.token(url.searchParams.get("access_token"));
  if (!token) return sendJson(exchange, 400, INVALID_TOKEN);
  sendJson(exchange, 200, {
    iss: "https://www.amazon.com",
    user_id: ACCOUNTS[token.accountName].userId,
    aud: token.clientId,
    app_id: "amzn1.application.simulated",
    exp: Math.floor((token.expiresAt - Date.now()) / 1000),
    iat: Math.floor(token.issuedAt / 1000),
  });
}

function allowOrigins({ response }) {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-headers", "authorization, x-amz-access-token");
  response.setHeader("access-control-allow-methods", "GET, OPTIONS");
}

function tokenOf(request, url) {
  const bearer = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return bearer ?? request.headers["x-amz-access-token"] ?? url.searchParams.get("access_token");
}
