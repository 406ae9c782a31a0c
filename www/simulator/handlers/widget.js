/** The widget frames: what a posted form is answered with, and the choices made in a frame. */
import { COLLAPSED_HEIGHT } from "../browser/design.js";
import { widgetPage } from "../pages/widget.js";
import { currencyError, findContract } from "./contract.js";
import { contentOf, PROBLEM, refuse, textOf } from "./frame.js";
import { sendJson, sendPage } from "./reply.js";

/** What the frames differ in, by the action of the posted form. */
const KINDS = {
  spaAddressWidget: {
    kind: "address",
    title: "Shipping address",
    list: "addresses",
    errorFlag: "address-error",
  },
  spaWalletWidget: {
    kind: "card",
    title: "Payment method",
    list: "cards",
    errorFlag: "wallet-error",
  },
  consentWidget: { kind: "consent", title: "Automatic payments", errorFlag: "consent-error" },
  // The button's frame is hidden: it creates the contract and shows nothing.
  "connect-lwa": { title: "Connecting" },
};

export function widget(exchange) {
  const { base, scenario } = exchange;
  const form = Object.fromEntries(new URLSearchParams(exchange.body));
  const kind = KINDS[form.action];
  if (!kind || !URL.canParse(form.referringURL)) {
    return sendJson(exchange, 400, { error: "The form is not one of a widget." });
  }
  // A consent that is set up badly was seen to answer so, and then nothing reports anything.
  if (kind.kind === "consent" && (scenario.consent === "400" || !form.contractId)) {
    const content = { notice: PROBLEM };
    return sendPage(exchange, 400, widgetPage({ base, title: kind.title, content }));
  }
  const { contract, created, error, ...content } = open(exchange, form, kind);
  const collapsible = content.items && form.widgetDesignMode === "smartphoneCollapsible";
  const script = {
    kind: kind.kind,
    widgetId: form.widgetId,
    parentOrigin: new URL(form.referringURL).origin,
    chooseUrl: `${base}/gp/widgets/choose`,
    token: form.access_token,
    contractId: contract?.id ?? null,
    created: created ?? false,
    error: error && { code: error, text: textOf(error) },
    heights: collapsible
      ? { closed: COLLAPSED_HEIGHT, open: Number(form.browserWindowHeight) }
      : null,
  };
  sendPage(exchange, 200, widgetPage({ base, title: kind.title, content, script }));
}

/** Checks the form, finds or creates its contract and says what the frame shows. */
function open({ store, scenario }, form, kind) {
  const forced = scenario[kind.errorFlag];
  const readOnly = /^read$/i.test(form.displayMode);
  // ITP is a note that a browser limits tracking: the widget deals with it and goes on. What can no
  // longer be changed can still be shown.
  const isMild = forced === "ITP" || (readOnly && /NotModifiable$/.test(forced));
  if (forced && !isMild) return refuse(forced);
  if (form.clientErrorType) return { notice: PROBLEM };
  const token = store.token(form.access_token);
  if (!token || token.sandbox !== (form.env === "SANDBOX")) return refuse("BuyerSessionExpired");
  const refused = currencyError(scenario, form);
  if (refused) return refuse(refused);
  const found = findContract(store, form, token, readOnly);
  if (found.error) return refuse(found.error);
  const content = contentOf({ store, scenario, form, kind, token, readOnly, ...found });
  return { error: forced === "ITP" ? forced : undefined, ...found, ...content };
}

/** A choice made in a frame. */
export function choose(exchange) {
  const { token: value, contractId, kind, choice } = JSON.parse(exchange.body);
  const token = exchange.store.token(value);
  const done = token && exchange.store.choose(token, contractId, kind, choice);
  sendJson(exchange, done ? 200 : 409, {});
}
