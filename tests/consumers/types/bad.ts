// Programs that must not compile. A comment behind `//!` says how its line fails.
import { type Checkout, createCheckout, type LanderPayError } from "landerpay";
import type {} from "landerpay/drop-in";

declare const checkout: Checkout;
declare const error: LanderPayError;

const ALL = {
  environment: "sandbox",
  region: "us",
  clientId: "amzn1.application-oa2-client.0a1b",
  sellerId: "A2EXAMPLE1234X",
  button: "#pay",
  addressBook: "#addresses",
  wallet: "#cards",
  backend: "/amazon-pay",
} as const;
const { button, addressBook, wallet, backend, ...ACCOUNT } = ALL;

createCheckout(); //! TS2554 Expected 1 arguments
createCheckout({ ...ACCOUNT, addressBook, wallet, backend }); //! TS2345 Property 'button' is missing
createCheckout({ ...ACCOUNT, button, wallet, backend }); //! TS2345 Property 'addressBook' is missing
createCheckout({ ...ACCOUNT, button, addressBook, backend }); //! TS2345 Property 'wallet' is missing
createCheckout({ ...ACCOUNT, button, addressBook, wallet }); //! TS2345 Property 'backend' is missing
createCheckout({ ...ALL, page: "choose" }); //! TS2345 Property 'next' is missing
createCheckout({ ...ACCOUNT, page: "review", backend }); //! TS2345 Property 'button' is missing
createCheckout({ ...ACCOUNT, page: "review", button }); //! TS2345 Property 'backend' is missing
createCheckout({ ...ACCOUNT, page: "upsell", button, addressBook, backend }); //! TS2345 Property 'wallet' is missing
createCheckout({ ...ALL, agreement: "recurring" }); //! TS2345 Property 'consent' is missing
createCheckout({ ...ALL, page: "thanks" }); //! TS2322 "thank-you"
createCheckout({ ...ALL, region: "fr" }); //! TS2322 "fr"
createCheckout({ ...ALL, environment: "production" }); //! TS2322 "production"
createCheckout({ ...ALL, environment: "live", simulator: "/" }); //! TS2345 simulator
createCheckout({ ...ALL, Region: "us" }); //! TS2561 'Region' does not exist
createCheckout({ ...ALL, popup: true }); //! TS2322 'true'
createCheckout({ ...ALL, button: { container: "#pay", colour: "Gold" } }); //! TS2353 'colour' does not exist
createCheckout({ ...ALL, button: { container: "#pay", color: "gold" } }); //! TS2820 Did you mean '"Gold"'
createCheckout({ ...ALL, button: { container: "#pay", language: "de-DE" } }); //! TS2345 language
createCheckout({ ...ALL, button: { color: "Gold" } }); //! TS2322 container
createCheckout({ ...ALL, button: document.querySelector("#pay") }); //! TS2322 null
createCheckout({ ...ALL, wallet: { container: "#w", presentmentCurrency: "CHF" } }); //! TS2345 presentmentCurrency
createCheckout({ ...ALL, order: { product1_id: [345] } }); //! TS2322 number[]
createCheckout({ ...ALL, order: () => new Map() }); //! TS2322 Map
createCheckout({ ...ALL, beforeOrder: () => true }); //! TS2322 true
checkout.on("sate", () => {}); //! TS2769 "sate"
checkout.on("placed", ({ amazonId }) => amazonId); //! TS2339 amazonId
checkout.on("*", (name, detail) => name === "state" && detail.code); //! TS2339 code
checkout.state = "ready"; //! TS2540 read-only
checkout.setAgreement("monthly"); //! TS2345 "monthly"
if (error.code === "decline") console.log(error); //! TS2367 "decline"
if (error.audience === "shop") console.log(error); //! TS2367 "shop"
document.addEventListener("landerpay:error", ({ detail }) => detail.reason); //! TS2339 reason
window.LanderPay.retry(); //! TS18048 possibly 'undefined'
