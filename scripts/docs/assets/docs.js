// Without this script nothing is missing but the copy buttons, and the folding of navigation on phones.
const narrow = matchMedia("(max-width: 54rem)");
if (narrow.matches) {
  for (const details of document.querySelectorAll("nav details")) details.open = false;
}

for (const figure of document.querySelectorAll(".code")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const said = document.createElement("span");
  said.className = "said";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(figure.querySelector("code").textContent);
      said.textContent = "Copied";
    } catch {
      // Without https a browser has no clipboard.
      getSelection().selectAllChildren(figure.querySelector("code"));
      said.textContent = "Selected: press Ctrl+C";
    }
  });
  button.addEventListener("blur", () => {
    said.textContent = "";
  });
  figure.append(button, said);
}
