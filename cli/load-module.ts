import * as nodeModule from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { load } from "./type-stripping-hooks.ts";
import { UsageError } from "./usage-error.ts";

let areHooked = false;

/**
 * Evaluates a module of the user's, TypeScript or JavaScript, and gives its exports. What it imports may be TypeScript
 * too, named with its ending. Types are stripped, not checked.
 * @throws {UsageError} naming the file and what it failed with
 */
export async function loadModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  hook();
  const path = resolve(file);
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UsageError(`Cannot load ${path}: ${reason}`, { cause: error });
  }
}

function hook(): void {
  if (areHooked) return;
  areHooked = true;
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: { load: typeof load }) => unknown };
  if (registerHooks) registerHooks({ load });
  else nodeModule.register(new URL("./type-stripping-hooks.js", import.meta.url));
}
