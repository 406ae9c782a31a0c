import * as landerpay from "landerpay";

export { landerpay };
