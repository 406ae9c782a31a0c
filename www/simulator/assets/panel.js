const form = document.getElementById("flags");
const base = document.getElementById("base");
const copied = document.getElementById("copied");
const { origin } = document.querySelector("main").dataset;

function isDefault(control) {
  return control instanceof HTMLSelectElement ? control.selectedIndex === 0 : !control.value;
}

function show() {
  const flags = [...form.elements]
    .filter((control) => !isDefault(control))
    .map((control) => `${control.name}=${control.value.trim()}`);
  base.value = flags.length > 0 ? `${origin}/with/${flags.join(",")}` : origin;
  copied.textContent = "";
}

form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("copy").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(base.value);
    copied.textContent = "Copied.";
  } catch {
    base.select();
    copied.textContent = "Press Ctrl+C to copy.";
  }
});
show();
