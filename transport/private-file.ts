import { readFileSync, statSync } from "node:fs";

/** A file that holds a key can be read by others than its owner. */
export class FileNotPrivate extends Error {
  override name = "FileNotPrivate";
}

/**
 * Text of a file that holds a key.
 * @throws {FileNotPrivate} when others than its owner can read or write it; not on Windows, which has no modes
 * @throws what reading throws
 */
export function readPrivateFile(file: string): string {
  const text = readFileSync(file, "utf8");
  const mode = statSync(file).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new FileNotPrivate(
      `${file} is open to others (mode ${mode.toString(8)}): whoever reads its key can run code on the engines. ` +
        `Make it yours alone with \`chmod 600 ${file}\`.`,
    );
  return text;
}
