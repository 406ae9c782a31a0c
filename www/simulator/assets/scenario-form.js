/** The choice of a scenario, on the home page and in the panel. */
const form = document.getElementById("flags");
const said = document.getElementById("said");

/** The flags that are not as usual. */
export function chosen() {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
}

/** Sets them, for every page that uses this simulator. @returns {Promise<boolean>} */
async function apply(flags) {
  const response = await fetch("/scenario", { method: "PUT", body: JSON.stringify(flags) });
  if (!response.ok) said.textContent = await response.text();
  return response.ok;
}

/** Calls back with what was chosen, or with nothing for "As usual". */
export function onApply(done) {
  const send = async (flags) => {
    if (await apply(flags)) done();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(chosen());
  });
  document.getElementById("reset").addEventListener("click", () => send({}));
}
