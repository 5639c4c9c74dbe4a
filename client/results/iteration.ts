import type { Request } from "../requests/request.ts";
import { errorOf, failedPart, hasFailed, valueOfRequest } from "./ending.ts";
import type { RequestGroup } from "./request-group.ts";
import type { ResultPlan } from "./result-plan.ts";

/**
 * Items as they come: in the order of the requests, or in that of their ends.
 * @param claim is told of each request whose items are given out
 * @throws {RemoteError} when it comes to a request that failed
 */
export async function* itemsAsTheyCome(
  group: RequestGroup,
  plan: ResultPlan<unknown>,
  claim: (request: Request) => void,
): AsyncGenerator<unknown> {
  const { itemsOf = (value: unknown) => [value], isOrdered = true } = plan;
  for (let next = 0; ; next++) {
    const request = await partAt(group, next, isOrdered);
    if (!request) return;
    claim(request);
    if (!hasFailed(request)) yield* itemsOf(valueOfRequest(request));
    else if (plan.keepsErrors) yield* failedPart(request, plan) as Iterable<unknown>;
    else throw errorOf(request);
  }
}

/** Waits for a part; `undefined` after the last. */
async function partAt(group: RequestGroup, index: number, isOrdered: boolean): Promise<Request | undefined> {
  for (;;) {
    const request = (isOrdered ? group.requests : group.finishedOrder)[index];
    if (request?.isFinished) return request;
    if (group.isFinished && group.broken) throw group.broken.error;
    if (group.isFinished) return undefined;
    await group.changed();
  }
}
