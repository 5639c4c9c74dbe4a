import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { stripTypes } from "../cell/strip-types.ts";
import { isRelative, isTypeScript, ownModule, resolveFile, withoutQuery } from "./module-resolution.ts";

/*
 * Module hooks of Node, so that the user's own files may be TypeScript and may import this package by name.
 * Node 20 runs the asynchronous ones in a thread of their own (`module.register`); from 22.15 the synchronous ones
 * run in place (`module.registerHooks`), which costs nothing.
 */

interface ResolveContext {
  readonly parentURL?: string | undefined;
}
interface Resolved {
  readonly url: string;
  readonly shortCircuit?: boolean;
}
interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}
type Next<Result> = (argument: string, context?: object) => Result;

const isUsers = ({ parentURL }: ResolveContext): boolean => !parentURL?.includes("/node_modules/");

/** Before Node's own resolution: modules of this package. */
function resolveFirst(specifier: string, context: ResolveContext): Resolved | undefined {
  const url = isUsers(context) ? ownModule(specifier) : undefined;
  return url === undefined ? undefined : { url, shortCircuit: true };
}

/** After Node found nothing: files named as TypeScript names them. */
function resolveLast(specifier: string, context: ResolveContext, error: unknown): Resolved {
  const base = context.parentURL ?? pathToFileURL(join(process.cwd(), "/")).href;
  const url = isRelative(specifier) && isUsers(context) ? resolveFile(specifier, base) : undefined;
  if (url === undefined) throw error;
  return { url, shortCircuit: true };
}

function compiled(url: string, source: string): Loaded {
  const path = fileURLToPath(withoutQuery(url));
  const isCommonJs = path.endsWith(".cts") || (!/^\s*(import|export)\b/m.test(source) && /\brequire\(/.test(source));
  return { format: isCommonJs ? "commonjs" : "module", source: stripTypes(source, path), shortCircuit: true };
}

export async function resolve(
  specifier: string,
  context: ResolveContext,
  next: Next<Promise<Resolved>>,
): Promise<Resolved> {
  const own = resolveFirst(specifier, context);
  if (own) return own;
  try {
    return await next(specifier, context);
  } catch (error) {
    return resolveLast(specifier, context, error);
  }
}

export async function load(url: string, context: object, next: Next<Promise<object>>): Promise<object> {
  if (!isTypeScript(url)) return next(url, context);
  return compiled(url, await readFile(fileURLToPath(withoutQuery(url)), "utf8"));
}

/** For `module.registerHooks`. */
export const synchronousHooks = {
  resolve(specifier: string, context: ResolveContext, next: Next<Resolved>): Resolved {
    const own = resolveFirst(specifier, context);
    if (own) return own;
    try {
      return next(specifier, context);
    } catch (error) {
      return resolveLast(specifier, context, error);
    }
  },
  load(url: string, context: object, next: Next<object>): object {
    if (!isTypeScript(url)) return next(url, context);
    return compiled(url, readFileSync(fileURLToPath(withoutQuery(url)), "utf8"));
  },
};
