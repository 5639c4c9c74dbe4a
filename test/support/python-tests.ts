import { type ExecFileException, execFile } from "node:child_process";
import { join } from "node:path";
import { pythonProgram } from "./python.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");

/**
 * Runs one `unittest.TestCase` of a program in `test/fixtures`, written in Python's own idiom.
 * @throws with all that it printed when a test fails or none was found
 */
export function runPythonTests(program: string, testCase: string, env: NodeJS.ProcessEnv): Promise<void> {
  const argv = ["-W", "error::RuntimeWarning", join(fixtures, program), "-v", testCase];
  return new Promise((resolve, reject) => {
    execFile(
      pythonProgram("python"),
      argv,
      { env, maxBuffer: 64 * 2 ** 20 },
      (error: ExecFileException | null, stdout, stderr) => {
        if (error) reject(new Error(`${program} ${testCase} failed.\n${stdout}${stderr}`));
        else if (/^Ran 0 tests/m.test(stderr)) reject(new Error(`${program} has no tests in ${testCase}.`));
        else resolve();
      },
    );
  });
}
