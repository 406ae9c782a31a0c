import {
  type Checkout,
  type CheckoutOptions,
  type CheckoutSnapshot,
  createCheckout,
  isLanderPayError,
  type LanderPayError,
} from "landerpay";
import { useEffect, useEffectEvent, useState } from "react";

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
  const [snapshot, setSnapshot] = useState(LOADING);
  const [problem, setProblem] = useState<LanderPayError>();
  const [attempt, setAttempt] = useState(0);
  const latestOptions = useEffectEvent(options);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt begins a checkout.
  useEffect(() => {
    // It may be over before the checkout is there: React's StrictMode mounts everything twice.
    let isOver = false;
    let created: Checkout | undefined;
    setSnapshot(LOADING);
    setProblem(undefined);
    createCheckout(latestOptions())
      .then((it) => {
        if (isOver) return it.dispose();
        created = it;
        it.on("state", setSnapshot);
        setSnapshot(it.snapshot());
      })
      .catch((error) => {
        if (isOver) return;
        if (!isLanderPayError(error)) throw error;
        // The message is for whoever wrote the page.
        console.warn(error.message);
        setSnapshot({ ...LOADING, state: "unavailable" });
        setProblem(error);
      });
    return () => {
      isOver = true;
      created?.dispose();
    };
  }, [attempt]);

  return { snapshot, problem, retry: () => setAttempt(attempt + 1) };
}
