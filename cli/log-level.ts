import { z } from "zod";
import { logLevels } from "./logger.ts";

const names = Object.keys(logLevels) as [keyof typeof logLevels, ...(keyof typeof logLevels)[]];

/** Option schema of a log level: a name in any case (`WARNING` is `warn`) or a number. */
export const logLevel = z.union([
  z.int().min(0).max(50),
  z.preprocess(
    (value) => (typeof value === "string" ? value.toLowerCase().replace(/^warning$/, "warn") : value),
    z.enum(names),
  ),
]);
