import { mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes a profile's folder and whatever subfolder it lacks; what is there stays as it is.
 * `security` holds keys and is its owner's alone.
 */
export function makeProfileFolders(dir: string): void {
  for (const folder of ["log", "pid", "startup", "db", "static"]) mkdirSync(join(dir, folder), { recursive: true });
  mkdirSync(join(dir, "security"), { recursive: true, mode: 0o700 });
}
