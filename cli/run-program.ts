import { inspect } from "node:util";
import type { z } from "zod";
import { parseCommandLine } from "./command-line.ts";
import { table } from "./help-text.ts";
import { nearest } from "./nearest.ts";
import type { Program } from "./program.ts";
import { UsageError } from "./usage-error.ts";

/** What a program does with its options; a number is its exit code, nothing means 0. */
export type ProgramBody<Schema extends z.ZodObject> = (
  options: z.infer<Schema>,
  given: Readonly<Record<string, unknown>>,
) => Promise<number | undefined>;

/**
 * Parses the command line and runs the body. A usage error goes to stderr with exit code 2; an error of the body
 * with exit code 1, as its message alone unless `DEBUG` is set.
 */
export async function runProgram<Schema extends z.ZodObject>(
  program: Program<Schema>,
  argv: readonly string[],
  body: ProgramBody<Schema>,
): Promise<void> {
  await settle(program.name, () => runCommandLine(program, argv, body));
}

/** A subcommand with its options forgotten, so that many fit in one table. */
export interface Command {
  readonly summary: string;
  run(argv: readonly string[]): Promise<number>;
}

export function command<Schema extends z.ZodObject>(program: Program<Schema>, body: ProgramBody<Schema>): Command {
  return { summary: program.summary, run: (argv) => runCommandLine(program, argv, body) };
}

/** A program whose first word, or words, choose what it does: `ipcluster start`, `tsparallel profile list`. */
export interface CommandSet {
  readonly name: string;
  readonly summary: string;
  readonly version: string;
  /** By name; a name may be two words. */
  readonly commands: Readonly<Record<string, Command>>;
}

export async function runCommandSet(set: CommandSet, argv: readonly string[]): Promise<void> {
  await settle(set.name, () => dispatch(set, argv));
}

function dispatch(set: CommandSet, argv: readonly string[]): Promise<number> {
  const [first, second] = argv;
  const twoWords = `${first} ${second}`;
  if (set.commands[twoWords]) return set.commands[twoWords].run(argv.slice(2));
  if (first !== undefined && set.commands[first]) return set.commands[first].run(argv.slice(1));
  if (first === "--version") return print(set.version);
  if (first === "--help" || first === "-h" || first === "help") return print(commandSetHelp(set));
  if (first === undefined) throw new UsageError(`Say what to do.\n\n${commandSetHelp(set)}`);
  const isPrefix = Object.keys(set.commands).some((name) => name.startsWith(`${first} `));
  const typed = isPrefix && second !== undefined ? twoWords : first;
  const meant = nearest(typed, Object.keys(set.commands));
  throw new UsageError(
    `Unknown command "${typed}"${meant ? `: did you mean "${meant}"?` : "."} See \`${set.name} --help\`.`,
  );
}

function commandSetHelp(set: CommandSet): string {
  const rows = Object.entries(set.commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    set.summary,
    "",
    `Usage: ${set.name} COMMAND [options]`,
    "",
    "Commands:",
    ...table(rows),
    "",
    `\`${set.name} COMMAND --help\` shows a command's options.`,
  ].join("\n");
}

async function runCommandLine<Schema extends z.ZodObject>(
  program: Program<Schema>,
  argv: readonly string[],
  body: ProgramBody<Schema>,
): Promise<number> {
  const parsed = parseCommandLine(program, argv);
  if (parsed.kind !== "run") return print(parsed.text);
  for (const warning of parsed.warnings) process.stderr.write(`${program.name}: ${warning}\n`);
  return (await body(parsed.options, parsed.given)) ?? 0;
}

async function print(text: string): Promise<number> {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Sets the exit code instead of exiting, so that output already written to a pipe arrives. */
async function settle(name: string, run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run();
  } catch (error) {
    const isUsage = error instanceof UsageError;
    process.stderr.write(
      `${name}: ${error instanceof Error && !process.env["DEBUG"] ? error.message : inspect(error)}\n`,
    );
    process.exitCode = isUsage ? 2 : 1;
  }
}
