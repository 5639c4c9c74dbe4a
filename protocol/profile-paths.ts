import { join } from "node:path";

/** How a profile is named: by folder, or by name below the IPython folder. */
export interface ProfileChoice {
  readonly profile?: string | undefined;
  readonly profileDir?: string | undefined;
  readonly ipythonDir?: string | undefined;
}

/**
 * The profile folder: an explicit one, `$IPP_PROFILE_DIR`, or `profile_<name>` below
 * `$IPYTHONDIR` or `~/.ipython` (wire protocol §18.2).
 */
export function profileDir(choice: ProfileChoice, env: NodeJS.ProcessEnv, home: string): string {
  if (choice.profileDir) return choice.profileDir;
  if (!choice.profile && env["IPP_PROFILE_DIR"]) return env["IPP_PROFILE_DIR"];
  return join(ipythonDir(choice, env, home), `profile_${choice.profile ?? "default"}`);
}

export function ipythonDir(choice: ProfileChoice, env: NodeJS.ProcessEnv, home: string): string {
  return choice.ipythonDir ?? env["IPYTHONDIR"] ?? join(home, ".ipython");
}

/** Files of one cluster inside a profile folder; the empty id is the default cluster. */
export function clusterPaths(profile: string, clusterId: string) {
  const infix = clusterId === "" ? "" : `-${clusterId}`;
  const security = join(profile, "security");
  const log = join(profile, "log");
  return {
    security,
    log,
    clientFile: join(security, `ipcontroller${infix}-client.json`),
    engineFile: join(security, `ipcontroller${infix}-engine.json`),
    /** The controller's CURVE keys; the other two hold only the public one. */
    curveFile: join(security, `ipcontroller${infix}-curve.json`),
    clusterFile: join(security, `cluster-${clusterId}.json`),
    /** Engines known to the hub, rewritten at each registration and loss. */
    enginesFile: join(log, `engines${clusterId}.json`),
  };
}
