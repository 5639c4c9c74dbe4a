import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/*
 * Module hooks of Node, so that modules of the user may be TypeScript on every Node. Node 20 runs `load` in a thread of
 * its own (`module.register`), later ones in place (`module.registerHooks`). Node's own stripping, from 22.18 on, is not
 * used: it warns of every module that no package.json declares to be an ES module, as in a profile's folder.
 */

interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}

/**
 * Blanks types out, so that lines and columns stay.
 * @throws {SyntaxError} for what is no TypeScript, and for enums and namespaces, which are more than types
 */
export function load<Result>(url: string, context: object, next: (url: string, context: object) => Result) {
  if (!/^file:.*(?<!\.d)\.m?ts$/.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const loaded: Loaded = { format: "module", source: strip(readFileSync(path, "utf8"), path), shortCircuit: true };
  return loaded;
}

type Transform = (source: string, options: { readonly mode: "strip-only" }) => { readonly code: string };

function strip(source: string, path: string): string {
  const { transformSync } = createRequire(import.meta.url)("amaro") as { transformSync: Transform };
  try {
    return transformSync(source, { mode: "strip-only" }).code;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new SyntaxError(`${path}: ${problem.trim()}`);
  }
}
