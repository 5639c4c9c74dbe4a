import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { isJsonObject, parseJson } from "../../protocol/json.ts";
import { nearest } from "../nearest.ts";
import { optionShapes } from "../option-shape.ts";
import type { Program } from "../program.ts";
import { UsageError } from "../usage-error.ts";
import type { Layer } from "./layers.ts";
import { type Assignment, readPythonConfig } from "./python-config.ts";
import { readTrait } from "./trait-values.ts";

/** Evaluates a module, ours or the user's, and gives its exports. */
export type LoadModule = (file: string) => Promise<Readonly<Record<string, unknown>>>;

export interface ConfigFile extends Layer {
  readonly warnings: readonly string[];
}

/** A folder's configuration files of a program, strongest first (TypeScript, traitlets' JSON, Python). */
export function configFilesIn(folder: string, program: Program): string[] {
  return [".ts", ".json", ".py"]
    .map((extension) => join(folder, `${program.name}_config${extension}`))
    .filter((file) => existsSync(file));
}

/** @throws {UsageError} naming the file and what is wrong in it */
export async function readConfigFile(program: Program, file: string, load: LoadModule): Promise<ConfigFile> {
  switch (extname(file)) {
    case ".json":
      return fromAssignments(program, file, { assignments: readJsonConfig(file), warnings: [] });
    case ".py":
      return fromAssignments(program, file, readPythonConfig(read(file)));
    case ".ts":
    case ".mts":
    case ".js":
    case ".mjs":
      return { source: file, values: checkNames(program, file, await readModuleConfig(file, load)), warnings: [] };
    default:
      throw new UsageError(`${file} is no configuration file: its name must end in .ts, .js, .json or .py.`);
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: ${messageOf(error)}.`);
  }
}

/** Later assignments stand above earlier ones, as in Python. */
function fromAssignments(
  program: Program,
  file: string,
  { assignments, warnings }: { assignments: readonly Assignment[]; warnings: readonly string[] },
): ConfigFile {
  const values: Record<string, unknown> = {};
  const all = [...warnings];
  for (const { trait, value } of assignments) {
    const read = readTrait(program, trait, value);
    Object.assign(values, read.values);
    all.push(...read.warnings);
  }
  return { source: file, values, warnings: all.map((warning) => `${file}: ${warning}`) };
}

/** `{ "IPController": { "ip": "*" } }`; what is no section, as traitlets' version number, has no traits. */
function readJsonConfig(file: string): Assignment[] {
  const sections = parse(file);
  if (!isJsonObject(sections)) throw new UsageError(`${file} must hold an object: { "IPController": { "ip": "*" } }.`);
  return Object.entries(sections).flatMap(([name, traits]) =>
    isJsonObject(traits)
      ? Object.entries(traits).map(([trait, value]) => ({ trait: `${name}.${trait}`, value: value as unknown }))
      : [],
  );
}

function parse(file: string): unknown {
  const text = read(file);
  try {
    return parseJson(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${messageOf(error)}.`);
  }
}

async function readModuleConfig(file: string, load: LoadModule): Promise<Readonly<Record<string, unknown>>> {
  if (!existsSync(file)) throw new UsageError(`Cannot read ${file}: it does not exist.`);
  const { config, default: whole = config } = await load(file);
  if (typeof whole !== "object" || whole === null)
    throw new UsageError(`${file} must export its options: export const config = { ip: "*" };`);
  return whole as Readonly<Record<string, unknown>>;
}

function checkNames<Values extends object>(program: Program, file: string, values: Values): Values {
  const names = optionShapes(program.options).map(({ key }) => key);
  for (const name of Object.keys(values))
    if (!names.includes(name)) {
      const meant = nearest(name, names);
      throw new UsageError(`${file}: there is no option "${name}"${meant ? `: did you mean "${meant}"?` : "."}`);
    }
  return values;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
