import { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";

const version = packageVersion;

/** Where: for `install` and `uninstall` alike. */
const place = z.strictObject({
  user: z
    .boolean()
    .default(false)
    .describe("Your own Jupyter folder, which every Jupyter of yours reads (the default)."),
  sysPrefix: z.boolean().default(false).describe("The active Python environment, or the one of `jupyter` on the PATH."),
  prefix: z.string().min(1).optional().describe("A Python environment, or a prefix such as /usr/local."),
});
export type PlaceOptions = z.infer<typeof place>;

export const installProgram = {
  name: "tsparallel install",
  summary: "Makes the TypeScript (parallel) kernel and the Clusters panel known to Jupyter.",
  options: place,
  examples: ["tsparallel install", "tsparallel install --sys-prefix", "tsparallel install --prefix ~/venv"],
  version,
} satisfies Program<typeof place>;

export const uninstallProgram = {
  name: "tsparallel uninstall",
  summary: "Removes what `tsparallel install` wrote, and nothing else.",
  options: place,
  examples: ["tsparallel uninstall", "tsparallel uninstall --sys-prefix"],
  version,
} satisfies Program<typeof place>;

export const profileCreateOptions = z.strictObject({
  profile: z.string().default("default").describe("Name of the profile."),
  profileDir: z.string().optional().describe("Folder of the profile, instead of its name."),
  ipythonDir: z.string().optional().describe("Folder of the profiles (default: $IPYTHONDIR or ~/.ipython)."),
});
export const profileCreateProgram = {
  name: "tsparallel profile create",
  summary: "Makes a profile: a folder for the files of its clusters.",
  options: profileCreateOptions,
  positional: ["profile"],
  examples: ["tsparallel profile create sim"],
  version,
} satisfies Program<typeof profileCreateOptions>;

export const profileListOptions = z.strictObject({ ipythonDir: profileCreateOptions.shape.ipythonDir });
export const profileListProgram = {
  name: "tsparallel profile list",
  summary: "Lists the profiles by name, with their folders.",
  options: profileListOptions,
  version,
} satisfies Program<typeof profileListOptions>;
