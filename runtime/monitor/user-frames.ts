import { fileURLToPath } from "node:url";

/** Scripts without a file: `eval` and `new Function` (the user's, but there is a cell under them), and our `import`. */
const nameless = new Set(["", "import", "evalmachine.<anonymous>"]);

/**
 * Whether a script is the user's: a cell, or a file (or canned function from one) that is neither Node's nor ours.
 * @param url as V8 names the script: a `file:` URL for modules, a path for CommonJS
 * @param ownFolders our `dist/` and the packages that call back into it, as paths that end in a separator
 */
export function isUserCode(url: string, ownFolders: readonly string[]): boolean {
  if (url.startsWith("cell [")) return true;
  if (nameless.has(url) || url.startsWith("node:")) return false;
  const path = pathOf(url);
  return !ownFolders.some((folder) => path.startsWith(folder));
}

function pathOf(url: string): string {
  if (!url.startsWith("file:")) return url;
  try {
    return fileURLToPath(url);
  } catch {
    return url; // A name that somebody gave to a script; not a file.
  }
}
