import { type EngineId, engineUuid, type MsgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import { EngineError } from "../errors/failures.ts";
import type { Request } from "../requests/request.ts";
import { tellEngine } from "./tell-engines.ts";

/** A request of this client or another one; `sentTo` is the one engine that it was sent to, if that is known. */
export type Abortable = Pick<Request, "msgId" | "sentTo">;

/** How long a scheduler that may not look at aborts is given. */
const refusalMs = 1000;

/**
 * Asks engines not to run these requests, and to stop those that run. Each hears of what was sent to it alone; of tasks all
 * hear, as the scheduler alone knows which engine has them. Resolves when they have heard. Our scheduler looks at aborts
 * on their way: what it still holds ends at once, and nothing is run again.
 * @param ids engines that may hear; all unless given
 */
export const abortRequests = (
  connection: ConnectionService,
  requests: readonly Abortable[],
  ids = connection.engines.ids,
): Promise<void> => tellOwners(connection, requests, { running: true, ids });

/** The same of what has not begun. */
export const abortQueued = (connection: ConnectionService, requests: readonly Abortable[]): Promise<void> =>
  tellOwners(connection, requests, { ids: connection.engines.ids });

/** @param how `running` is ours: Python's engines ignore it, and abort what is queued */
async function tellOwners(
  connection: ConnectionService,
  requests: readonly Abortable[],
  { ids, ...how }: { readonly running?: true; readonly ids: readonly EngineId[] },
): Promise<void> {
  const tasks = requests.filter(({ sentTo }) => sentTo === undefined).map(({ msgId }) => msgId);
  const direct = requests.filter(({ sentTo }) => sentTo !== undefined);
  const told = ids.map(async (id) => {
    const uuid = connection.engines.uuid(id);
    const msg_ids = [...direct.filter(({ sentTo }) => sentTo === uuid).map(({ msgId }) => msgId), ...tasks];
    if (uuid !== undefined && msg_ids.length > 0)
      await tellEngine(connection, uuid, "abort_request", { msg_ids, ...how });
  });
  await Promise.all(told);
  if (tasks.length > 0 && connection.engines.size === 0) await tellNobody(connection, tasks);
}

/** Addressed to nobody, as there is nobody: our controller refuses it, and has looked at it. Python's drops it. */
async function tellNobody(connection: ConnectionService, tasks: readonly MsgId[]): Promise<void> {
  const nobody = engineUuid(connection.session.id);
  const signal = AbortSignal.timeout(refusalMs);
  try {
    await connection.askEngine(nobody, "abort_request", { msg_ids: tasks }, signal);
  } catch (error) {
    if (!(error instanceof EngineError || error === signal.reason)) throw error;
  }
}
