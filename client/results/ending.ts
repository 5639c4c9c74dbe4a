import { CompositeError } from "../errors/composite-error.ts";
import { remoteError } from "../errors/failures.ts";
import { RemoteError } from "../errors/remote-error.ts";
import type { Request } from "../requests/request.ts";
import type { RequestGroup } from "./request-group.ts";
import type { ResultPlan } from "./result-plan.ts";

/** How a result has ended. */
export type Ending<T> = { readonly value: T } | { readonly error: unknown };

/** Whether it has ended, and not with a value. */
export const hasFailed = ({ outcome }: Request): boolean => outcome !== undefined && outcome.status !== "ok";

/** Whether all that was to be sent was, and has a value. */
export const hasSucceeded = (group: RequestGroup, plan: ResultPlan<unknown>): boolean =>
  !group.broken &&
  !group.requests.some((request) => hasFailed(request) || (plan.keepsErrors && hasKeptErrors(request))) &&
  unsentCount(group, plan) === 0;

const hasKeptErrors = ({ outcome }: Request): boolean =>
  outcome?.status === "ok" && Array.isArray(outcome.value) && outcome.value.some((item) => item instanceof RemoteError);

/** The ending of a group that is finished, or that has failed in part. */
export function endingOf<T>(group: RequestGroup, plan: ResultPlan<T>): Ending<T> {
  if (group.broken) return group.broken;
  if (plan.keepsErrors && group.isFinished) return { value: valueWithErrors(group, plan) as T };
  const errors = group.requests.filter(hasFailed).map(errorOf);
  if (errors.length === 0 && unsentCount(group, plan) > 0) errors.push(notSent(group, plan));
  if (errors.length === 0) return { value: plan.join(group.requests.map(valueOfRequest)) };
  const [first] = errors;
  return { error: plan.arity === "one" ? first : new CompositeError(plan.name, errors) };
}

/**
 * What a finished group that has failed has brought all the same, parts that failed being their errors: of a map an error
 * for each element of a failed chunk, and `TaskAborted` for each that was not sent any more.
 */
export function valueWithErrors(group: RequestGroup, plan: ResultPlan<unknown>): unknown {
  const parts = group.requests.map((request) =>
    hasFailed(request) ? failedPart(request, plan) : valueOfRequest(request),
  );
  if (plan.arity === "one") return parts[0];
  const items = plan.itemsOf ? [...(plan.join(parts) as Iterable<unknown>)] : parts;
  const unsent = unsentCount(group, plan);
  return unsent === 0 ? items : [...items, ...new Array<unknown>(unsent).fill(notSent(group, plan))];
}

/** @throws {Error} for a request that has no error */
export function errorOf({ outcome }: Request): RemoteError {
  if (!outcome || outcome.status === "ok") throw new Error("Only failed requests have an error.");
  return remoteError(outcome.failure);
}

/** @throws {Error} for a request that has no value */
export function valueOfRequest({ outcome }: Request): unknown {
  if (outcome?.status !== "ok") throw new Error("Only requests that succeeded have a value.");
  return outcome.value;
}

/** The error of a request in the place of its value. */
export function failedPart(request: Request, { itemsOf }: ResultPlan<unknown>): unknown {
  const error = errorOf(request);
  return itemsOf ? new Array<unknown>(request.size).fill(error) : error;
}

/** How many elements of a map were not sent, as it was aborted or one before them failed. */
function unsentCount({ requests }: RequestGroup, { length = 0 }: ResultPlan<unknown>): number {
  return Math.max(0, length - requests.reduce((sum, { size }) => sum + size, 0));
}

function notSent(group: RequestGroup, plan: ResultPlan<unknown>): RemoteError {
  const why = group.broken ? String(group.broken.error) : "the map had been stopped by an error or an abort";
  const evalue = `the last ${unsentCount(group, plan)} of ${plan.length} elements were not sent: ${why}`;
  return remoteError({ ename: "TaskAborted", evalue, traceback: [], method: plan.name });
}
