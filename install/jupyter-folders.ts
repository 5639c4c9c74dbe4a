import { posix, win32 } from "node:path";

/** What decides where Jupyter keeps its files. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** A person's own data folder, found as `jupyter_core.paths.jupyter_data_dir` finds it. */
export function userDataFolder({ platform, env, home }: Surroundings): string {
  const { join } = platform === "win32" ? win32 : posix;
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  const usesPlatformFolders = !["", "no", "n", "false", "off", "0", "0.0"].includes(
    (env["JUPYTER_PLATFORM_DIRS"] ?? "").toLowerCase(),
  );
  switch (platform) {
    case "darwin":
      return usesPlatformFolders
        ? join(home, "Library", "Application Support", "Jupyter")
        : join(home, "Library", "Jupyter");
    case "win32": {
      const folder = env[usesPlatformFolders ? "LOCALAPPDATA" : "APPDATA"];
      return folder ? join(folder, "jupyter") : join(home, ".jupyter", "data");
    }
    default:
      return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "jupyter");
  }
}

/** The data folder of a Python environment (or of `/usr`, `/usr/local`). */
export const prefixDataFolder = (prefix: string, platform: NodeJS.Platform): string =>
  (platform === "win32" ? win32 : posix).join(prefix, "share", "jupyter");
