import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A file as a cell of its name. The line that makes a script executable becomes a comment. */
export function readProgram(file: string | URL): { readonly code: string; readonly filename: string } {
  const code = readFileSync(file, "utf8").replace(/^#!/, "//");
  return { code, filename: typeof file === "string" ? file : fileURLToPath(file) };
}
