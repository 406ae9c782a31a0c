// npm run docs: the generated parts of docs/*.md, and the site in www/docs/.
import { join } from "node:path";
import { writeGenerated } from "./docs/generated.mjs";
import { buildSite } from "./docs/site.mjs";
import { main, once, ROOT, step } from "./tools.mjs";

/** The site as the demo serves it, from the pages as they are. */
export const buildDocs = once(() =>
  step("Building the documentation", async () => buildSite(join(ROOT, "www", "docs"))),
);

main(import.meta, async () => {
  await writeGenerated();
  await buildDocs();
});
