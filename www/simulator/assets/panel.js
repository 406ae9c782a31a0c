import { onApply } from "./scenario-form.js";

const toggle = document.getElementById("toggle");
const body = document.getElementById("body");

// As text, and to whichever page it stands on: it says nothing but its size and "reload".
const say = (text) => parent.postMessage(`simulator-panel:${text}`, "*");

function setOpen(open) {
  body.hidden = !open;
  toggle.setAttribute("aria-expanded", open);
  document.getElementById("do").textContent = open ? "Close" : "Change";
  say(open ? "open" : "closed");
}

toggle.addEventListener("click", () => setOpen(body.hidden));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || body.hidden) return;
  setOpen(false);
  toggle.focus();
});
onApply(() => say("reload"));
// The shop's page remembers it: a frame of another site may have no storage.
setOpen(location.hash === "#open");
