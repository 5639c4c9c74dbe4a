import { statSync } from "node:fs";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import type { ModuleExports } from "../../canning/functions/module-exports.ts";
import { synchronousHooks } from "./module-hooks.ts";
import { isRelative, ownModule, resolveFile } from "./module-resolution.ts";

/** Lets `import()` in a script resolve from the working directory. */
export const defaultLoader = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;

type Attributes = Readonly<Record<string, string>>;
type NativeImport = (specifier: string, options?: { readonly with: Attributes }) => Promise<ModuleExports>;

/** Modules as cells import them: from the user's working directory, wherever this package lies. */
export class UserModules {
  /** CommonJS `require` of cells. */
  readonly require: NodeJS.Require = dynamicRequire();
  readonly #native = nativeImport();
  /** When a file of the user was changed last, as of its first import. */
  readonly #firstSeen = new Map<string, number>();
  #areHooked = false;

  /**
   * Packages (ES modules or CommonJS), built-in modules, URLs, and files of the user, which may be TypeScript.
   * @throws whatever the module throws; for a package that is not there, an error that says how to install it
   */
  async import(specifier: string, attributes?: Attributes): Promise<ModuleExports> {
    const url = this.#locate(specifier);
    const isJson = attributes === undefined && /\.json$/.test(url);
    const options = isJson ? { type: "json" } : attributes;
    try {
      return await this.#load(url, options);
    } catch (error) {
      const fallback = this.#commonJsFile(specifier, error);
      if (fallback === undefined) throw explained(error, specifier);
      return this.#load(fallback);
    }
  }

  /** URL of a module, as `import.meta.resolve` of a cell gives it. */
  resolve(specifier: string): string {
    const url = this.#locate(specifier);
    if (url !== specifier || /^\w+:/.test(specifier)) return url;
    if (nodeModule.isBuiltin(specifier)) return `node:${specifier}`;
    return pathToFileURL(this.require.resolve(specifier)).href;
  }

  /**
   * Makes `import()` inside functions of this code work for the user's files and this package. The hooks they need
   * cost a thread on Node 20, so nobody gets them without need.
   */
  prepare(code: string): void {
    if (this.#areHooked || !code.includes("import")) return;
    const calls = [...code.matchAll(/\bimport\s*\(\s*(?:(["'`])([^"'`$]*)\1)?/g)].map(([, , literal]) => literal);
    const needsHooks = (specifier = "./") => isRelative(specifier) || ownModule(specifier) !== undefined;
    if (calls.some((literal) => needsHooks(literal))) this.#hook();
  }

  #locate(specifier: string): string {
    const own = ownModule(specifier);
    if (own !== undefined) return own;
    if (!isRelative(specifier)) return specifier;
    this.#hook();
    const folder = pathToFileURL(join(process.cwd(), "/")).href;
    const url = resolveFile(specifier, folder);
    return url === undefined ? new URL(specifier, folder).href : this.#fresh(url);
  }

  /** A file that was changed since its first import is another module, so that running the cell again loads it. */
  #fresh(url: string): string {
    const { mtimeMs } = statSync(new URL(url));
    const first = this.#firstSeen.get(url) ?? mtimeMs;
    this.#firstSeen.set(url, first);
    return first === mtimeMs ? url : `${url}?changed=${mtimeMs}`;
  }

  #load(url: string, attributes?: Attributes): Promise<ModuleExports> {
    return attributes ? this.#native(url, { with: attributes }) : this.#native(url);
  }

  /** `lodash/fp` is no ES module path, for it lacks the ending; CommonJS finds it. */
  #commonJsFile(specifier: string, error: unknown): string | undefined {
    if (isRelative(specifier) || !isNotFound(error)) return undefined;
    try {
      const path = this.require.resolve(specifier);
      return nodeModule.isBuiltin(path) ? path : pathToFileURL(path).href;
    } catch {
      // The first error is the one to show.
      return undefined;
    }
  }

  #hook(): void {
    if (this.#areHooked) return;
    this.#areHooked = true;
    const { registerHooks } = nodeModule as { registerHooks?: (hooks: typeof synchronousHooks) => unknown };
    if (registerHooks) registerHooks(synchronousHooks);
    else nodeModule.register(new URL("./module-hooks.js", import.meta.url));
  }
}

const notFound = new Set(["ERR_MODULE_NOT_FOUND", "ERR_UNSUPPORTED_DIR_IMPORT", "ERR_PACKAGE_PATH_NOT_EXPORTED"]);

const isNotFound = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && "code" in error && typeof error.code === "string" && notFound.has(error.code);

function explained(error: unknown, specifier: string): unknown {
  const [, name] = /^((?:@[^/]+\/)?[^/@]+)/.exec(specifier) ?? [];
  if (!isNotFound(error) || isRelative(specifier) || name === undefined) return error;
  if (!error.message.includes(`Cannot find package '${name}'`)) return error;
  const advice = `Cannot find package '${name}': install it with \`npm install ${name}\` in ${process.cwd()}.`;
  return Object.assign(new Error(advice, { cause: error }), { code: error.code });
}

/** One `require` a folder: `process.chdir` changes where the next call looks. */
function dynamicRequire(): NodeJS.Require {
  const made = new Map<string, NodeJS.Require>();
  const current = (): NodeJS.Require => {
    const folder = process.cwd();
    const known = made.get(folder);
    if (known) return known;
    const fresh = nodeModule.createRequire(join(folder, "cell"));
    made.set(folder, fresh);
    return fresh;
  };
  return new Proxy(current(), {
    apply: (_first, _self, [specifier]: [string]) => current()(locateForRequire(specifier)) as unknown,
    get: (_first, key) => Reflect.get(current(), key) as unknown,
  });
}

const locateForRequire = (specifier: string): string => {
  const own = ownModule(specifier);
  return own === undefined ? specifier : fileURLToPath(own);
};

/** An `import()` whose base is the working directory. */
function nativeImport(): NativeImport {
  const script = new vm.Script("(specifier, options) => import(specifier, options)", {
    filename: "import",
    importModuleDynamically: defaultLoader,
  });
  const native = script.runInThisContext() as NativeImport;
  // Node warns at the first use that the loader is experimental: users need not read that.
  quietly(() => void native("node:os"));
  return native;
}

function quietly(action: () => void): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    action();
  } finally {
    process.emitWarning = emitWarning;
  }
}
