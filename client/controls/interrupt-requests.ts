import type { ConnectionService } from "../connection-service.ts";
import type { Request } from "../requests/request.ts";
import { abortQueued } from "./abort-requests.ts";
import { tellEngine } from "./tell-engines.ts";

/**
 * Stops engines that run one of these requests; those that wait in a queue are aborted. Resolves when the engines in
 * question have heard of the interrupt; an abort is heard when the engine is free. `msg_id` is ours: an engine that
 * knows it lets other code run on.
 */
export async function interruptRequests(connection: ConnectionService, requests: readonly Request[]): Promise<void> {
  // Whoever cannot hear of the abort is gone, and what waited there is over.
  abortQueued(connection, requests).catch(() => undefined);
  const told = requests.flatMap(({ engine, sentTo, msgId }) => {
    const uuid = engine ?? sentTo;
    return uuid === undefined ? [] : [tellEngine(connection, uuid, "signal_request", { sig: "SIGINT", msg_id: msgId })];
  });
  await Promise.all(told);
}
