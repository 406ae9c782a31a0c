// The documentation's TypeScript, as whoever copies it compiles it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compileScript, parse } from "vue/compiler-sfc";
import { ROOT, TARGET } from "../../scripts/tools.mjs";
import { BLOCKS, blockOf } from "./support.js";

const FOLDER = join(TARGET, "docs-types");
const CONFIG = {
  compilerOptions: {
    ...{ strict: true, noEmit: true, skipLibCheck: true, target: "es2022", module: "esnext" },
    ...{ moduleResolution: "bundler", jsx: "react-jsx", types: [], lib: ["es2022", "dom"] },
    paths: { landerpay: [join(ROOT, "npm", "index.d.ts")] },
  },
  include: ["*"],
};

const compile = () => {
  const tsc = join(ROOT, "node_modules", ".bin", "tsc");
  const { status, stdout } = spawnSync(tsc, ["--project", FOLDER], { encoding: "utf8" });
  return { status, stdout };
};

describe("TypeScript", () => {
  before(() => {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(CONFIG));
    for (const { language, check, text } of BLOCKS) {
      if (language === "ts" || language === "tsx") write(`${check}.${language}`, text);
    }
    const { descriptor } = parse(blockOf("vue").text);
    write("vue.ts", compileScript(descriptor, { id: "vue", inlineTemplate: true }).content);
  });
  after(() => rmSync(FOLDER, { recursive: true, force: true }));

  const write = (name, text) => writeFileSync(join(FOLDER, name), text);

  test("compiles against the package's types", () => {
    assert.deepEqual(compile(), { status: 0, stdout: "" });
  });

  test("is really checked against them", () => {
    write("wrong.ts", blockOf("package").text.replace('region: "us"', 'region: "fr"'));
    const { status, stdout } = compile();
    assert.notEqual(status, 0);
    assert.match(stdout, /"fr"/);
  });
});
