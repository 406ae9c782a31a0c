// The Vite example: built against the packed package, as its users get it.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { build, pack } from "./build.mjs";
import { DIST, filesIn, main, once, ROOT, run, whenChanged } from "./tools.mjs";

const EXAMPLE = join(ROOT, "examples", "vite");
const OUTPUT = join(EXAMPLE, "dist");

export const buildExample = once(async () => {
  await build();
  const made = ["node_modules", "dist", "landerpay.tgz"];
  const packed = [join(ROOT, "package.json"), ...filesIn(DIST)];
  const inputs = [...packed, ...filesIn(EXAMPLE, made)];
  await whenChanged("example", inputs, [join(OUTPUT, "index.html")], async () => {
    await pack(EXAMPLE);
    // npm keeps a package whose version is still the same.
    rmSync(join(EXAMPLE, "node_modules"), { recursive: true, force: true });
    const install = ["npm", "install", "--offline", "--no-audit", "--no-fund", "--no-package-lock"];
    await run("Installing the package in examples/vite", install, { cwd: EXAMPLE });
    await run("Checking the types of examples/vite", ["tsc", "--noEmit", "--project", EXAMPLE]);
    await run("Building examples/vite", ["vite", "build", EXAMPLE, "--logLevel", "warn"]);
  });
});

main(import.meta, buildExample);
