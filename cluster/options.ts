import { availableParallelism } from "node:os";
import { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";
import { clusterChoiceOptions as choice } from "./cluster-choice-options.ts";

const engines = {
  n: z.int().nonnegative().max(4096).default(availableParallelism()).describe("Engines to start."),
  engineArgs: z
    .array(z.string())
    .default([])
    .describe("Further arguments of ipengine: --engine-args=--log-level=debug."),
  daemonize: z.boolean().default(false).describe("Return when the engines are ready, and leave them running."),
  timeout: z.number().positive().default(60).describe("Seconds to wait until all engines have registered."),
};

const version = packageVersion;

export const startOptions = z.strictObject({
  ...engines,
  ...choice,
  ip: z.string().optional().describe("Interface the controller listens on (default: loopback)."),
  location: z.string().optional().describe("Name or address by which other machines reach this one."),
  delay: z.number().nonnegative().default(0).describe("Seconds between the starts of controller and engines."),
  controllerArgs: z
    .array(z.string())
    .default([])
    .describe("Further arguments of ipcontroller: --controller-args=--ping=500."),
});
export const startProgram = {
  name: "ipcluster start",
  summary: "Starts a controller and engines. In the foreground, Ctrl-C stops them.",
  options: startOptions,
  traits: {
    "Cluster.n": "n",
    "Cluster.delay": "delay",
    "Cluster.controller_ip": "ip",
    "Cluster.controller_location": "location",
    "Cluster.cluster_id": "clusterId",
    "IPClusterStart.daemonize": "daemonize",
  },
  examples: ["ipcluster start -n 4", "ipcluster start -n 8 --profile sim --daemonize", "ipcluster start --ip='*'"],
  version,
} satisfies Program<typeof startOptions>;

export const enginesOptions = z.strictObject({ ...engines, ...choice });
export const enginesProgram = {
  name: "ipcluster engines",
  summary: "Adds engines to a running cluster. In the foreground, Ctrl-C stops these engines.",
  options: enginesOptions,
  examples: ["ipcluster engines -n 2", "ipcluster engines -n 2 --profile sim --daemonize"],
  version,
} satisfies Program<typeof enginesOptions>;

export const stopOptions = z.strictObject(choice);
export const stopProgram = {
  name: "ipcluster stop",
  summary: "Stops a cluster: its engines and its controller.",
  options: stopOptions,
  examples: ["ipcluster stop", "ipcluster stop --profile sim"],
  version,
} satisfies Program<typeof stopOptions>;

export const listOptions = z.strictObject({
  output: z.enum(["text", "json"]).default("text").describe("Form of the list."),
  ipythonDir: choice.ipythonDir,
});
export const listProgram = {
  name: "ipcluster list",
  summary: "Lists the clusters of all profiles that run, or that ended badly.",
  options: listOptions,
  aliases: { o: "output" },
  examples: ["ipcluster list", "ipcluster list -o json"],
  version,
} satisfies Program<typeof listOptions>;

export const cleanOptions = z.strictObject({
  profile: choice.profile,
  profileDir: choice.profileDir,
  ipythonDir: choice.ipythonDir,
});
export const cleanProgram = {
  name: "ipcluster clean",
  summary: "Removes logs and connection files of a profile whose clusters have ended.",
  options: cleanOptions,
  examples: ["ipcluster clean", "ipcluster clean --profile sim"],
  version,
} satisfies Program<typeof cleanOptions>;
