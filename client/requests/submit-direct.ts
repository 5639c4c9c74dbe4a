import type { EngineId } from "../../protocol/ids.ts";
import type { ConnectionService, Payload } from "../connection-service.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { Arity, ResultPlan } from "../results/result-plan.ts";
import { abortRequests } from "./abort-requests.ts";
import { interruptRequests } from "./interrupt-requests.ts";
import type { RequestPlan } from "./request.ts";

/** One call on one or several engines. */
export interface DirectCall {
  /** What was called, for example `push`. */
  readonly name: string;
  readonly ids: readonly EngineId[];
  readonly arity: Arity;
  /** What the engine at that place among `ids` gets; the same object for all where all get the same. */
  readonly payload: (place: number) => Payload;
  readonly plan: (place: number) => RequestPlan;
}

/** How the values of several engines become one result, where that is not simply an array of them. */
export type Assembly = Pick<ResultPlan<unknown>, "join" | "itemsOf" | "length" | "isOrdered" | "keepsErrors">;

/**
 * Sends a call to each of its engines.
 * @typeParam T what `assembly` makes; without it one engine's value for arity `one`, otherwise an array of them
 */
export function submitDirect<T, A extends Arity>(
  connection: ConnectionService,
  call: DirectCall,
  assembly?: Assembly,
): AsyncResult<T, A> {
  const { engines } = connection;
  const group = new RequestGroup();
  call.ids.forEach((id, place) => {
    const uuid = engines.uuid(id);
    if (uuid !== undefined) group.add(connection.sendToEngine(uuid, call.payload(place), call.plan(place), group));
  });
  group.seal();
  const join = assembly?.join ?? ((values: readonly unknown[]) => (call.arity === "one" ? values[0] : [...values]));
  return new AsyncResult(group, {
    ...assembly,
    name: call.name,
    arity: call.arity,
    join: (values) => join(values) as T,
    engines,
    abort: (requests) => abortRequests(connection, requests),
    interrupt: (requests) => interruptRequests(connection, requests),
  });
}
