import { InvalidMessage } from "../../../protocol/envelope.ts";
import { type EngineUuid, type MsgId, msgId } from "../../../protocol/ids.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../protocol/json.ts";
import type { Dependency, Outcome, Task } from "./task.ts";

/**
 * Reads what a client asks of the scheduler. By hand, for it is on the way of every task.
 * @throws {InvalidMessage} naming the key at fault
 */
export function readTask(id: MsgId, metadata: JsonObject): Task {
  const { targets, after, follow, timeout, retries } = metadata;
  return {
    id,
    targets: readTargets(targets),
    after: readDependency("after", after),
    follow: readDependency("follow", follow),
    timeoutMs: readQuantity("timeout", timeout) * 1000,
    retries: Math.floor(readQuantity("retries", retries)),
  };
}

/** How the engine answered, from a reply's metadata (wire protocol §11.5). */
export function readOutcome({ dependencies_met, status }: JsonObject): Outcome {
  if (dependencies_met === false) return "unmet";
  return status === "ok" || status === "aborted" ? status : "error";
}

function readTargets(value: JsonValue | undefined): ReadonlySet<EngineUuid> | undefined {
  const uuids = readStrings("targets", value);
  return uuids.length > 0 ? new Set(uuids as readonly EngineUuid[]) : undefined;
}

/** A plain list means: all of these, successfully. */
function readDependency(key: string, value: JsonValue | undefined): Dependency | undefined {
  const isFull = isJsonObject(value);
  const ids = readStrings(key, isFull ? value["dependencies"] : value);
  if (ids.length === 0) return undefined;
  const flag = (name: string, fallback: boolean) => (isFull ? (value[name] ?? fallback) !== false : fallback);
  return {
    ids: [...new Set(ids.map(msgId))],
    all: flag("all", true),
    success: flag("success", true),
    failure: flag("failure", false),
  };
}

function readStrings(key: string, value: JsonValue | undefined): readonly string[] {
  if (value === undefined || value === null) return [];
  const list: readonly JsonValue[] | undefined = typeof value === "string" ? [value] : asArray(value);
  if (list?.every((item) => typeof item === "string")) return list as readonly string[];
  throw new InvalidMessage(`metadata.${key} is not a list of strings`);
}

const asArray = (value: JsonValue): readonly JsonValue[] | undefined => (Array.isArray(value) ? value : undefined);

function readQuantity(key: string, value: JsonValue | undefined): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number" && value >= 0) return value;
  throw new InvalidMessage(`metadata.${key} is not a number of at least 0`);
}
