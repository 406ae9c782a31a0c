/** The sign-in page, shown in a window of its own or in place of the shop. */
import { ACCOUNTS } from "../accounts.js";
import { html, json, page } from "./html.js";

const SCOPE_TEXTS = {
  profile: "your name and e-mail address",
  "profile:user_id": "your account number",
  postal_code: "your postal code",
  "payments:widget": "the addresses and cards you choose",
  "payments:shipping_address": "your full shipping address",
  "payments:billing_address": "your full billing address",
  "payments:autopay_consent": "your consent to future payments",
};

export function loginPage({ base, shop, scopes, account }) {
  const options = Object.entries(ACCOUNTS).map(
    ([key, { name, email, about }]) => html`
<label class="choice">
  <input type="radio" name="account" value="${key}"${key === account ? html` checked` : ""}>
  <span class="choice-text">
    <bdi class="choice-name">${name}</bdi>
    <small>${email && `${email} · `}${about}</small>
  </span>
</label>`,
  );
  const shared = scopes.map((scope) => html`<li>${SCOPE_TEXTS[scope] ?? scope}</li>`);
  const body = html`<main>
<p class="badge">Simulator</p>
<h1>Sign in to pay</h1>
<p><strong>${shop}</strong> will be able to see:</p>
<ul class="shared">${shared}</ul>
<form method="post">
<fieldset class="choices" role="radiogroup">
<legend>Choose a test account</legend>
${options}
</fieldset>
<div class="actions">
<button class="primary" name="decision" value="sign-in">Sign in</button>
<button name="decision" value="cancel">Cancel</button>
</div>
</form>
<p class="small">This page stands in for Amazon in tests. No real account, no real money.</p>
</main>`;
  return page({ title: "Sign in – Simulator", base, kind: "login", body });
}

/** Hands the answer to the shop's window; without an answer the window just closes. */
export function popupResultPage({ base, origin, answer }) {
  const body = html`${json("result", { origin, answer })}
<main><p>This window can be closed now.</p></main>`;
  return page({ title: "Simulator", base, kind: "login", body, script: "popup-result.js" });
}

export function refusalPage({ base, text }) {
  const body = html`<main>
<p class="badge">Simulator</p>
<h1>400 Bad Request</h1>
<p>${text}</p>
</main>`;
  return page({ title: "Bad request – Simulator", base, kind: "login", body });
}
