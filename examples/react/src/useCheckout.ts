import {
  type Checkout,
  type CheckoutOptions,
  type CheckoutSnapshot,
  createCheckout,
  isLanderPayError,
  type LanderPayError,
} from "landerpay";
import { useEffect, useEffectEvent, useRef, useState } from "react";

const LOADING: CheckoutSnapshot = {
  state: "loading",
  missing: [],
  canPlace: false,
  unresolved: false,
};

/**
 * A checkout for as long as the component is mounted. `options` is called when its elements are there.
 */
export function useCheckout(options: () => CheckoutOptions) {
  const [snapshot, setSnapshot] = useState(LOADING);
  const [problem, setProblem] = useState<LanderPayError>();
  const [attempt, setAttempt] = useState(0);
  const checkout = useRef<Checkout>(undefined);
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
        created = checkout.current = it;
        it.on("state", setSnapshot);
        // `state` comes first; the ids of a placed order come with it.
        setSnapshot(it.snapshot());
      })
      .catch((error) => {
        if (isOver) return;
        if (!isLanderPayError(error)) throw error;
        setSnapshot({ ...LOADING, state: "unavailable" });
        setProblem(error);
      });
    return () => {
      isOver = true;
      created?.dispose();
      checkout.current = undefined;
    };
  }, [attempt]);

  const retry = () => {
    if (checkout.current) checkout.current.retry();
    else setAttempt(attempt + 1);
  };
  return { snapshot, problem, retry };
}
