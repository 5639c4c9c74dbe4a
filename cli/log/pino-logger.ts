import { pino } from "pino";
import type { Logger, LoggerOptions } from "../logger.ts";
import { LineSink } from "./line-sink.ts";
import { type LogLevel, levelNames, levelNumber, logLevels } from "./log-levels.ts";
import { type LogFields, plainFields } from "./log-record.ts";

/**
 * The log of a program that lives long and says much: the controller.
 * @throws when the file cannot be opened
 */
export function createPinoLogger(options: LoggerOptions): Logger {
  const { name, level = "info", fields = {} } = options;
  const log = pino(
    {
      base: { name, pid: process.pid, ...fields },
      level: pinoLevel(level),
      customLevels: logLevels,
      useOnlyCustomLevels: true,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      // Errors are made plain before, in one way for all programs; pino would do it again.
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label, levelno) => ({ level: label, levelno }) },
    },
    new LineSink(options),
  );
  return {
    debug: (text, more) => log.debug(objectOf(more), text),
    info: (text, more) => log.info(objectOf(more), text),
    warn: (text, more) => log.warn(objectOf(more), text),
    error: (text, more) => log.error(objectOf(more), text),
    isDebugging: log.isLevelEnabled("debug"),
  };
}

const nothing = {};
const objectOf = (fields: LogFields | undefined): object => (fields ? plainFields(fields) : nothing);

/** pino knows levels by name only: a number means the first level that is not below it. */
function pinoLevel(level: LogLevel): string {
  return levelNames.find((name) => logLevels[name] >= levelNumber(level)) ?? "silent";
}
