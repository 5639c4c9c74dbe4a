import { z } from "zod";
import { clusterId } from "../../cli/cluster-id.ts";

/** Where the files of the cluster are. */
export const placeOptions = {
  profile: z.string().optional().describe("Name of the profile (default: default)."),
  profileDir: z.string().optional().describe("The profile's folder, instead of its name."),
  ipythonDir: z.string().optional().describe("Folder that holds the profiles (default: $IPYTHONDIR or ~/.ipython)."),
  clusterId: clusterId.default("").describe("Tells clusters of one profile apart."),
  config: z.string().optional().describe("A further configuration file, above those of the profile."),
  workDir: z.string().optional().describe("Folder to work in (default: the one it is started in)."),
  clientJsonFile: z
    .string()
    .optional()
    .describe("Name of the clients' connection file (default: ipcontroller-client.json)."),
  engineJsonFile: z
    .string()
    .optional()
    .describe("Name of the engines' connection file (default: ipcontroller-engine.json)."),
  init: z.boolean().default(false).describe("Write a commented ipcontroller_config.ts to the profile if it has none."),
};
