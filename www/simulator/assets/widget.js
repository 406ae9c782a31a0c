const view = JSON.parse(document.getElementById("view").textContent);
const say = (text) => parent.postMessage(text, view.parentOrigin);

/** What the page is told of a choice. Messages about consent name no widget. */
const NEWS = {
  address: () => `apay-addressselect;widgetId=${view.widgetId}`,
  card: () => `apay-paymentselect;widgetId=${view.widgetId}`,
  consent: (given) => `apay-onConsentStatusChanged=${given}`,
};

if (view.created) say(`apay-pcId=${view.contractId}`);
if (view.error) {
  const { code, text } = view.error;
  say(`apay-OffAmazonPayments_mec_${code}=${text};widgetId=${view.widgetId}`);
}

let newest = 0;

/** Announces a choice once the server knows it; of choices in quick succession only the last. */
async function choose(choice) {
  newest += 1;
  const mine = newest;
  if (view.kind === "address") say(`apay-addressselectpre;widgetId=${view.widgetId}`);
  const { token, contractId, kind } = view;
  const body = JSON.stringify({ token, contractId, kind, choice });
  const response = await fetch(view.chooseUrl, { method: "POST", body });
  if (!response.ok || mine !== newest) return;
  say(NEWS[kind](choice));
}

const toggle = document.getElementById("toggle");

/** Opens a collapsible list over the height of the window, or closes it. */
function setOpen(open) {
  // What is closed takes the focus along.
  const hadFocus = document.activeElement.type === "radio";
  document.body.classList.toggle("open", open);
  toggle.textContent = open ? "Cancel" : "Change";
  toggle.setAttribute("aria-expanded", open);
  if (hadFocus) toggle.focus();
  say(`apay-changeHeight=${view.heights[open ? "open" : "closed"]};widgetId=${view.widgetId}`);
}

// An arrow goes through the list, choosing each; Enter is the last word.
let byArrow = false;
document.addEventListener("pointerdown", () => {
  byArrow = false;
});
document.addEventListener("keydown", (event) => {
  byArrow = event.key.startsWith("Arrow");
  if (!toggle || event.key !== "Enter" || event.target.type !== "radio") return;
  // It would press the button that has the focus then.
  event.preventDefault();
  setOpen(false);
});

if (toggle) {
  setOpen(false);
  toggle.addEventListener("click", () => setOpen(!document.body.classList.contains("open")));
}

document.addEventListener("change", ({ target }) => {
  if (toggle && !byArrow) setOpen(false);
  choose(target.type === "checkbox" ? target.checked : target.value);
});
const selected = document.querySelector("[type=radio]:checked");
const box = document.querySelector("[type=checkbox]");
if (selected) choose(selected.value);
if (box) say(`apay-onConsentWidgetReady=${box.checked}`);
