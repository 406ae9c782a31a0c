/** The double of the Login with Amazon script: `window.amazon.Login`. */
import { appendAnswer } from "./append.js";
import { clearCachedToken, readCachedToken, writeCachedToken } from "./login-cache.js";
import { createJob, findProblem, scopesOf, wantsPopup } from "./login-request.js";

/** Marks the messages of the sign-in window. They are texts: the widgets' listener wants texts. */
const RESULT = "lwa-result:";
const CLOSED_POLL_MS = 100;

const settings = { clientId: "", useCookie: false, siteDomain: undefined, sandbox: false };
const waiting = [];
let running;

function advance() {
  if (running || waiting.length === 0) return;
  running = waiting.shift();
  running.request.status = "in progress";
  perform(running);
}

/** Frees the queue; without an answer the page never hears of this request again. */
function finish(job, answer) {
  running = undefined;
  if (answer) {
    const given = { ...answer, state: job.options.state };
    job.settle(given);
    if (job.url !== undefined) {
      // The pop-up answers in the query; the redirect in the hash, but its errors in the query.
      const place = wantsPopup(job.options) || answer.error ? "query" : "hash";
      location.assign(appendAnswer(job.url, given, place));
    }
  }
  advance();
}

function perform(job) {
  const { options } = job;
  const later = (answer) => setTimeout(finish, 0, job, answer);
  const problem = findProblem(job, settings.clientId);
  if (problem) return later(problem);
  const cached =
    options.interactive === "always" ? undefined : readCachedToken(settings, scopesOf(options));
  if (cached) return later(cached);
  if (options.interactive === "never") {
    return later({ error: "invalid_grant", error_description: "The buyer is not signed in" });
  }
  if (wantsPopup(options)) openPopup(job);
  else location.assign(signInAddress(job, { redirect_uri: new URL(job.url, location.href).href }));
}

function signInAddress({ options }, extra) {
  const query = new URLSearchParams({
    client_id: settings.clientId,
    scope: scopesOf(options).join(" "),
    response_type: "token",
    sandbox: String(settings.sandbox),
    ...(options.state === undefined ? {} : { state: options.state }),
    ...extra,
  });
  return `${config.base}/ap/oa?${query}`;
}

function openPopup(job) {
  const address = signInAddress(job, { popup_origin: location.origin });
  const popup = window.open(address, "amazonLoginPopup", "popup,width=520,height=670");
  if (!popup) return finish(job);
  window.addEventListener("message", onMessage);
  let closed = false;
  const poll = setInterval(() => {
    // One more round after the closing, for an answer that is already on its way.
    if (closed) end();
    closed = popup.closed;
  }, CLOSED_POLL_MS);

  function onMessage(event) {
    if (event.origin !== config.origin || event.source !== popup) return;
    if (typeof event.data !== "string" || !event.data.startsWith(RESULT)) return;
    popup.close();
    const answer = JSON.parse(event.data.slice(RESULT.length));
    if (!answer.error) writeCachedToken(settings, answer);
    end(answer);
  }

  function end(answer) {
    clearInterval(poll);
    window.removeEventListener("message", onMessage);
    finish(job, answer);
  }
}

async function fetchProfile(token, callback) {
  let answer;
  try {
    const headers = { authorization: `bearer ${token}` };
    const response = await fetch(`${config.base}/user/profile`, { headers });
    const body = await response.json();
    answer = response.ok
      ? {
          success: true,
          profile: {
            CustomerId: body.user_id,
            Name: body.name,
            PrimaryEmail: body.email,
            PostalCode: body.postal_code,
          },
        }
      : { success: false, error: body.error };
  } catch (error) {
    answer = { success: false, error: String(error) };
  }
  callback(answer);
}

/** A setter that only remembers; nothing in the simulator depends on the value. */
const remember = (name) => (value) => {
  settings[name] = value;
};

const Login = {
  Region: { NorthAmerica: "NA", Europe: "EU", AsiaPacific: "APAC" },
  setClientId: remember("clientId"),
  getClientId: () => settings.clientId,
  setUseCookie: remember("useCookie"),
  setSiteDomain: remember("siteDomain"),
  setRegion: remember("region"),
  setSandboxMode: remember("sandbox"),
  setLanguage: remember("language"),
  setDomain: remember("domain"),
  setLWADomain: remember("lwaDomain"),
  setLanguageHint: remember("languageHint"),
  setWebflowParams: remember("webflowParams"),
  authorize(options, next) {
    const job = createJob(options, next);
    waiting.push(job);
    advance();
    return job.request;
  },
  retrieveProfile(...args) {
    const callback = args.pop();
    fetchProfile(args[0] ?? readCachedToken(settings, ["profile"])?.access_token, callback);
  },
  logout() {
    const token = readCachedToken(settings, [])?.access_token ?? "";
    clearCachedToken(settings);
    // For tests that ask who has signed out; where the page's policy forbids it, nobody hears.
    const news = { method: "POST", mode: "no-cors", keepalive: true, body: token };
    fetch(`${config.base}/sign-out`, news).catch(() => {});
  },
};

window.amazon = { ...window.amazon, Login };
// With Widgets.js on the page it is that script which calls the handlers it has captured.
if (!window.OffAmazonPayments) window.onAmazonLoginReady?.();
