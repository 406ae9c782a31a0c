/** One call of `authorize`: what it asks for, and the AuthorizeRequest that the page holds. */
const SCOPES = [
  "profile",
  "profile:user_id",
  "postal_code",
  "payments:widget",
  "payments:shipping_address",
  "payments:billing_address",
  "payments:autopay_consent",
];

export function createJob(options, next) {
  const callbacks = [];
  const job = { options: options ?? {}, url: undefined, request: undefined, settle };
  const request = {
    status: "queued",
    onComplete(handler) {
      if (typeof handler === "string") job.url = handler;
      else if (request.status === "complete") run(handler);
      else callbacks.push(handler);
      return request;
    },
  };
  job.request = request;
  if (next !== undefined) request.onComplete(next);
  return job;

  function run(handler) {
    // A handler that throws must not stop the queue behind it.
    try {
      handler(request);
    } catch (error) {
      reportError(error);
    }
  }

  function settle(answer) {
    Object.assign(request, answer, { status: "complete" });
    for (const handler of callbacks) run(handler);
  }
}

/** The scopes asked for: a text with spaces or an array of texts (documentation of the SDK). */
export function scopesOf({ scope }) {
  return (Array.isArray(scope) ? scope : String(scope ?? "").split(" ")).filter(Boolean);
}

/** Anything but an absent `popup` counts by truth, so that the text "false" still is a pop-up. */
export function wantsPopup({ popup }) {
  return popup === undefined || Boolean(popup);
}

/** @returns {{ error: string, error_description: string } | undefined} */
export function findProblem(job, clientId) {
  const { options, url } = job;
  const refuse = (error, error_description) => ({ error, error_description });
  const scopes = scopesOf(options);
  if (!clientId) return refuse("invalid_request", "No client id has been set");
  if (scopes.length === 0) return refuse("invalid_request", "The option scope is missing");
  const unknown = scopes.find((scope) => !SCOPES.includes(scope));
  if (unknown) return refuse("invalid_scope", `An unknown scope was requested: ${unknown}`);
  if (!["auto", "always", "never", undefined].includes(options.interactive)) {
    return refuse("invalid_request", "The option interactive is not valid");
  }
  // The code flow ends on the shop's server, which is out of reach here.
  if (!["token", undefined].includes(options.response_type) || options.pkce) {
    return refuse("unauthorized_client", "The client may only use the token response type");
  }
  if (options.state !== undefined && typeof options.state !== "string") {
    return refuse("invalid_request", "The option state is not a text");
  }
  if (!wantsPopup(options) && options.interactive !== "never" && url === undefined) {
    return refuse("invalid_request", "Without a pop-up a return address is required");
  }
  return undefined;
}
