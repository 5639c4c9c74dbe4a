import type { ConnectionService } from "../connection-service.ts";
import type { Arity } from "../results/result-plan.ts";
import type { WaitOptions } from "../results/wait-options.ts";
import { type AsyncHubResult, hubResult } from "./hub-result.ts";
import { type Jobs, jobIds } from "./tasks.ts";

/** How a result that was asked for before is got. */
export interface GetResultOptions extends Pick<WaitOptions, "signal"> {
  /** Whether awaiting or getting it drops it from the client's `results` and `metadata`; `true` unless given. */
  readonly owner?: boolean;
}

/** The result of requests that were sent before, by this client or another one. */
export function getResult(
  connection: ConnectionService,
  jobs: Jobs,
  { signal, owner: isOwner = true }: GetResultOptions,
): AsyncHubResult<unknown> {
  return hubResult(connection, jobIds(jobs, connection), { name: "getResult", arity: arityOf(jobs), signal, isOwner });
}

/** One id or place gives a value, several an array. */
export const arityOf = (jobs: Jobs): Arity => (typeof jobs === "object" ? "many" : "one");
