import type { ConnectionService } from "../connection-service.ts";
import { tellEngines } from "../requests/tell-engines.ts";
import type { Targets } from "../targets.ts";

/** What ends, and how. */
export interface ShutdownOptions {
  /** Engines to end; all unless given. */
  readonly targets?: Targets;
  /** Whether the controller ends too, and the client is closed. */
  readonly hub?: boolean;
}

/** Removes all variables of users from engines. */
export async function clearEngines(connection: ConnectionService, targets: Targets): Promise<void> {
  await tellEngines(connection, targets, "clear_request", {});
}

/** Stops the code that engines are running; their variables stay. */
export async function interruptEngines(connection: ConnectionService, targets: Targets): Promise<void> {
  await tellEngines(connection, targets, "signal_request", { sig: "SIGINT" });
}

/** Ends engines and, with `hub`, the controller and the connection. Resolves when they have agreed. */
export async function shutdownCluster(connection: ConnectionService, options: ShutdownOptions): Promise<void> {
  const { targets = "all", hub = false } = options;
  if (connection.engines.size > 0) await tellEngines(connection, targets, "shutdown_request", { restart: false });
  if (!hub) return;
  await connection.askHub("shutdown_request", {});
  await connection[Symbol.asyncDispose]();
}
