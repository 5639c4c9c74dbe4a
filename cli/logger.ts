import { appendFileSync } from "node:fs";

/** Python's names and numbers, so that peers' `--log-level=10` means the same here. */
export const logLevels = { debug: 10, info: 20, warn: 30, error: 40, critical: 50 } as const;
export type LogLevel = keyof typeof logLevels | number;

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
  /** Writes a line where there is no file; default stderr. */
  write?(line: string): void;
}

/** Writes synchronously: the last line before a crash is the one that matters. */
export function createLogger(options: LoggerOptions): Logger {
  const { name, level = "info", file } = options;
  const least = typeof level === "number" ? level : logLevels[level];
  const write = (line: string): void => {
    if (file !== undefined) appendFileSync(file, line);
    else if (options.write) options.write(line);
    else process.stderr.write(line);
  };
  const at = (lineLevel: keyof typeof logLevels) => (text: string) => {
    if (logLevels[lineLevel] < least) return;
    write(`${new Date().toISOString()} ${lineLevel.toUpperCase().padEnd(5)} [${name}] ${text}\n`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    isDebugging: least <= logLevels.debug,
  };
}
