/** The DOM events of the drop-in, without their prefix. */
export const EVENTS = [
  "state",
  "signed-in",
  "profile",
  "address-selected",
  "payment-selected",
  "consent",
  "ready",
  "placed",
  "declined",
  "expiring",
  "expired",
  "signed-out",
  "error",
];

/** Runs in the page: writes all of them down in `window.seen`. */
export function recordEvents(names) {
  if (window.top !== window) return;
  window.seen = [];
  const plain = (detail) => {
    if (!(detail instanceof Error)) return JSON.parse(JSON.stringify(detail));
    const { name, message, code, audience, subject } = detail;
    return { name, message, code, audience, ...(subject === undefined ? {} : { subject }) };
  };
  for (const name of names) {
    document.addEventListener(`landerpay:${name}`, ({ detail }) => {
      const { landerpayState: state } = document.documentElement.dataset;
      window.seen.push({ name, detail: plain(detail), state });
    });
  }
}
