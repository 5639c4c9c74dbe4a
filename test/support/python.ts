import { existsSync } from "node:fs";
import { join } from "node:path";

/** The Python environment that `scripts/setup.mjs` makes: JupyterLab, ipyparallel 9.2, nbconvert. */
const bin = join(import.meta.dirname, "..", "..", ".cache", "python", "bin");

/**
 * Path of a program of that environment.
 * @throws naming the command that makes it
 */
export function pythonProgram(name: string): string {
  const path = join(bin, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`node scripts/setup.mjs\`.`);
  return path;
}
