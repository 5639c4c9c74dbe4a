import { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";
import { dbOptions } from "./options/db-options.ts";
import { logOptions } from "./options/log-options.ts";
import { networkOptions } from "./options/network-options.ts";
import { placeOptions } from "./options/place-options.ts";
import { schedulingOptions } from "./options/scheduling-options.ts";
import { securityOptions } from "./options/security-options.ts";

const options = z.strictObject({
  ...placeOptions,
  ...networkOptions,
  ...securityOptions,
  ...schedulingOptions,
  ...dbOptions,
  ...logOptions,
});
export type ControllerOptions = z.infer<typeof options>;

/** The command line of `ipcontroller`. */
export const program = {
  name: "ipcontroller",
  summary: "Starts the controller of a cluster: engines and clients connect to it.",
  options,
  aliases: { user: "username", usethreads: "useThreads" },
  flags: {
    dictdb: { db: "dictdb" },
    sqlitedb: { db: "sqlitedb" },
    mongodb: { db: "mongodb" },
    nodb: { db: "nodb" },
    debug: { logLevel: "debug" },
    quiet: { logLevel: "error" },
  },
  traits: {
    "HeartMonitor.period": "ping",
    "HeartMonitor.max_heartmonitor_misses": "maxMisses",
    "IPController.cluster_id": "clusterId",
    "IPController.engine_ssh_server": "enginessh",
    "IPController.ip": "ip",
    "IPController.location": "location",
    "IPController.regport": "port",
    "IPController.registration_timeout": "registrationTimeout",
    "IPController.reuse_files": "reuse",
    "IPController.ssh_server": "ssh",
    "Session.key": "key",
    "TaskScheduler.hwm": "hwm",
    "TaskScheduler.scheme_name": "scheme",
  },
  examples: ["ipcontroller", "ipcontroller --profile mine --ip '*'"],
  version: packageVersion,
} satisfies Program<typeof options>;

/** Options after the environment had its say: it stands below the command line and above the defaults. */
export function withEnvironment(
  given: ControllerOptions,
  isGiven: (key: keyof ControllerOptions) => boolean,
  env: NodeJS.ProcessEnv,
): ControllerOptions {
  return {
    ...given,
    clusterId: isGiven("clusterId") ? given.clusterId : (env["IPP_CLUSTER_ID"] ?? given.clusterId),
    key: given.key ?? (given.keyfile === undefined ? env["IPP_SESSION_KEY"] : undefined),
    curve: given.curve ?? (env["IPP_ENABLE_CURVE"] === "1" ? true : undefined),
    curvePublickey: given.curvePublickey ?? env["IPP_CURVE_PUBLICKEY"],
    curveSecretkey: given.curveSecretkey ?? env["IPP_CURVE_SECRETKEY"],
  };
}
