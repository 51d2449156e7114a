// Test projects: `unit` (fast, everything beside its source), `campaign` (systems over many seeds, end to end), `container` (what needs a live
// container engine: run by `npm run test:containers`, left out where none answers; one
// file after the other, because each sweeps what the dead ones left).
import { defineConfig, type ViteUserConfig } from "vitest/config";

const slow = ["systems/**/*.system.test.ts", "cli/**/*.e2e.test.ts", "examples/**/*.test.ts"];

const inContainers = ["runtimes/container/**/*container.test.ts"];

const config: ViteUserConfig = defineConfig({
  test: {
    pool: "forks",
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["**/*.test.ts", ".ci/**/*.test.ts"], exclude: ["node_modules/**", "dist/**", ...slow, ...inContainers] },
      },
      { extends: true, test: { name: "campaign", include: slow } },
      { extends: true, test: { name: "container", include: inContainers, fileParallelism: false } },
    ],
  },
});

export default config;
