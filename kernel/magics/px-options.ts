import { z } from "zod";
import { parseCommandLine } from "../../cli/command-line.ts";
import { packageVersion } from "../../cli/package-root.ts";
import type { Program } from "../../cli/program.ts";
import { UsageError } from "../../cli/usage-error.ts";

const grouping = z.enum(["type", "engine", "order"]);

const where = {
  targets: z
    .string()
    .optional()
    .describe("Engines to run on: `all`, an id, a slice of the ids (`::2`), a list (`0,2` or `[0, 2]`), a language."),
  block: z.boolean().optional().describe("Wait for the result; --noblock gives an AsyncResult instead."),
  verbose: z.boolean().optional().describe("Say on which engines each execution runs."),
};
const output = {
  groupOutputs: grouping.optional().describe("Collect outputs and show them by engine, by order or by type."),
  out: z.string().optional().describe("Also store the AsyncResult in the notebook's variable of this name."),
};

/** Options of `%%px`. */
export const pxOptions = z.strictObject({
  ...where,
  ...output,
  local: z.boolean().default(false).describe("Run the cell in the notebook as well."),
});
/** Options of `%pxconfig`: new defaults of a view. */
export const pxConfigOptions = z.strictObject(where);
/** Options of `%pxresult`. */
export const pxResultOptions = z.strictObject(output);

export type PxOptions = z.infer<typeof pxOptions>;

/** Spellings of ipyparallel that stand for an option with its value. */
const shorthands: Readonly<Record<string, string>> = {
  "-a": "--no-block",
  "--noblock": "--no-block",
  "-b": "--block",
  "-e": "--group-outputs=engine",
  "-r": "--group-outputs=order",
};

/** A magic's flags as they are offered by completion. */
export function flagsOf(options: z.ZodObject): readonly string[] {
  const names: Record<string, readonly string[]> = {
    targets: ["--targets"],
    block: ["--block", "--noblock"],
    verbose: ["--verbose", "--no-verbose"],
    groupOutputs: ["--group-outputs"],
    out: ["--out"],
    local: ["--local"],
  };
  return Object.keys(options.shape).flatMap((key) => names[key] ?? []);
}

/** What a magic's line asks for; `help` is a text to show instead of running. */
export type MagicOptions<Schema extends z.ZodObject> =
  | { readonly kind: "run"; readonly options: z.infer<Schema> }
  | { readonly kind: "help"; readonly text: string };

/**
 * Reads the words after a magic's name.
 * @param name as typed, for example `%%px`
 * @throws {UsageError} naming the flag at fault and, where one is close, what was probably meant
 */
export function readMagicOptions<Schema extends typeof pxOptions | typeof pxConfigOptions | typeof pxResultOptions>(
  name: string,
  schema: Schema,
  rest: string,
): MagicOptions<Schema> {
  const aliases = { t: "targets", o: "out" } as const;
  const known = Object.entries(aliases).filter(([, key]) => key in schema.shape);
  const program: Program = {
    name,
    summary: schema.description ?? `Options of ${name}.`,
    options: schema,
    aliases: Object.fromEntries(known),
    version: packageVersion,
  };
  const words = splitWords(rest).map((word) => shorthands[word] ?? word);
  const parsed = parseCommandLine(program, words);
  if (parsed.kind !== "run") return { kind: "help", text: parsed.text };
  return { kind: "run", options: parsed.options as z.infer<Schema> };
}

/** Flags that may stand between `%px` and its code. Anything else there is code: `--count` may be a decrement. */
const leadingFlag =
  /^\s*(?:(?:--targets|-t|--group-outputs|--out)(?:=|\s+)(?:\[[^\]]*\]|\S+)|--(?:no-?)?block|--(?:no-)?verbose)(?=\s|$)/;

/** `--target 1`, `--target=1`: what no decrement can be, and so a flag that there is not. */
const unknownFlag = /^\s*--[a-z][a-z-]*(?:=[^=\s]\S*|\s+(?!in\b|instanceof\b)[\w"'])/;

/** Splits `%px --targets ::2 code` into its flags, of which one may be wrong, and the code. */
export function splitLeadingFlags(rest: string): { readonly flags: string; readonly code: string } {
  let end = 0;
  for (let match = leadingFlag.exec(rest); match; match = leadingFlag.exec(rest.slice(end))) end += match[0].length;
  if (unknownFlag.test(rest.slice(end))) return { flags: rest, code: "" };
  return { flags: rest.slice(0, end), code: rest.slice(end) };
}

/** Words at blanks; brackets and quotes hold a word together. */
function splitWords(line: string): string[] {
  const words = line.match(/(?:\[[^\]]*\]|"[^"]*"|'[^']*'|[^\s["']|["'[])+/g) ?? [];
  return words.map((word) => word.replace(/(["'])(.*?)\1/g, "$2"));
}

/**
 * Engines as the flag names them, for a view: `all`, an id, ids, a slice of the ids, or a language.
 * @throws {UsageError} when the text names no engines
 */
export function readTargets(text: string): number | readonly number[] | string {
  const trimmed = text.trim();
  if (isId(trimmed)) return Number(trimmed);
  const [, inner = trimmed] = /^\[(.*)\]$/s.exec(trimmed) ?? [];
  const list = inner.split(",").map((part) => part.trim());
  if (inner !== "" && (inner !== trimmed || list.length > 1) && list.every(isId)) return list.map(Number);
  if (/^[\w.+-]+$|^-?\d*:-?\d*(?::-?\d*)?$/.test(trimmed)) return trimmed;
  throw new UsageError(
    `--targets ${text}: name engines as \`all\`, an id (\`2\`), a slice of the ids (\`::2\`, \`1:3\`) or a list (\`0,2\`).`,
  );
}

const isId = (text: string): boolean => /^-?\d+$/.test(text);
