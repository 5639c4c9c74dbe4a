import { defineConfig } from "vitest/config";

/** Each folder of `test/` is a project of its own, with the time a test of its kind may take. */
const project = (name: string, include: string, seconds: number, serial = false) => ({
  test: {
    name,
    include: [include],
    testTimeout: seconds * 1000,
    hookTimeout: seconds * 1000,
    fileParallelism: !serial,
  },
});

export default defineConfig({
  test: {
    passWithNoTests: false,
    projects: [
      project("architecture", "test/architecture.test.ts", 20),
      project("unit", "test/unit/**/*.test.ts", 5),
      project("contract", "test/contract/**/*.test.ts", 20),
      project("integration", "test/integration/**/*.test.ts", 60, true),
      project("load", "test/load/**/*.test.ts", 600, true),
      project("browser", "test/browser/**/*.test.ts", 240, true),
    ],
    coverage: { include: ["protocol/**", "canning/**", "controller/**", "runtime/**", "client/**"] },
  },
});
