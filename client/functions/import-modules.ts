import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rememberModule } from "../../canning/functions/known-modules.ts";
import { exportOf, type ModuleExports } from "../../canning/functions/module-exports.ts";
import { currentHost } from "../../protocol/host.ts";
import type { CallOptions } from "../options/call-options.ts";
import type { DirectSender } from "../sending/direct-sender.ts";

/**
 * What to import under a name: a module (its default export where it has one, else the whole of it), or a module and
 * one of its exports, `"*"` being the whole of it.
 */
export type ImportSource = string | readonly [module: string, name: string];

export interface ImportOptions extends CallOptions {
  /** Whether to say nothing of what is imported. */
  readonly quiet?: boolean | undefined;
}

/**
 * Imports modules here and on the engines of a view, where they become variables; in a notebook here too.
 * @returns what was imported here, by name
 * @throws {SyntaxError} when a module has no such export
 */
export async function importModules(
  sender: DirectSender,
  sources: Readonly<Record<string, ImportSource>>,
  { quiet = false, ...options }: ImportOptions,
): Promise<Record<string, unknown>> {
  sender.ids(options, "import modules");
  const imports: Import[] = [];
  for (const [name, source] of Object.entries(sources)) {
    const one = await importSource(name, source);
    if (!quiet) console.log(`importing ${one.shown} on engine(s)`);
    imports.push(one);
  }
  const host = currentHost();
  if (host?.kind === "kernel") for (const { name, value } of imports) host.variables.set(name, value);
  await sender.execute({ code: imports.map(({ line }) => line).join("\n"), silent: true, ...options });
  return Object.fromEntries(imports.map(({ name, value }) => [name, value]));
}

interface Import {
  readonly name: string;
  readonly value: unknown;
  /** The import as engines run it. */
  readonly line: string;
  /** The import as people read it. */
  readonly shown: string;
}

async function importSource(name: string, source: ImportSource): Promise<Import> {
  const [specifier, wanted] = typeof source === "string" ? [source] : source;
  const exports = await (currentHost()?.importModule ?? importHere)(specifier);
  rememberModule(specifier, exports);
  const exported = wanted ?? ("default" in exports ? "default" : "*");
  const found = exportOf(exports, exported);
  if (!found) throw new SyntaxError(`The module "${specifier}" does not export "${exported}".`);
  const clause = exported === "*" ? `* as ${name}` : `{ ${JSON.stringify(exported)} as ${name} }`;
  return {
    name,
    value: found.value,
    // A name that no code uses might be a type, which engines allow to be missing.
    line: `import ${clause} from ${JSON.stringify(specifier)}; void ${name};`,
    shown: wanted === undefined ? specifier : `${wanted} from ${specifier}`,
  };
}

/** As a file in the working directory would import it. */
async function importHere(specifier: string): Promise<ModuleExports> {
  if (isBuiltin(specifier)) return (await import(specifier)) as ModuleExports;
  const path = createRequire(join(process.cwd(), "program")).resolve(specifier);
  return (await import(pathToFileURL(path).href)) as ModuleExports;
}
