// npm run docs: the generated parts of docs/*.md, and the site in www/docs/.
import { join } from "node:path";
import { setupBuild } from "./setup.mjs";
import { main, once, ROOT, step } from "./tools.mjs";

/** The site as the demo serves it, from the pages as they are. */
export const buildDocs = once(async () => {
  await setupBuild();
  // It needs packages, which are there only now.
  const { buildSite } = await import("./docs/site.mjs");
  await step("Building the documentation", async () => buildSite(join(ROOT, "www", "docs")));
});

main(import.meta, async () => {
  await setupBuild();
  const { writeGenerated } = await import("./docs/generated.mjs");
  await writeGenerated();
  await buildDocs();
});
