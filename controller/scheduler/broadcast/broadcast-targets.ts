import { InvalidMessage } from "../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid } from "../../../protocol/ids.ts";
import type { JsonObject, JsonValue } from "../../../protocol/json.ts";

/** One engine that a broadcast request names, with the id under which the client knows it. */
export interface BroadcastTarget {
  readonly uuid: EngineUuid;
  /** As it came: `[uuid, id]`. */
  readonly pair: JsonValue;
}

/** Far above any cluster: each target that is not there costs a reply. */
const mostTargets = 65_536;

/** @throws {InvalidMessage} unless `metadata.targets` is a list of `[uuid, id]`; an engine named twice counts once */
export function readBroadcastTargets({ targets }: JsonObject): readonly BroadcastTarget[] {
  if (!Array.isArray(targets) || targets.length === 0)
    throw new InvalidMessage("metadata.targets of a broadcast is not a list of [uuid, id]");
  if (targets.length > mostTargets)
    throw new InvalidMessage(`a broadcast to ${targets.length} targets: ${mostTargets} are the most`);
  const found = new Map<string, BroadcastTarget>();
  for (const pair of targets as readonly JsonValue[]) {
    const uuid: unknown = Array.isArray(pair) ? pair[0] : undefined;
    if (typeof uuid !== "string")
      throw new InvalidMessage("metadata.targets of a broadcast is not a list of [uuid, id]");
    found.set(uuid, { uuid: engineUuid(uuid), pair });
  }
  return [...found.values()];
}
