import { defineConfig } from "vitest/config";

const installed = "**/node_modules/**";
const process = "**/*.process.test.ts";

/** All tests of all workspaces. Files named `*.process.test.ts` start real processes and run after the rest, one at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [installed, process],
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "process",
          include: [process],
          exclude: [installed],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
