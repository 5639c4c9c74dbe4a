import { z } from "zod";
import { packageVersion } from "../../cli/package-root.ts";
import type { Program } from "../../cli/program.ts";
import { clusterChoiceOptions } from "../cluster-choice-options.ts";

export const statusOptions = z.strictObject({
  ...clusterChoiceOptions,
  watch: z.boolean().default(false).describe("Show it again and again, until Ctrl-C."),
  interval: z.number().min(0.2).default(2).describe("Seconds from one look to the next, with --watch."),
  timeout: z.number().positive().default(5).describe("Seconds to wait for the controller's answer."),
  output: z.enum(["text", "json"]).default("text").describe("Form of the status; json: an object a line."),
});
export type StatusOptions = z.infer<typeof statusOptions>;

export const statusProgram = {
  name: "ipcluster status",
  summary: "Shows how a cluster is: engines, their load, what waits, memory, and what is wrong.",
  options: statusOptions,
  aliases: { o: "output" },
  examples: ["ipcluster status", "ipcluster status --profile sim --watch", "ipcluster status -o json"],
  version: packageVersion,
} satisfies Program<typeof statusOptions>;
