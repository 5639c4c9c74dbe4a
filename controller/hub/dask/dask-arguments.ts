import type { JsonObject, JsonValue } from "../../../protocol/json.ts";
import { Refusal } from "../refusal.ts";

/** Keyword arguments of Dask's `Scheduler` that `dask scheduler` takes as flags … */
const flags: Readonly<Record<string, string>> = {
  host: "--host",
  port: "--port",
  interface: "--interface",
  protocol: "--protocol",
  dashboard_address: "--dashboard-address",
  http_prefix: "--dashboard-prefix",
  idle_timeout: "--idle-timeout",
  preload: "--preload",
};
/** … as switches … */
const switches: Readonly<Record<string, readonly [on: string, off: string]>> = {
  dashboard: ["--dashboard", "--no-dashboard"],
  jupyter: ["--jupyter", "--no-jupyter"],
};
/** … or as settings (dask.org, "Configuration": `DASK_` and the path of the setting). */
const settings: Readonly<Record<string, string>> = {
  allowed_failures: "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES",
  validate: "DASK_DISTRIBUTED__SCHEDULER__VALIDATE",
  worker_ttl: "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL",
};

export interface DaskArguments {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Turns what a client would give Dask's `Scheduler` into what `dask scheduler` takes.
 * @param host where it listens unless the client says otherwise; `undefined` = everywhere
 * @throws {Refusal} for an argument that has no such form
 */
export function daskArguments(given: JsonObject, host: string | undefined): DaskArguments {
  const [args, env]: [string[], Record<string, string>] = [[], {}];
  for (const [name, value] of Object.entries({ ...defaults(given, host), ...given })) {
    const setting = settings[name];
    if (value === null || value === undefined) continue;
    if (setting !== undefined) env[setting] = texts(name, value).join();
    else args.push(...flagsOf(name, value));
  }
  return { args, env };
}

function flagsOf(name: string, value: JsonValue): string[] {
  const [flag, choice] = [flags[name], switches[name]];
  if (flag !== undefined) return texts(name, value).flatMap((text) => [flag, text]);
  if (choice !== undefined) return [choice[value === true ? 0 : 1]];
  throw new Refusal("TypeError", `The Dask scheduler of a cluster takes no '${name}': it takes ${known}.`);
}

const known = [flags, switches, settings].flatMap((table) => Object.keys(table)).join(", ");

/** As `Scheduler` has them, but for the interface; the dashboard takes another port where 8787 is in use. */
function defaults(given: JsonObject, host: string | undefined): JsonObject {
  if (host === undefined || "host" in given || "interface" in given) return { port: 0 };
  return { host, port: 0, dashboard_address: `${host}:8787` };
}

function texts(name: string, value: JsonValue): string[] {
  const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return items.map((item) => {
    if (typeof item === "string" || typeof item === "number" || typeof item === "boolean") return String(item);
    throw new Refusal("TypeError", `The Dask scheduler's '${name}' must be a text or a number.`);
  });
}
