/**
 * Every button and widget of the page, for ever: the real script has no way to take one out, so the
 * callbacks of abandoned instances go on being called.
 */
export const registry = [];

/** @returns {number} the number in the instance's id; buttons and widgets are counted together */
export function register(instance) {
  return registry.push(instance) - 1;
}

export function widgetsOf(kind) {
  return registry.filter((instance) => instance.kind === kind);
}
