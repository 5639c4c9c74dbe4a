import type { ConnectionService } from "../connection-service.ts";
import { type WaitOptions, waitFor } from "../results/wait-options.ts";

/** @throws {TimeoutError} when there are fewer than `n` after `timeoutMs` */
export async function waitForEngines(connection: ConnectionService, n: number, options: WaitOptions): Promise<void> {
  const { engines } = connection;
  await untilEngines(
    connection,
    () => engines.size >= n,
    options,
    () => {
      return `Only ${engines.size} of ${n} engines have registered after ${(options.timeoutMs ?? 0) / 1000} s.`;
    },
  );
}

/**
 * Waits until the list of engines is as wanted.
 * @param late what to say when the time is up
 * @throws {ConnectError} when the connection ends first
 */
export async function untilEngines(
  connection: ConnectionService,
  areWanted: () => boolean,
  options: WaitOptions,
  late: () => string,
): Promise<void> {
  const stop = new AbortController();
  try {
    await waitFor(follow(connection, areWanted, stop.signal), options, late);
  } finally {
    stop.abort();
  }
}

async function follow(connection: ConnectionService, areWanted: () => boolean, signal: AbortSignal): Promise<void> {
  while (!areWanted()) {
    connection.requireOpen();
    await connection.enginesChange(signal);
  }
}
