import type { EngineId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import { becomeDaskReply } from "../../protocol/messages/hub.ts";
import { guardScript } from "../../transport/guard-script.ts";
import type { ConnectionService } from "../connection-service.ts";
import { DirectView } from "../direct-view.ts";
import { read } from "../hub/hub-records.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";
import { startDaskWorker, stopDaskWorker } from "./dask-worker.ts";

/** How engines become workers of Dask. */
export interface DaskOptions {
  /** Engines that become workers; all unless given. */
  readonly targets?: Targets;
  /** Threads of each worker; 1 unless given. */
  readonly ncores?: number;
  /** Port of the scheduler; any free one unless given. */
  readonly port?: number;
  /** Whether each worker runs under a nanny of Dask's, which starts it again when it dies; `false` unless given. */
  readonly nanny?: boolean;
  /** Keyword arguments of Dask's `Scheduler`, for example `{ host: "10.0.0.1" }`. */
  readonly schedulerArgs?: JsonObject;
  /** Further flags of `dask worker` by name, for example `{ memoryLimit: "2GB" }`. */
  readonly workerArgs?: Readonly<Record<string, string | number | boolean>>;
  /**
   * Program and first arguments that start a worker on the engines' machines. Unless given, what is there of
   * `dask worker`, `python3 -m dask worker` and `python -m dask worker`.
   */
  readonly workerCommand?: readonly string[];
}

const usual = [
  ["dask", "worker"],
  ["python3", "-m", "dask", "worker"],
  ["python", "-m", "dask", "worker"],
] as const;
const startMs = 60_000;

/**
 * Starts a Dask scheduler beside the controller, unless it runs already, and a worker on each engine.
 * @returns the scheduler's address
 */
export async function becomeDask(connection: ConnectionService, options: DaskOptions): Promise<string> {
  const { targets = "all", port, schedulerArgs } = options;
  const scheduler_args = { ...(port === undefined ? {} : { port }), ...schedulerArgs };
  const { ours, pythons } = split(connection, targets);
  const { address } = read(becomeDaskReply, await connection.askHub("become_dask_request", { scheduler_args }));
  const plan = {
    commands: options.workerCommand ? [options.workerCommand] : usual,
    args: [address, ...workerFlags(options)],
    guard: guardScript,
    startMs,
  };
  try {
    await Promise.all([
      ours?.apply(startDaskWorker, plan),
      pythons?.execute(becomeWorker(address, options), { silent: true }),
    ]);
  } catch (error) {
    // What went wrong first counts, not that some engine cannot be told.
    await stopWorkers(connection, targets).catch(() => undefined);
    throw error;
  }
  return address;
}

/** Ends the Dask scheduler, and the workers of engines. */
export async function stopDask(connection: ConnectionService, targets: Targets): Promise<void> {
  await connection.askHub("stop_distributed_request", {});
  await stopWorkers(connection, targets);
}

async function stopWorkers(connection: ConnectionService, targets: Targets): Promise<void> {
  if (connection.engines.size === 0) return;
  const { ours, pythons } = split(connection, targets);
  await Promise.all([
    ours?.apply(stopDaskWorker),
    pythons?.execute("from ipyparallel.util import stop_distributed_worker; stop_distributed_worker()", {
      silent: true,
    }),
  ]);
}

/** Views of our engines and of Python's, which become workers themselves. */
function split(connection: ConnectionService, targets: Targets): Record<"ours" | "pythons", DirectView | undefined> {
  const { engines } = connection;
  const ids = recipients(fixTargets(targets, engines), engines);
  const view = (some: readonly EngineId[]) => (some.length === 0 ? undefined : new DirectView(connection, some));
  return { ours: view(ids.filter((id) => engines.isOurs(id))), pythons: view(ids.filter((id) => !engines.isOurs(id))) };
}

function workerFlags({ ncores = 1, nanny = false, workerArgs = {} }: DaskOptions): string[] {
  const flags = Object.entries(workerArgs).map(([name, value]) => {
    const flag = name.replaceAll("_", "-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    if (typeof value === "boolean") return [value ? `--${flag}` : `--no-${flag}`];
    return [`--${flag}`, String(value)];
  });
  return ["--nthreads", String(ncores), nanny ? "--nanny" : "--no-nanny", ...flags.flat()];
}

function becomeWorker(address: string, { ncores = 1, nanny = false, workerArgs = {} }: DaskOptions): string {
  const python = (value: unknown) => (typeof value === "boolean" ? (value ? "True" : "False") : JSON.stringify(value));
  const args = Object.entries({ nanny, nthreads: ncores, ...workerArgs }).map(([name, value]) => {
    return `${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}=${python(value)}`;
  });
  return `from ipyparallel.util import become_dask_worker; become_dask_worker(${[JSON.stringify(address), ...args].join(", ")})`;
}
