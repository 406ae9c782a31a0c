import { onApply } from "./scenario-form.js";

const toggle = document.getElementById("toggle");
const body = document.getElementById("body");

// As text, and to whichever page it stands on: it says nothing but its size and "reload".
const say = (text) => parent.postMessage(`simulator-panel:${text}`, "*");

/** Whether it was open, for the page after a reload. Blocked storage only forgets it. */
const memory = {
  read() {
    try {
      return sessionStorage.panel === "open";
    } catch {
      return false;
    }
  },
  write(open) {
    try {
      sessionStorage.panel = open ? "open" : "";
    } catch {
      // Then it begins closed.
    }
  },
};

function setOpen(open) {
  body.hidden = !open;
  toggle.setAttribute("aria-expanded", open);
  memory.write(open);
  say(open ? "open" : "closed");
}

toggle.addEventListener("click", () => setOpen(body.hidden));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || body.hidden) return;
  setOpen(false);
  toggle.focus();
});
onApply(() => say("reload"));
setOpen(memory.read());
