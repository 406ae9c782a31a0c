// Runs in each page of the shop, before all else: notes what it tells, and what stopped it.
window.said = [];
window.violations = [];

document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push([event.effectiveDirective, event.blockedURI]);
});

new MutationObserver(() => {
  const text = document.querySelector('[data-landerpay="status"]')?.textContent;
  if (text && text !== window.said.at(-1)) window.said.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });

addEventListener("pageshow", ({ persisted }) => {
  // What the page does by then it does at once, before anybody can press.
  setTimeout(() => {
    if (persisted) window.restoredAs = document.documentElement.dataset.landerpayState;
  });
});
