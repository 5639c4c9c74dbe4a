import { z } from "zod";
import { sharedLogOptions } from "../../cli/log/log-options.ts";

/** What the controller says, and where. */
export const logOptions = {
  ...sharedLogOptions,
  logFile: z.string().optional().describe("Log to this file instead of stderr."),
  cleanLogs: z.boolean().default(false).describe("Remove the logs of earlier controllers of the profile first."),
  logUrl: z.string().default("").describe("Taken for ipyparallel's sake, and ignored: logs go to stderr or a file."),
  useThreads: z
    .boolean()
    .default(false)
    .describe("Taken for ipyparallel's sake, and ignored: hub and schedulers share one process."),
  showConfig: z.boolean().default(false).describe("Print the options and where each comes from, and end."),
  showConfigJson: z.boolean().default(false).describe("The same as JSON."),
};
