import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { checkOptions, commandLine } from "../../cli/command-line.ts";
import { type ConfigFile, configFilesIn, type LoadModule, readConfigFile } from "../../cli/config/config-file.ts";
import { type Layer, mergeLayers } from "../../cli/config/layers.ts";
import { profileDir } from "../../protocol/profile-paths.ts";
import { type ControllerOptions, environmentOptions, program } from "../options.ts";

export interface Configuration {
  readonly options: ControllerOptions;
  /** The profile's folder. */
  readonly profile: string;
  /** Where the options that are not defaults come from, by name. */
  readonly origins: Readonly<Record<string, string>>;
  /** What was found in files and not taken. */
  readonly warnings: readonly string[];
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly load: LoadModule;
  /** Folders with files that stand below the profile's. */
  readonly systemFolders: readonly string[];
}

/** Options that make sense only together: those of the strongest source count, and no others. */
const wholes = [
  ["key", "keyfile"],
  ["curvePublickey", "curveSecretkey"],
];

/**
 * Gathers the controller's options: command line, environment, the file that `--config` names, the profile's files,
 * those of the system, defaults; the first that has an option wins.
 * @param given what the command line says
 * @throws {UsageError} naming the file and the option at fault
 */
export async function configure(
  given: Readonly<Record<string, unknown>>,
  { env, load, systemFolders }: Surroundings,
): Promise<Configuration> {
  const profile = resolve(profileDir(given, env, homedir()));
  const further = typeof given["config"] === "string" ? [resolve(given["config"])] : [];
  const found = [profile, ...systemFolders].flatMap((folder) => configFilesIn(folder, program));
  const read = await Promise.all([...further, ...found].map((file) => readConfigFile(program, file, load)));
  const files = read.map(withSchemeBeside);
  const layers = wholes.reduce(keepTogether, [
    { source: commandLine, values: given },
    { source: "the environment", values: environmentOptions(env) },
    ...files,
  ]);
  const { values, origins } = mergeLayers(layers);
  return {
    options: checkOptions(program, values, origins),
    profile,
    origins,
    warnings: files.flatMap((file) => file.warnings),
  };
}

/** A scheme of the user's own is looked for beside the file that names it, wherever the program is started. */
function withSchemeBeside(file: ConfigFile): ConfigFile {
  const { scheme } = file.values;
  if (typeof scheme !== "string" || !scheme.startsWith(".")) return file;
  return { ...file, values: { ...file.values, scheme: resolve(dirname(file.source), scheme) } };
}

/** Takes some options away from all layers below the first that has one of them. */
function keepTogether(layers: readonly Layer[], keys: readonly string[]): readonly Layer[] {
  const strongest = layers.findIndex(({ values }) => keys.some((key) => values[key] !== undefined));
  return layers.map((layer, index) =>
    strongest < 0 || index <= strongest
      ? layer
      : { ...layer, values: Object.fromEntries(Object.entries(layer.values).filter(([key]) => !keys.includes(key))) },
  );
}

/** Where IPython looks for configuration of the whole machine. */
export function systemConfigFolders(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] {
  if (platform !== "win32") return ["/usr/local/etc/ipython", "/etc/ipython"];
  return env["PROGRAMDATA"] ? [join(env["PROGRAMDATA"], "ipython")] : [];
}
