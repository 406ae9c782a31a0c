// What every bundler gets: a page that begins a checkout.
import { createCheckout } from "landerpay";

await createCheckout({
  environment: "sandbox",
  region: "us",
  clientId: "amzn1.application-oa2-client.0a1b2c3d4e5f",
  sellerId: "A2EXAMPLE1234X",
  button: "#amazon-button",
  addressBook: "#address-book",
  wallet: "#wallet",
  placeOrder: "#place-order",
  status: "#status",
  orderId: "#order-id",
  backend: "/amazon-pay",
  order: { campaignId: 12, product1_id: 345 },
  simulator: document.querySelector("meta[name=landerpay-simulator]").content,
});
