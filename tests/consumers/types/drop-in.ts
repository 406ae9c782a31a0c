// A page with the drop-in that has TypeScript of its own. Must compile.
import type { CheckoutSnapshot, LanderPayError } from "landerpay";
import type {} from "landerpay/drop-in";

type Is<Found, Wanted> = [Found, Wanted] extends [Wanted, Found] ? true : false;
const is = <_Holds extends true>() => {};

document.addEventListener("landerpay:placed", ({ detail }) => {
  is<Is<typeof detail.amazonOrderId, string>>();
});
document.addEventListener("landerpay:state", ({ detail }) => {
  is<Is<typeof detail, CheckoutSnapshot>>();
});
window.addEventListener("landerpay:error", ({ detail }) => is<Is<typeof detail, LanderPayError>>());

if (window.LanderPay) {
  window.LanderPay.beforeOrder = async (fields) => ({ custom1: String(fields.campaignId) });
}
LanderPay?.ready.then(({ snapshot }) => console.log(snapshot().state));
LanderPay?.retry();
LanderPay?.checkout?.signOut();
