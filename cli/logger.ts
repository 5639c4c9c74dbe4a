import { appendFileSync } from "node:fs";
import { z } from "zod";

/** Python's names and numbers, so that peers' `--log-level=10` means the same here. */
const levels = { debug: 10, info: 20, warn: 30, error: 40, critical: 50 } as const;
type LevelName = keyof typeof levels;

const levelNames = Object.keys(levels) as [LevelName, ...LevelName[]];

/** Option schema of a log level: a name in any case (`WARNING` is `warn`) or a number. */
export const logLevel = z.union([
  z.int().min(0).max(50),
  z.preprocess(
    (value) => (typeof value === "string" ? value.toLowerCase().replace(/^warning$/, "warn") : value),
    z.enum(levelNames),
  ),
]);
type LogLevel = z.infer<typeof logLevel>;

/** Writes one line a message: time, level, name, text. */
export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
  /** @returns whether `debug` lines are written: lets a caller skip building an expensive one */
  readonly isDebugging: boolean;
}

export interface LoggerOptions {
  /** Program or part that speaks. */
  readonly name: string;
  /** Least level that is written (default `info`). */
  readonly level?: LogLevel | undefined;
  /** Appended to instead of stderr. */
  readonly file?: string | undefined;
}

/** Writes synchronously: the last line before a crash is the one that matters. */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level = "info", file } = options;
  const least = typeof level === "number" ? level : levels[level];
  const write = (line: string): void => {
    if (file === undefined) process.stderr.write(line);
    else appendFileSync(file, line);
  };
  const at = (lineLevel: LevelName) => (text: string) => {
    if (levels[lineLevel] < least) return;
    write(`${new Date().toISOString()} ${lineLevel.toUpperCase().padEnd(5)} [${name}] ${text}\n`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    isDebugging: least <= levels.debug,
  };
}
