import { z } from "zod";
import { logLevel } from "../cli/log-level.ts";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";
import { schemeNames } from "./scheduler/schemes.ts";

const options = z.strictObject({
  profile: z.string().optional().describe("Name of the profile (default: default)."),
  profileDir: z.string().optional().describe("The profile's folder, instead of its name."),
  ipythonDir: z.string().optional().describe("Folder that holds the profiles (default: ~/.ipython)."),
  clusterId: z.string().default("").describe("Tells clusters of one profile apart."),
  ip: z.string().default("127.0.0.1").describe("Interface to listen on, * for all; loopback unless you say otherwise."),
  location: z.string().optional().describe("Name or address by which other machines reach this one."),
  port: z.int().min(0).max(65_535).default(0).describe("Port for registration; 0 = any free one."),
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
  scheme: z.enum(schemeNames).default("leastload").describe("How the task scheduler chooses an engine."),
  hwm: z.int().nonnegative().default(1).describe("Most tasks that an engine holds at once; 0 = no limit."),
  ssh: z.string().default("").describe("SSH server through which clients connect."),
  enginessh: z.string().default("").describe("SSH server through which engines connect."),
  reuse: z.boolean().default(false).describe("Take key and ports from existing connection files, and keep the files."),
  secure: z.boolean().default(true).describe("Sign messages."),
  key: z.string().optional().describe("Key to sign messages with (default: a new one)."),
  logLevel: logLevel.default("info").describe("Least level that is logged: debug, info, warn, error or a number."),
  logToFile: z.boolean().default(false).describe("Log to a file in the profile's log folder instead of stderr."),
});
export type ControllerOptions = z.infer<typeof options>;

/** The command line of `ipcontroller`. */
export const program = {
  name: "ipcontroller",
  summary: "Starts the controller of a cluster: engines and clients connect to it.",
  options,
  flags: { debug: { logLevel: "debug" }, quiet: { logLevel: "error" } },
  traits: {
    "HeartMonitor.period": "ping",
    "HeartMonitor.max_heartmonitor_misses": "maxMisses",
    "IPController.cluster_id": "clusterId",
    "IPController.engine_ssh_server": "enginessh",
    "IPController.ip": "ip",
    "IPController.location": "location",
    "IPController.regport": "port",
    "IPController.registration_timeout": "registrationTimeout",
    "IPController.reuse_files": "reuse",
    "IPController.ssh_server": "ssh",
    "Session.key": "key",
    "TaskScheduler.hwm": "hwm",
    "TaskScheduler.scheme_name": "scheme",
  },
  examples: ["ipcontroller", "ipcontroller --profile mine --ip '*'"],
  version: packageVersion,
} satisfies Program<typeof options>;

/** Options after the environment had its say: it stands below the command line and above the defaults. */
export function withEnvironment(
  given: ControllerOptions,
  isGiven: (key: keyof ControllerOptions) => boolean,
  env: NodeJS.ProcessEnv,
): ControllerOptions {
  return {
    ...given,
    clusterId: isGiven("clusterId") ? given.clusterId : (env["IPP_CLUSTER_ID"] ?? given.clusterId),
    key: given.key ?? env["IPP_SESSION_KEY"],
  };
}
