import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes a file of its owner's alone (0600) so that a reader finds the old or the new content, never a part. */
export function writeAtomically(path: string, text: string): void {
  replace(path, text, renameSync);
}

/** The same, refused with `EEXIST` where the file exists: of two programs that try at once, one succeeds. */
export function createAtomically(path: string, text: string): void {
  replace(path, text, linkSync);
}

/** Removes a file unless somebody else has written it since it had this text, or has removed it. */
export function removeUnchanged(path: string, text: string): void {
  if (readIfThere(path) === text) rmSync(path, { force: true });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // Gone, or closed to us: not ours in either case.
  }
}

function replace(path: string, text: string, put: (from: string, to: string) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    put(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}
