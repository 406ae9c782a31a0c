// Makes wasm-bindgen's JavaScript smaller than a minifier can: it may know what is called how.
import { Failure } from "./tools.mjs";

// An address is all that npm/index.js passes. Servers that do not know the type of a .wasm file
// cannot have it compiled while it arrives. A preload that has failed answers once, whenever it is asked.
const INIT = `async function __wbg_init(address) {
  const limit = { __proto__: null, signal: AbortSignal.timeout?.(30_000) };
  const response = await fetch(address, limit).catch(() => fetch(address, limit));
  if (!response.ok) throw new Error(\`HTTP \${response.status} for \${response.url}\`);
  const imports = __wbg_get_imports();
  const { instance } =
    response.headers.get("content-type") === "application/wasm"
      ? await WebAssembly.instantiateStreaming(response, imports)
      : await WebAssembly.instantiate(await response.arrayBuffer(), imports);
  wasm = instance.exports;
  wasm.__wbindgen_start();
}`;

// The original guesses that all is ASCII and grows the buffer when it was wrong: faster for long
// texts, and a checkout has none.
const PASS_STRING = `function passStringToWasm0(text) {
  const bytes = cachedTextEncoder.encode(text);
  const pointer = wasm.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(wasm.memory.buffer).set(bytes, pointer);
  WASM_VECTOR_LEN = bytes.length;
  return pointer;
}`;

// The originals decode in pieces of 2 GB, and keep the views that they look through.
const GET_STRING = `function getStringFromWasm0(pointer, length) {
  return cachedTextDecoder.decode(new Uint8Array(wasm.memory.buffer, pointer, length));
}`;

// What is freed here where an argument cannot be handed over belongs to a module that has trapped.
const FREEING =
  /^ +let ptr0, .*;\n +try \{\n((?: {8}.*\n)+) +\} catch \(e\) \{\n(?: {8}.*\n)+ +\}$/gm;

// The original stands inside each import that gives a text, and minds the byte order, of which
// browsers have but one.
const RETURN =
  /const ptr1 = passStringToWasm0\(ret\);\n.*WASM_VECTOR_LEN;\n.*setInt32.*\n.*setInt32.*;$/gm;
const RETURN_STRING = `
function returnString(place, text) {
  const pointer = passStringToWasm0(text);
  new Uint32Array(wasm.memory.buffer, place).set([pointer, WASM_VECTOR_LEN]);
}
`;

/** Replaces functions by shorter ones, and drops the care for browsers without es2022. */
export function simplify(glue) {
  let text = replaceFunction(glue, "async function __wbg_init", INIT);
  text = replaceFunction(text, "function passStringToWasm0", PASS_STRING);
  text = replaceFunction(text, "function getStringFromWasm0", GET_STRING);
  text = edit(text, /^( +\w+: )function ?\((.*)\) \{/gm, "$1($2) => {");
  text = edit(text, /, wasm\.__wbindgen_malloc, wasm\.__wbindgen_realloc\)/g, ")");
  text = edit(text, RETURN, "returnString(arg0, ret);") + RETURN_STRING;
  text = edit(text, FREEING, (_, body) => body.replaceAll(/^ +(?=ptr|len)/gm, "const "), 1);
  // All that is told by number is one.
  text = edit(text, /(const \w+ = )\+(?=\w+;$)/gm, "$1");
  text = edit(text, /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n(?: .*\n)+\}\n/gm, "");
  // What needs no wrapping would come as a module of its own; `rename` puts it with the others.
  text = edit(text, /^import \* as import\d+ from ".*"$/gm, "");
  return edit(text, /^ +"\.\/snippets\/.*": import\d+,$/gm, "");
}

/** The names that the glue takes from the module. */
export function usedExports(glue) {
  return new Set([...glue.matchAll(/\bwasm\.(\w+)/g)].map(([, name]) => name));
}

/**
 * Calls imports and exports by their new names.
 *
 * @param {{ imports: string[][], exports: string[][] }} names as wasm-opt prints them:
 *   [module, old, new] and [old, new]
 * @param {string} module what wasm-opt made of the imports' module name
 * @param {string} sources where this package's own JavaScript stands, seen from the glue
 */
export function rename(glue, { imports, exports }, module, sources) {
  let text = glue;
  for (const [source, from, to] of imports) {
    text = source.startsWith("./snippets/")
      ? addImport(text, source, from, to)
      : edit(text, new RegExp(`^ +${from}: `, "gm"), () => `${to}: `, 1);
  }
  const shorter = new Map(exports);
  text = edit(text, /\bwasm\.(\w+)/g, (_, name) => {
    if (!shorter.has(name)) throw new Failure(`The glue uses ${name}, which wasm-opt dropped.`);
    return `wasm.${shorter.get(name)}`;
  });
  text = edit(text, /"\.\/landerpay_bg\.js"(?=: import0,)/g, () => JSON.stringify(module), 1);
  // Not the copies: npm/index.js shares them.
  return edit(text, /(["'])\.\/snippets\/[^/]+(?=\/)/g, (_, quote) => quote + sources);
}

function addImport(text, source, from, to) {
  const statement = `import { ${from} } from ${JSON.stringify(source)};\n`;
  return (
    statement + edit(text, /^ +const import0 = \{$/gm, (line) => `${line}\n${to}: ${from},`, 1)
  );
}

function replaceFunction(text, start, replacement) {
  return edit(text, new RegExp(`^${start}\\([^]*?^\\}$`, "gm"), () => replacement, 1);
}

/** Replaces what must be there, once or more often: a new wasm-bindgen may write other things. */
function edit(text, pattern, replacement, times) {
  const found = text.match(pattern)?.length ?? 0;
  if (times ? found === times : found > 0) return text.replaceAll(pattern, replacement);
  throw new Failure(
    `wasm-bindgen's JavaScript has ${found} × ${pattern} where ${times ?? "some"} were expected: ` +
      "adapt scripts/glue.mjs to this version of wasm-bindgen.",
  );
}
