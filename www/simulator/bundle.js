/**
 * Joins the modules of `browser/` into one classic script, because the real Widgets.js and login
 * script are classic scripts that run at once. Only named imports from `./` and `export` in front
 * of a declaration are understood; names must be unique among the joined modules.
 */
import { readFileSync } from "node:fs";

const FOLDER = new URL("./browser/", import.meta.url);
const IMPORT = /^import\s[^;]*?"\.\/([^"]+)";\n/gm;

/** @param {string} entry file name; @param {object} config what the modules see as `config` */
export function bundle(entry, config) {
  const joined = collect(entry, new Set());
  return `(function (config) {\n"use strict";\n${joined}\n})(${JSON.stringify(config)});\n`;
}

function collect(name, seen) {
  if (seen.has(name)) return "";
  seen.add(name);
  const source = readFileSync(new URL(name, FOLDER), "utf8");
  const before = [...source.matchAll(IMPORT)].map(([, other]) => collect(other, seen)).join("");
  return before + source.replace(IMPORT, "").replace(/^export /gm, "");
}
