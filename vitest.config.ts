import { defineConfig } from "vitest/config";

/** All tests of all workspaces. Files named `*.process.test.ts` start real processes and run after the rest, one at a time. */
export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: "unit", exclude: ["**/node_modules/**", "**/*.process.test.ts"], maxWorkers: 2 },
      },
      {
        extends: true,
        test: {
          name: "process",
          include: ["**/*.process.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
