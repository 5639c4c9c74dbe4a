import { msgId } from "../../protocol/ids.ts";
import type { ConnectionService } from "../connection-service.ts";
import type { RequestGroup } from "../results/request-group.ts";
import { HubPoll } from "./hub-poll.ts";

/**
 * Fills a group with requests that were sent before, by whichever client: those that this client still has, as they are;
 * for the rest the hub is asked until they have ended.
 * @param signal ends the asking: what has not ended by then ends in `TaskAborted`
 */
export function addEarlier(
  group: RequestGroup,
  connection: ConnectionService,
  { ids, signal }: { readonly ids: readonly string[]; readonly signal?: AbortSignal | undefined },
): void {
  let poll: HubPoll | undefined;
  for (const id of new Set(ids)) {
    const own = connection.local.get(msgId(id));
    if (own) {
      group.follow(own);
      continue;
    }
    poll ??= new HubPoll(connection, signal ? AbortSignal.any([signal, connection.ended]) : connection.ended);
    group.add(poll.expect(id, group));
  }
  group.seal();
  void poll?.run();
}
