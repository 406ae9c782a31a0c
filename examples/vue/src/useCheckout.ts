import {
  type Checkout,
  type CheckoutOptions,
  type CheckoutSnapshot,
  createCheckout,
  isLanderPayError,
  type LanderPayError,
} from "landerpay";
import { onBeforeUnmount, onMounted, shallowRef } from "vue";

const LOADING: CheckoutSnapshot = {
  state: "loading",
  missing: [],
  canPlace: false,
  unresolved: false,
};

/**
 * A checkout for as long as the component is mounted. `options` is called when its elements are there.
 * `retry` begins another one, which helps after a crash of the module too.
 */
export function useCheckout(options: () => CheckoutOptions) {
  const snapshot = shallowRef(LOADING);
  const problem = shallowRef<LanderPayError>();
  let checkout: Checkout | undefined;
  let isOver = false;

  async function begin() {
    checkout?.dispose();
    checkout = undefined;
    snapshot.value = LOADING;
    problem.value = undefined;
    try {
      const created = await createCheckout(options());
      // The component may be gone before the checkout is there.
      if (isOver) return created.dispose();
      checkout = created;
      created.on("state", (now) => {
        snapshot.value = now;
      });
      snapshot.value = created.snapshot();
    } catch (error) {
      if (isOver) return;
      if (!isLanderPayError(error)) throw error;
      // The message is for whoever wrote the page.
      console.warn(error.message);
      snapshot.value = { ...LOADING, state: "unavailable" };
      problem.value = error;
    }
  }

  onMounted(begin);
  onBeforeUnmount(() => {
    isOver = true;
    checkout?.dispose();
  });
  return { snapshot, problem, retry: begin };
}
