import type { ConnectionService } from "../connection-service.ts";
import type { Request } from "./request.ts";
import { tellEngine } from "./tell-engines.ts";

/**
 * Asks engines not to run these requests if they have not begun. Each hears of what was sent to it alone; of tasks all
 * hear, as nobody knows which engine will get them. Resolves when they have heard.
 */
export async function abortRequests(connection: ConnectionService, requests: readonly Request[]): Promise<void> {
  const tasks = requests.filter(({ sentTo }) => sentTo === undefined).map(({ msgId }) => msgId);
  const direct = requests.filter(({ sentTo }) => sentTo !== undefined);
  const told = connection.engines.ids.map(async (id) => {
    const uuid = connection.engines.uuid(id);
    const msg_ids = [...direct.filter(({ sentTo }) => sentTo === uuid).map(({ msgId }) => msgId), ...tasks];
    if (uuid !== undefined && msg_ids.length > 0) await tellEngine(connection, uuid, "abort_request", { msg_ids });
  });
  await Promise.all(told);
}
