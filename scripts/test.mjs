// `npm test`: sets up, checks types, format, lint, unused code and architecture, then runs every test.
// With CI=true it also runs all but the browser tests on Node 24, and a skipped test is a failure.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

const isCi = process.env.CI === "true";
const totals = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

await setUp({ forTests: true }).catch((error) => {
  console.error(`Set-up failed: ${error.message}`);
  process.exit(1);
});
if (!run("npm", ["run", "check"])) problems.push("npm run check");
runTests("tests", process.execPath, []);
if (isCi && !process.versions.node.startsWith("24."))
  runTests(
    "tests on Node 24",
    "npx",
    ["--yes", "--package", "node@24", "node"],
    ["--project", "unit", "--project", "contract", "--project", "integration"],
  );
if (isCi && totals.skipped > 0) problems.push(`${totals.skipped} tests were skipped: install what they name`);

for (const problem of problems) console.error(`FAILED: ${problem}`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = problems.length > 0 ? 1 : 0;

function runTests(title, node, nodeArgs, vitestArgs = process.argv.slice(2)) {
  const report = join(root, ".cache", "test-report.json");
  mkdirSync(join(root, ".cache"), { recursive: true });
  rmSync(report, { force: true });
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const passed = run(node, [
    ...nodeArgs,
    vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...vitestArgs,
  ]);
  if (!passed) problems.push(title);
  const counts = readReport(report);
  totals.passed += counts.numPassedTests;
  totals.failed += counts.numFailedTests;
  totals.skipped += counts.numPendingTests;
}

function readReport(report) {
  try {
    return JSON.parse(readFileSync(report, "utf8"));
  } catch {
    problems.push("the test runner wrote no report");
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

function run(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" }).status === 0;
}
