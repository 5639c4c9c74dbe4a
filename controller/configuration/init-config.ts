import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configTemplate } from "../../cli/config/config-template.ts";
import { program } from "../options.ts";

/** They choose the file that is being read, or what to do instead of starting. */
const commandLineOnly = ["profile", "profileDir", "ipythonDir", "config", "init", "showConfig", "showConfigJson"];

/**
 * Writes a commented `ipcontroller_config.ts` to a profile that has none.
 * @returns its path, if it was written
 */
export function initConfig(profile: string): string | undefined {
  const file = join(profile, `${program.name}_config.ts`);
  const text = configTemplate(program, {
    type: "ControllerConfig",
    module: "tsparallel/controller-config",
    without: commandLineOnly,
  });
  try {
    writeFileSync(file, text, { flag: "wx" });
    return file;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
    throw error;
  }
}
