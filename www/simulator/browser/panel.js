/**
 * The panel for people. It stands in front of the body, so that it is in nobody's layout: beside the
 * page on a wide screen, above it on a narrow one, where it would cover the shop.
 */
const PANEL_ID = "landerpay-simulator";
const NARROW = "(max-width: 800px)";

/** Whether it was open before the page was loaded again. Blocked storage only forgets it. */
function wasOpen() {
  try {
    return sessionStorage.getItem(PANEL_ID) === "open";
  } catch {
    return false;
  }
}

function remember(open) {
  try {
    sessionStorage.setItem(PANEL_ID, open ? "open" : "closed");
  } catch {
    // Then it begins closed.
  }
}

export function showPanel() {
  if (!config.panel || window.top !== window || document.getElementById(PANEL_ID)) return;
  const panel = document.createElement("iframe");
  const narrow = matchMedia(NARROW);
  let open = false;
  const place = () => {
    const size = open
      ? "height:min(36rem,calc(100vh - 2rem));width:25rem"
      : "height:3rem;width:22rem";
    panel.style.cssText = narrow.matches
      ? `display:block;width:100%;height:${open ? "70vh" : "3rem"};border:0`
      : `position:fixed;z-index:2147483000;bottom:1rem;left:1rem;${size};max-width:calc(100vw - 2rem);` +
        "border:1px solid #7c8593;border-radius:12px;box-shadow:0 8px 32px rgb(0 0 0 / 25%)";
    panel.style.colorScheme = "light";
  };
  panel.id = PANEL_ID;
  panel.title = "Simulator of Amazon Pay";
  panel.src = `${config.base}/panel${wasOpen() ? "#open" : ""}`;
  place();
  narrow.addEventListener("change", place);
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== config.origin || source !== panel.contentWindow) return;
    if (data === "simulator-panel:reload") return location.reload();
    open = data === "simulator-panel:open";
    remember(open);
    place();
  });
  document.documentElement.insertBefore(panel, document.body);
}
