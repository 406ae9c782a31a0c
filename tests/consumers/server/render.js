// Renders the React example as a server does. Prints the page.
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { App } from "./app.js";

globalThis.fetch = () => {
  throw new Error("Rendering asks for nothing.");
};
console.log(renderToString(createElement(App)));
