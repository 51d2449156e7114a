// Test projects: `unit` (fast, everything beside its source), `campaign` (systems over many seeds, end to end).
import { defineConfig, type ViteUserConfig } from "vitest/config";

const slow = ["systems/**/*.system.test.ts", "cli/**/*.e2e.test.ts", "examples/**/*.test.ts"];

const config: ViteUserConfig = defineConfig({
  test: {
    pool: "forks",
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "unit", include: ["**/*.test.ts", ".ci/**/*.test.ts"], exclude: ["node_modules/**", "dist/**", ...slow] } },
      { extends: true, test: { name: "campaign", include: slow } },
    ],
  },
});

export default config;
