import { z } from "zod";
import { packageVersion } from "../cli/package-root.ts";
import type { Program } from "../cli/program.ts";
import { traitClasses, traits } from "./configuration/traits.ts";
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

const keysOf = <Options extends object>(group: Options) => Object.keys(group) as Extract<keyof Options, string>[];

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
  traits,
  traitClasses,
  groups: {
    "Where the files are": keysOf(placeOptions),
    "Who can connect, and how": keysOf(networkOptions),
    "Signatures and encryption": keysOf(securityOptions),
    "Tasks and engines": keysOf(schedulingOptions),
    "Task database": keysOf(dbOptions),
    "What it says": keysOf(logOptions),
  },
  examples: [
    "ipcontroller",
    "ipcontroller --profile mine --ip '*'",
    "ipcontroller --ip 10.0.0.5 --ports 10101-10120",
    "ipcontroller --sqlitedb --reuse --restore",
    "ipcontroller --enginessh login.example.org",
  ],
  version: packageVersion,
} satisfies Program<typeof options>;

/** What the environment says; it stands below the command line and above configuration files. */
export function environmentOptions(env: NodeJS.ProcessEnv): Readonly<Record<string, unknown>> {
  return {
    clusterId: env["IPP_CLUSTER_ID"],
    key: env["IPP_SESSION_KEY"] || undefined,
    curve: switchedOn(env["IPP_ENABLE_CURVE"]),
    curvePublickey: env["IPP_CURVE_PUBLICKEY"] || undefined,
    curveSecretkey: env["IPP_CURVE_SECRETKEY"] || undefined,
  };
}

/** On, or not said; what is neither is left to the schema to refuse: nobody shall believe it encrypts. */
function switchedOn(text = ""): unknown {
  if (/^(|0|false|no|off)$/i.test(text)) return undefined;
  return /^(1|true|yes|on)$/i.test(text) ? true : `IPP_ENABLE_CURVE=${text}`;
}
