import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/**
 * The Python environment that Jupyter runs in: the active one (`$VIRTUAL_ENV`, `$CONDA_PREFIX`), else the one whose
 * `jupyter` or `python3` comes first on the PATH.
 * @throws when there is none
 */
export function pythonPrefix(env: NodeJS.ProcessEnv): string {
  const active = env["VIRTUAL_ENV"] || env["CONDA_PREFIX"];
  if (active) return active;
  const programs = process.platform === "win32" ? ["jupyter.exe", "python.exe"] : ["jupyter", "python3"];
  for (const program of programs) {
    const prefix = prefixOf(program, env["PATH"] ?? "");
    if (prefix !== undefined) return prefix;
  }
  throw new Error(
    `--sys-prefix: no Python environment is active ($VIRTUAL_ENV, $CONDA_PREFIX), and the PATH has no ${programs.join(" or ")}. ` +
      "Activate the environment that JupyterLab is in, or name it with --prefix DIR.",
  );
}

function prefixOf(program: string, path: string): string | undefined {
  const found = path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(existsSync);
  if (found === undefined) return undefined;
  // `jupyter` is often a link into its environment (pipx); an environment's `python3` is a link out of it.
  const places = program.startsWith("jupyter") ? [realpathSync(found), found] : [found];
  return places.map((place) => dirname(dirname(place))).find(hasPython);
}

/** Tells an environment from a folder of shims (pyenv, asdf). */
function hasPython(prefix: string): boolean {
  if (process.platform === "win32") return existsSync(join(prefix, "Lib"));
  return existsSync(join(prefix, "lib")) && readdirSync(join(prefix, "lib")).some((name) => name.startsWith("python3"));
}
