import { z } from "zod";
import { clusterId } from "../cli/cluster-id.ts";
import { sharedLogOptions } from "../cli/log/log-options.ts";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";
import { type EngineSettings, engineDefaults } from "./engine-settings.ts";

const options = z.strictObject({
  profile: z.string().optional().describe("Name of the profile (default: default)."),
  profileDir: z.string().optional().describe("The profile's folder, instead of its name."),
  ipythonDir: z.string().optional().describe("Folder that holds the profiles (default: ~/.ipython)."),
  clusterId: clusterId.optional().describe("Tells clusters of one profile apart."),
  file: z.string().optional().describe("The controller's ipcontroller-engine.json (default: the profile's)."),
  id: z.int().nonnegative().optional().describe("Engine id to ask for; the hub decides."),
  timeout: z
    .number()
    .positive()
    .default(engineDefaults.timeout)
    .describe("Seconds to wait for the controller's answer, each of several times."),
  ...sharedLogOptions,
  workDir: z.string().optional().describe("Folder to work in (default: the one it is started in)."),
}) satisfies z.ZodType<EngineSettings>;

/** The command line of `ipengine`. */
export const program = {
  name: "ipengine",
  summary: "Starts an engine: it connects to a controller and runs what clients send.",
  options,
  aliases: { f: "file" },
  flags: { debug: { logLevel: "debug" }, quiet: { logLevel: "error" } },
  traits: {
    "IPEngine.cluster_id": "clusterId",
    "IPEngine.id": "id",
    "IPEngine.timeout": "timeout",
    "IPEngine.url_file": "file",
    "IPEngine.work_dir": "workDir",
  },
  examples: ["ipengine", "ipengine --profile mine", "ipengine --file ./ipcontroller-engine.json"],
  version: packageVersion,
} satisfies Program<typeof options>;
