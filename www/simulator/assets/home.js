import { chosen, onApply } from "./scenario-form.js";

const form = document.getElementById("flags");
const base = document.getElementById("base");
const said = document.getElementById("said");
const { origin } = document.querySelector("main").dataset;

function show() {
  const flags = Object.entries(chosen()).map((pair) => pair.join("="));
  base.value = flags.length > 0 ? `${origin}/with/${flags.join(",")}` : origin;
}

form.addEventListener("input", show);
onApply(() => location.reload());
for (const button of document.querySelectorAll("[data-copy]")) {
  const input = document.getElementById(button.dataset.copy);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      said.textContent = "Copied.";
    } catch {
      input.select();
      said.textContent = "Press Ctrl+C to copy.";
    }
  });
}
show();
