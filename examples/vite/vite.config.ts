import { defineConfig } from "vite";

export default defineConfig({
  // The demo server serves `dist` there.
  base: "/npm/",
});
