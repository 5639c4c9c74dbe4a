import { z } from "zod";
import { schemeNames } from "../scheduler/placement/schemes.ts";

/** `pure` has no decision to take: tasks go to engines in turn. */
const names: readonly string[] = [...schemeNames, "pure"];

/** How tasks find engines, and how engines are watched. */
export const schedulingOptions = {
  scheme: z
    .string()
    .refine((scheme) => names.includes(scheme) || /[./\\]/.test(scheme), {
      error: `write ${names.join(", ")}, or the path of a module with a scheme of yours`,
    })
    .default("leastload")
    .describe(`How the task scheduler chooses an engine: ${names.join(", ")}, or the path of your own.`),
  hwm: z.int().nonnegative().default(1).describe("Most tasks that an engine holds at once; 0 = no limit."),
  broadcastDepth: z
    .int()
    .min(0)
    .max(8)
    .default(1)
    .describe("Depth of the tree that broadcasts take; it has 2 to the power of that many leaves."),
  ping: z.int().positive().default(3000).describe("Milliseconds between heartbeats."),
  maxMisses: z.int().nonnegative().default(10).describe("Heartbeats that an engine may miss."),
  lossGraceMs: z
    .int()
    .nonnegative()
    .default(1000)
    .describe("Milliseconds that an engine whose connection broke has to come back."),
  registrationTimeout: z
    .number()
    .nonnegative()
    .default(0)
    .describe("Seconds from registration to first heartbeat; 0 = 30, or 10 heartbeats if that is longer."),
  daskSchedulerCommand: z
    .string()
    .default("dask scheduler")
    .describe("What starts a Dask scheduler when a client asks the cluster to become one of Dask's."),
};
