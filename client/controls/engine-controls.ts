import type { ConnectionService } from "../connection-service.ts";
import { inTime } from "../hub/hub-questions.ts";
import { type WaitOptions, whenHeard } from "../results/wait-options.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";
import { tellEngines } from "./tell-engines.ts";
import { untilEngines } from "./wait-for-engines.ts";

/** What ends, and how. */
export interface ShutdownOptions extends WaitOptions {
  /** Engines to end; all unless given. */
  readonly targets?: Targets;
  /** Whether the controller ends too, and the client is closed. */
  readonly hub?: boolean;
  /** Whether the engines start again, as `restartEngines` has it. */
  readonly restart?: boolean;
}

/** Which engines to start again, and how long to wait for their successors. */
export type RestartOptions = TellOptions;

/** Which engines are told something, and how long they may take to hear it. */
export interface TellOptions extends WaitOptions {
  /** All unless given. */
  readonly targets?: Targets;
}

/** Removes all variables of users from engines. */
export async function clearEngines(
  connection: ConnectionService,
  { targets = "all", ...options }: TellOptions,
): Promise<void> {
  await whenHeard(tellEngines(connection, targets, "clear_request", {}), options);
}

/**
 * Sends a signal to the engines' processes. SIGINT stops the code that runs; the engines' variables stay.
 * @param signal a name such as `SIGUSR1`, or a number
 * @throws {RemoteError} (`ValueError`) when an engine's system knows no such signal
 */
export async function signalEngines(
  connection: ConnectionService,
  signal: string | number,
  { targets = "all", ...options }: TellOptions,
): Promise<void> {
  await whenHeard(tellEngines(connection, targets, "signal_request", { sig: signal }), options);
}

/**
 * Ends engines and, with `hub`, the controller and the connection. Resolves when they have agreed.
 * @param own which engines, where the options do not say
 */
export async function shutdownCluster(
  connection: ConnectionService,
  { targets, hub = false, restart = false, ...options }: ShutdownOptions,
  own: Targets = "all",
): Promise<void> {
  const meant = targets ?? own;
  if (hub && restart)
    throw new TypeError("A controller that ends has no engines to start again: leave `hub` or `restart`.");
  if (restart) return restartEngines(connection, { targets: meant, ...options });
  if (connection.engines.size > 0)
    await whenHeard(tellEngines(connection, meant, "shutdown_request", { restart }), options);
  if (!hub) return;
  await inTime(connection.askHub("shutdown_request", {}), options);
  await connection[Symbol.asyncDispose]();
}

/**
 * Has engines end and start again, as the same programs in the same places; what they had to do is aborted, and their
 * variables are gone. Resolves when as many new engines have registered: they have new ids and uuids.
 * @throws {TypeError} when one of them runs another language: such engines cannot do that
 * @throws {TimeoutError} when they have not all come after `timeoutMs`
 */
export async function restartEngines(connection: ConnectionService, options: RestartOptions): Promise<void> {
  const { engines } = connection;
  const ids = recipients(fixTargets(options.targets ?? "all", engines), engines);
  const deaf = ids.filter((id) => !engines.isOurs(id));
  if (deaf.length > 0)
    throw new TypeError(
      `Cannot restart engine ${deaf.join(", ")}: engines of other languages end, and do not start again.`,
    );
  const known = new Set(engines.uuids.values());
  const newcomers = () => [...engines.uuids.values()].filter((uuid) => !known.has(uuid)).length;
  const areBack = () => newcomers() >= ids.length;
  const late = () =>
    `Only ${newcomers()} of ${ids.length} engines have come back after ${(options.timeoutMs ?? 0) / 1000} s.`;
  // Side by side: an engine that is stopped does not answer, and the time is for all of it.
  await Promise.all([
    tellEngines(connection, ids, "shutdown_request", { restart: true }),
    untilEngines(connection, areBack, options, late),
  ]);
}
