import { z } from "zod";
import { logLevel } from "../../cli/log-level.ts";
import { packageVersion } from "../../cli/package-root.ts";
import type { Program } from "../../cli/program.ts";
import { clusterChoiceOptions } from "../cluster-choice-options.ts";

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * The moment that `10m`, `2h` or a date means, in milliseconds since 1970; `undefined` where it means none.
 * A date without a zone is local.
 */
export function momentOf(text: string, nowMs: number): number | undefined {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (unitMs[unit as keyof typeof unitMs] ?? 0);
  const dateMs = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : dateMs;
}

export const logsOptions = z.strictObject({
  ...clusterChoiceOptions,
  follow: z
    .boolean()
    .default(false)
    .describe("Go on with what is logged from now on, also by engines that join later."),
  lines: z
    .int()
    .nonnegative()
    .optional()
    .describe("Most lines of the past to show (default: 100, or all with --since)."),
  part: z.array(z.string()).default([]).describe("Only these parts: controller, engines (all of them), engine-3, …"),
  level: logLevel.default("debug").describe("Only lines of this level or above, and lines that tell none."),
  since: z
    .string()
    .refine((text) => momentOf(text, 0) !== undefined, "no time: 90s, 10m, 2h, 1d, or a date as 2026-11-21T09:00")
    .optional()
    .describe("Only lines since then: 90s, 10m, 2h, 1d, or a date."),
  all: z.boolean().default(false).describe("Earlier runs of the cluster too."),
  output: z.enum(["text", "json"]).default("text").describe("Form of the lines; json: an object a line."),
});
export type LogsOptions = z.infer<typeof logsOptions>;

export const logsProgram = {
  name: "ipcluster logs",
  summary: "Shows what all parts of a cluster have logged, in the order of time.",
  options: logsOptions,
  aliases: { n: "lines", f: "follow", o: "output" },
  examples: [
    "ipcluster logs -f",
    "ipcluster logs --profile sim --level warn --since 10m",
    "ipcluster logs -n 20 --part engine-3",
    "ipcluster logs -o json --since 1h",
  ],
  version: packageVersion,
} satisfies Program<typeof logsOptions>;
