import type { EngineId } from "../../protocol/ids.ts";
import type { Payload } from "../connection/request-traffic.ts";
import type { ConnectionService } from "../connection-service.ts";
import { resultControls } from "../controls/result-controls.ts";
import type { RequestPlan } from "../requests/request.ts";
import { AsyncResult } from "../results/async-result.ts";
import { RequestGroup } from "../results/request-group.ts";
import type { Arity, ResultPlan } from "../results/result-plan.ts";

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

/** Sends a call to its engines. */
export type SendCall = (connection: ConnectionService, call: DirectCall) => RequestGroup;

/**
 * Sends a call to its engines.
 * @typeParam T what `assembly` makes; without it one engine's value for arity `one`, otherwise an array of them
 */
export function submitDirect<T, A extends Arity>(
  connection: ConnectionService,
  call: DirectCall,
  { send, assembly }: { readonly send: SendCall; readonly assembly?: Assembly | undefined },
): AsyncResult<T, A> {
  const { name, arity } = call;
  return new AsyncResult(send(connection, call), {
    ...assembly,
    name,
    arity,
    join: joining<T>(arity, assembly),
    ...resultControls(connection),
  });
}

/**
 * Sends a message to each of the engines, or none where something cannot travel. Apart from what the result holds:
 * nothing there may keep the payloads, so that large arguments can be collected.
 */
export function sendEach(connection: ConnectionService, { ids, payload, plan }: DirectCall): RequestGroup {
  const group = new RequestGroup();
  const messages = ids.map((id, place) => ({ id, payload: payload(place), plan: plan(place) }));
  for (const message of messages) {
    const uuid = connection.engines.uuid(message.id);
    if (uuid !== undefined) group.add(connection.requests.toEngine(uuid, message.payload, message.plan, group));
  }
  group.seal();
  return group;
}

function joining<T>(arity: Arity, assembly: Assembly | undefined): (values: readonly unknown[]) => T {
  const join = assembly?.join ?? ((values: readonly unknown[]) => (arity === "one" ? values[0] : [...values]));
  return (values) => join(values) as T;
}
