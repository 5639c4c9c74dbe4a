import type { ConnectionService } from "../connection-service.ts";
import { resultControls } from "../controls/result-controls.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { Arity } from "../results/result-plan.ts";
import { addEarlier } from "./earlier-requests.ts";

/**
 * Result of requests that were sent before, by whichever client. What this client still has is taken from there; for the
 * rest the hub is asked, again and again until they have ended, as it does not tell: at first after 50 ms, later once a
 * second. Of output the hub has text, value and error, no rich displays, and all of it comes with the reply.
 */
export type AsyncHubResult<T, A extends Arity = Arity> = AsyncResult<T, A>;

export interface HubResultOptions<A extends Arity> {
  readonly name: string;
  readonly arity: A;
  /** Ends the asking: what has not ended by then ends in `TaskAborted`. */
  readonly signal?: AbortSignal | undefined;
  readonly isOwner?: boolean;
}

/** @param ids may be on their way: the result fails as they do */
export function hubResult<T, A extends Arity>(
  connection: ConnectionService,
  ids: readonly string[] | Promise<readonly string[]>,
  { name, arity, signal, isOwner = true }: HubResultOptions<A>,
): AsyncHubResult<T, A> {
  const group = new RequestGroup();
  const begin = (known: readonly string[]) => addEarlier(group, connection, { ids: known, signal });
  if (ids instanceof Promise) ids.then(begin, (error: unknown) => group.break(error));
  else begin(ids);
  const join = (values: readonly unknown[]) => (arity === "one" ? values[0] : [...values]) as T;
  return new AsyncResult<T, A>(group, { name, arity, join, isOwner, ...resultControls(connection) });
}
