import { z } from "zod";
import { levelNames } from "./log/log-levels.ts";

/** Option schema of a log level: a name in any case (`WARNING` is `warn`) or a number. */
export const logLevel = z.union(
  [
    z.int().min(0).max(50),
    z.preprocess(
      (value) => (typeof value === "string" ? value.toLowerCase().replace(/^warning$/, "warn") : value),
      z.enum(levelNames),
    ),
  ],
  { error: `${levelNames.join(", ")}, or a number from 0 to 50 expected` },
);
