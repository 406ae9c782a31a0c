// Which pages the site has, in reading order.
const SECTIONS = [
  ["Begin", ["start.md", "one-time.md", "script-tag.md", "package.md", "testing.md"]],
  ["What is sold", ["recurring.md", "digital.md", "review.md", "upsell.md", "order.md"]],
  ["On the page", ["widgets.md", "sign-in.md", "words.md", "accessibility.md"]],
  [
    "Reference",
    ["events.md", "errors.md", "api.md", "backend.md", "backend-php.md", "csp.md", "faults.md"],
  ],
  ["Going live", ["moving.md", "hosting.md", "going-live.md", "checkout-v2.md"]],
];

/** @type {[title: string, files: string[]][]} sections with their pages, below the repository */
export const navigation = SECTIONS.map(([title, files]) => [
  title,
  files.map((file) => `docs/${file}`),
]);

/** All pages in reading order. */
export const pages = ["docs/README.md", ...navigation.flatMap(([, files]) => files)];
