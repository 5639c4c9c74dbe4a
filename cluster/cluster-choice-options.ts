import { z } from "zod";
import { clusterId } from "../cli/cluster-id.ts";

/** Options that say which cluster: the same for all commands. */
export const clusterChoiceOptions = {
  profile: z.string().optional().describe("Name of the profile (default: default)."),
  profileDir: z.string().optional().describe("Folder of the profile, instead of its name."),
  ipythonDir: z.string().optional().describe("Folder of the profiles (default: $IPYTHONDIR or ~/.ipython)."),
  clusterId: clusterId.default("").describe("Tells several clusters of one profile apart."),
};
