import { type EngineId, type EngineUuid, engineId, engineUuid, type MsgId } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { Activity } from "./activity.ts";
import { pythonString, Refusal } from "./refusal.ts";
import type { Registry } from "./registry.ts";

/** What the task scheduler tells of its tasks. */
export interface TaskOverview {
  /** Tasks that no engine holds. */
  unassigned(): readonly MsgId[];
  heldBy(engine: EngineUuid): ReadonlySet<MsgId>;
}

export interface QueueStatusRequest {
  readonly targets: null | number | string | readonly (number | string)[];
  /** Lists of message ids instead of counts. */
  readonly verbose: boolean;
}

/** The cluster's work, by engine. */
export interface Work {
  readonly registry: Registry;
  readonly activity: Activity;
  readonly tasks: TaskOverview;
}

/**
 * Content of `queue_reply` (wire protocol §6.4).
 * @throws {Refusal} for engines that never were
 */
export function queueStatus({ targets, verbose }: QueueStatusRequest, work: Work): JsonObject {
  const rows = chooseEngines(targets, work.registry).map((id) => [String(id), engineRow(id, verbose, work)] as const);
  const unassigned = work.tasks.unassigned();
  return { status: "ok", ...Object.fromEntries(rows), unassigned: verbose ? unassigned : unassigned.length };
}

function engineRow(id: EngineId, verbose: boolean, { registry, activity, tasks }: Work): JsonObject {
  const uuid = registry.byId(id)?.uuid;
  const [queue, held] = [activity.queueOf(id), uuid ? tasks.heldBy(uuid) : new Set<MsgId>()];
  const completed = activity.completedBy(id);
  return verbose
    ? { queue: [...queue], completed: completed.recent, tasks: [...held] }
    : { queue: queue.size, completed: completed.count, tasks: held.size };
}

/** `null` means every engine that ever was: clients rely on it while there is none. */
function chooseEngines(targets: QueueStatusRequest["targets"], registry: Registry): readonly EngineId[] {
  if (targets === null) return [...registry.everRegistered];
  const wanted = typeof targets === "number" || typeof targets === "string" ? [targets] : targets;
  if (wanted.length === 0) throw new Refusal("IndexError", "No Engines Registered");
  const ids = wanted.map((target) => findEngine(target, registry));
  const unknown = wanted.filter((_, at) => ids[at] === undefined);
  if (unknown.length > 0) throw new Refusal("IndexError", `No Such Engine: [${unknown.map(pythonRepr).join(", ")}]`);
  return ids.filter((id) => id !== undefined);
}

function findEngine(target: number | string, registry: Registry): EngineId | undefined {
  if (typeof target === "string") return registry.get(engineUuid(target))?.id;
  return registry.everRegistered.has(engineId(target)) ? engineId(target) : undefined;
}

const pythonRepr = (target: number | string): string =>
  typeof target === "number" ? String(target) : pythonString(target);
