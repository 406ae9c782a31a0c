/** The sign-in page: as a window it posts its answer, otherwise it redirects with it. */
import { ACCOUNTS } from "../accounts.js";
import { appendAnswer } from "../browser/append.js";
import { loginPage, popupResultPage, refusalPage } from "../pages/login.js";
import { loginOutcome } from "../scenario.js";
import { send, sendPage } from "./reply.js";

const DESCRIPTIONS = {
  access_denied: "The customer or authorization server denied the request.",
  invalid_grant: "The authorization is invalid, expired or revoked.",
  invalid_request: "The request is missing a parameter or has an invalid one.",
  invalid_scope: "The client is not allowed to ask for one of the scopes.",
  server_error: "The authorization server met an unexpected error.",
  temporarily_unavailable: "The authorization server is overloaded at the moment.",
  unauthorized_client: "The client is not authorized to ask for a token.",
};

export function login(exchange) {
  const { request, base, body, scenario } = exchange;
  const asked = readQuery(exchange.url.searchParams);
  const refusal = asked.refusal ?? (scenario.origin === "refused" && notAllowed(asked));
  if (refusal) return sendPage(exchange, 400, refusalPage({ base, text: refusal }));
  if (asked.popupOrigin && scenario.popup === "closes") {
    return sendPage(exchange, 200, popupResultPage({ base, origin: asked.popupOrigin }));
  }
  const { error, automatic } = loginOutcome(scenario);
  if (error) return deliver(exchange, asked, failure(error));
  if (automatic) return deliver(exchange, asked, success(exchange, asked, scenario.account));
  if (request.method === "GET") {
    const { shop, scopes } = asked;
    return sendPage(exchange, 200, loginPage({ base, shop, scopes, account: scenario.account }));
  }
  const form = new URLSearchParams(body);
  const account = form.get("account");
  if (form.get("decision") !== "sign-in" || !Object.hasOwn(ACCOUNTS, account)) {
    return deliver(exchange, asked, failure("access_denied"));
  }
  deliver(exchange, asked, success(exchange, asked, account));
}

function readQuery(query) {
  const clientId = query.get("client_id") ?? "";
  const returnUrl = query.get("redirect_uri");
  const popupOrigin = query.get("popup_origin");
  const target = returnUrl ?? popupOrigin;
  if (!clientId.startsWith("amzn1.application-oa2-client.")) {
    return { refusal: "The client id is unknown: it begins with amzn1.application-oa2-client." };
  }
  if (!URL.canParse(target) || !["http:", "https:"].includes(new URL(target).protocol)) {
    return { refusal: "The return address is not on the list of allowed addresses." };
  }
  return {
    clientId,
    returnUrl,
    popupOrigin,
    shop: new URL(target).host,
    scopes: (query.get("scope") ?? "").split(" ").filter(Boolean),
    state: query.get("state") ?? undefined,
    sandbox: query.get("sandbox") === "true",
  };
}

function notAllowed({ popupOrigin, returnUrl }) {
  return popupOrigin
    ? `The origin ${popupOrigin} is not among the client's Allowed JavaScript Origins.`
    : `The address ${returnUrl} is not among the client's Allowed Return URLs.`;
}

function failure(error) {
  return { error, error_description: DESCRIPTIONS[error] };
}

function success({ store, scenario }, { clientId, scopes, sandbox }, accountName) {
  const seconds = Number(scenario.expires);
  const token = store.issueToken({ accountName, clientId, scopes, sandbox, seconds });
  return {
    access_token: token.value,
    token_type: "bearer",
    expires_in: seconds,
    scope: scopes.join(" "),
  };
}

function deliver(exchange, asked, answer) {
  const { base, response, store } = exchange;
  const by = asked.popupOrigin ? "window" : "redirect";
  if (answer.error) store.note("sign-in-failed", { error: answer.error, by });
  else store.note("sign-in", { account: store.token(answer.access_token).accountName, by });
  if (asked.popupOrigin) {
    return sendPage(exchange, 200, popupResultPage({ base, origin: asked.popupOrigin, answer }));
  }
  const place = answer.error ? "query" : "hash";
  const location = appendAnswer(asked.returnUrl, { ...answer, state: asked.state }, place);
  response.writeHead(303, { location });
  response.end();
}

/** Not Amazon's: the login script tells of a sign-out, which otherwise nobody would hear of. */
export function signOut(exchange) {
  const { store, body } = exchange;
  store.note("sign-out", { account: store.token(body)?.accountName ?? null });
  send(exchange, 204, "text");
}
