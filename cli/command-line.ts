import type { z } from "zod";
import { ArgumentReader } from "./argument-reader.ts";
import { helpText } from "./help-text.ts";
import { type OptionShape, optionShapes } from "./option-shape.ts";
import { type Program, seeHelp } from "./program.ts";
import { UsageError } from "./usage-error.ts";

export type ParsedCommandLine<Schema extends z.ZodObject> =
  | { readonly kind: "help" | "version"; readonly text: string }
  | {
      readonly kind: "run";
      readonly options: z.infer<Schema>;
      /** Only what the command line itself set, by option name: lets a config file stand below it. */
      readonly given: Readonly<Record<string, unknown>>;
      readonly warnings: readonly string[];
    };

/** @throws {UsageError} naming the word at fault and, where one is close, what was probably meant */
export function parseCommandLine<Schema extends z.ZodObject>(
  program: Program<Schema>,
  argv: readonly string[],
): ParsedCommandLine<Schema> {
  const reader = new ArgumentReader(program, argv);
  const request = reader.read();
  if (request === "help") return { kind: "help", text: helpText(program) };
  if (request === "version") return { kind: "version", text: program.version };
  const { given, warnings } = reader;
  return { kind: "run", options: checkOptions(program, given), given, warnings };
}

/** What `parseCommandLine` calls itself where other sources of options stand beside it. */
export const commandLine = "the command line";

/**
 * Validates option values, wherever they come from, and fills in the defaults.
 * @param origins where each value comes from, if not from the command line
 * @throws {UsageError} naming the option at fault, and the file it stands in
 */
export function checkOptions<Schema extends z.ZodObject>(
  program: Program<Schema>,
  values: Readonly<Record<string, unknown>>,
  origins: Readonly<Record<string, string>> = {},
): z.infer<Schema> {
  const parsed = program.options.safeParse(values, { error: explain });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? "");
  const shape = optionShapes(program.options).find((candidate) => candidate.key === key);
  const origin = origins[key] ?? commandLine;
  const name = shape ? (origin === commandLine ? word(shape) : `${origin}: ${key}`) : origin;
  if (!(key in values) && shape?.isRequired) throw new UsageError(`${name} is missing. ${seeHelp(program)}`);
  throw new UsageError(
    `${name}: ${issue?.message ?? "invalid"} (got ${JSON.stringify(values[key])}). ${seeHelp(program)}`,
  );
}

const word = ({ flag }: OptionShape): string => (flag.length === 1 ? `-${flag}` : `--${flag}`);

/** For schemas without words of their own: zod's speak of types, which users of a command line do not see. */
const explain: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `${issue.expected === "int" ? "whole number" : issue.expected} expected`;
    case "too_small":
      return `${issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`} expected`;
    case "too_big":
      return `${issue.maximum} or less expected`;
    case "invalid_value":
      return `${issue.values.join(" or ")} expected`;
    default:
      return undefined;
  }
};
