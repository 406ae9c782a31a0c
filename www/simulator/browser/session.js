/**
 * The session stabilizer. Without its cookie, widgets build their frames but submit nothing until
 * that script has come; then every widget is rendered once more. A first submission that was still
 * on its way is not taken back, hence two submissions, each of which may create an order.
 *
 * With the real service the doubling depends on who is faster. Here the script counts as arrived
 * only when a widget has been bound, so that `visit=first` always shows it.
 */
import { registry } from "./registry.js";

const COOKIE = "session-set=true";

let stable = config.visit === "returning" || document.cookie.split("; ").includes(COOKIE);
let arrived = false;
const held = [];

export function startSession() {
  if (stable) return;
  const script = document.createElement("script");
  script.src = `${config.base}/gp/widgets/sessionstabilizer`;
  script.onload = () => {
    arrived = true;
    onWidgetBound();
  };
  document.head.appendChild(script);
}

/** To be called once a widget's token request is under way. */
export function onWidgetBound() {
  // In a timer, so that all widgets bound in one go are caught together.
  if (arrived && registry.some((instance) => instance.form)) setTimeout(settle);
}

export function whenStable(submit) {
  if (stable) submit();
  else held.push(submit);
}

function settle() {
  if (stable) return;
  stable = true;
  // biome-ignore lint/suspicious/noDocumentCookie: the real script writes it this way too.
  document.cookie = `${COOKIE}; path=/`;
  for (const instance of registry.filter(({ form }) => form)) {
    // After the first answer has been drawn, so that the page hears of both orders.
    const again = () => instance.renderRequested && instance.render();
    instance.frame.addEventListener("load", again, { once: true });
  }
  for (const submit of held.splice(0)) submit();
}
