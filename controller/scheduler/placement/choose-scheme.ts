import { loadModule } from "../../../cli/load-module.ts";
import type { Logger } from "../../../cli/logger.ts";
import { UsageError } from "../../../cli/usage-error.ts";
import { guardedScheme } from "./guarded-scheme.ts";
import { type Scheme, schemeNames, schemes } from "./schemes.ts";

/** How the task scheduler chooses engines; `pure`: tasks go to them in turn, and may ask for nothing. */
export type ChosenScheme = Scheme | "pure";

/**
 * Finds the scheme that `--scheme` names, or loads the user's own: a module that exports `scheme`, of type `Scheme`.
 * @throws {UsageError} naming the module and what is wrong with it
 */
export async function chooseScheme(nameOrFile: string, log: Logger): Promise<ChosenScheme> {
  if (nameOrFile === "pure") return "pure";
  const name = schemeNames.find((each) => each === nameOrFile);
  if (name) return schemes[name];
  const { scheme } = await loadModule(nameOrFile);
  if (typeof scheme !== "function")
    throw new UsageError(
      `${nameOrFile} must export a scheme: export const scheme: Scheme = ([first]) => first.engine;`,
    );
  return guardedScheme(scheme as Scheme, (problem) => {
    log.warn(`the scheme of ${nameOrFile} does not work: ${problem}; leastload chooses wherever it fails`);
  });
}
