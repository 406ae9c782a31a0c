const view = JSON.parse(document.getElementById("view").textContent);
const say = (text) => parent.postMessage(text, view.parentOrigin);

if (view.created) say(`apay-pcId=${view.contractId}`);
if (view.error) {
  const { code, text } = view.error;
  say(`apay-OffAmazonPayments_mec_${code}=${text};widgetId=${view.widgetId}`);
}

let newest = 0;

/** Announces a choice once the server knows it; of choices in quick succession only the last. */
async function choose(item) {
  newest += 1;
  const mine = newest;
  if (view.kind === "address") say(`apay-addressselectpre;widgetId=${view.widgetId}`);
  const { token, contractId, kind } = view;
  const body = JSON.stringify({ token, contractId, kind, item });
  const response = await fetch(view.chooseUrl, { method: "POST", body });
  if (!response.ok || mine !== newest) return;
  const word = kind === "address" ? "addressselect" : "paymentselect";
  say(`apay-${word};widgetId=${view.widgetId}`);
}

document.addEventListener("change", (event) => choose(event.target.value));
const selected = document.querySelector("input:checked");
if (selected) choose(selected.value);
