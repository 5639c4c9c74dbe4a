import { z } from "zod";
import { logLevel } from "../log-level.ts";
import { logFormats } from "./line-sink.ts";
import { logDefaults } from "./log-defaults.ts";

/** Options of every program that logs. */
export const sharedLogOptions = {
  logLevel: logLevel
    .default(logDefaults.logLevel)
    .describe("Least level that is logged: debug, info, warn, error or a number."),
  logFormat: z
    .enum(logFormats)
    .default(logDefaults.logFormat)
    .describe("Form of the log; auto: text for terminals, JSON for files and pipes."),
  logLimit: z
    .number()
    .nonnegative()
    .default(logDefaults.logLimit)
    .describe("MiB after which a log file starts anew; the earlier one is kept as FILE.1; 0 = no limit."),
  logToFile: z
    .boolean()
    .default(logDefaults.logToFile)
    .describe("Log to a file in the profile's log folder instead of stderr."),
};
