import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Makes a profile's folder and whatever subfolder it lacks; what is there stays as it is, but for `security`: it holds
 * keys and becomes its owner's alone (0700).
 * @throws naming the folder that cannot be made, and why
 */
export function makeProfileFolders(dir: string): void {
  for (const folder of ["log", "pid", "startup", "db", "static"]) makeFolder(dir, folder, {});
  makeFolder(dir, "security", { mode: 0o700 });
  closeToOthers(join(dir, "security"));
}

/** As IPython does with a folder that was made by other means; Windows has no modes. */
function closeToOthers(folder: string): void {
  if (process.platform !== "win32" && (statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "a file has its name",
  ENOTDIR: "a file is where a folder should be",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  // Node's answer where a folder above it cannot be made either.
  ENOENT: "a folder above it cannot be made; is the file system read-only?",
};

function makeFolder(dir: string, name: string, options: { readonly mode?: number }): void {
  const folder = join(dir, name);
  try {
    mkdirSync(folder, { recursive: true, ...options });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    throw new Error(`Cannot make the profile's folder ${folder}: ${reasons[code] ?? String(cause)}.`, { cause });
  }
}
