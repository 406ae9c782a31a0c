// The end-to-end tests: the built product in real pages, against the simulator and the demo shop.
// They need `npm run build`, the built example, and the demo backend; `npm test` sees to all that.
import { defineConfig } from "@playwright/test";
import { find } from "./scripts/tools.mjs";

const chromium =
  process.env.CHROMIUM ??
  find("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

export default defineConfig({
  testDir: "tests",
  testMatch: "**/*.spec.js",
  outputDir: "test-results",
  fullyParallel: true,
  workers: 2,
  // A machine that is busy elsewhere; what fails twice fails. The list names what did so once.
  retries: 1,
  timeout: 30_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  expect: { timeout: 10_000 },
  use: {
    headless: true,
    locale: "en-US",
    // Chromium asks before a page that a test has rewritten may talk to this machine.
    permissions: ["local-network-access"],
    viewport: { width: 1280, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
