import type { EngineDirectory } from "../engine-directory.ts";
import { valueOfRequest } from "./ending.ts";
import type { RequestGroup } from "./request-group.ts";

/**
 * Values by the id of the engine that they are from.
 * @throws {TypeError} when an engine gave several, or was never announced to this client
 */
export function valuesByEngine(group: RequestGroup, engines: EngineDirectory): Record<number, unknown> {
  const values: Record<number, unknown> = {};
  for (const request of group.requests) {
    const id = request.engine && engines.id(request.engine);
    if (id === undefined) throw new TypeError(`The id of the engine that ran ${request.msgId} is not known.`);
    if (id in values) throw new TypeError(`Engine ${id} has several results: get() gives all of them, in order.`);
    values[id] = valueOfRequest(request);
  }
  return values;
}
