import { type EngineId, type EngineUuid, engineId, engineUuid, type MsgId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { Registry } from "../engines/registry.ts";
import { pythonList, Refusal } from "../refusal.ts";
import type { Activity } from "./activity.ts";

/** What the task scheduler tells of its tasks. */
export interface TaskOverview {
  /** Tasks that no engine holds. */
  unassigned(): readonly MsgId[];
  readonly unassignedCount: number;
  heldBy(engine: EngineUuid): ReadonlySet<MsgId>;
}

/** `null`: every engine that ever was; clients rely on it while there is none. */
export type EngineChoice = null | number | string | readonly (number | string)[];

export interface QueueStatusRequest {
  readonly targets: EngineChoice;
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
  const { tasks } = work;
  const unassigned = verbose ? tasks.unassigned() : tasks.unassignedCount;
  return { status: "ok", ...Object.fromEntries(rows), unassigned };
}

/**
 * Content of `load_reply`: how much each engine has to do (wire protocol §6.10).
 * @throws {Refusal} for engines that never were
 */
export function loadStatus(targets: EngineChoice, work: Work): JsonObject {
  const loads = chooseEngines(targets, work.registry).map((id) => {
    const { queue, held } = openWork(id, work);
    return [String(id), queue.size + held.size] as const;
  });
  return { status: "ok", ...Object.fromEntries(loads) };
}

/** What an engine has not answered: direct requests, and tasks. */
export function openWork(
  id: EngineId,
  { registry, activity, tasks }: Work,
): { readonly queue: ReadonlySet<MsgId>; readonly held: ReadonlySet<MsgId> } {
  const uuid = registry.byId(id)?.uuid;
  return { queue: activity.queueOf(id), held: uuid ? tasks.heldBy(uuid) : new Set<MsgId>() };
}

function engineRow(id: EngineId, verbose: boolean, work: Work): JsonObject {
  const { queue, held } = openWork(id, work);
  const completed = work.activity.completedBy(id);
  return verbose
    ? { queue: [...queue], completed: completed.recent, tasks: [...held] }
    : { queue: queue.size, completed: completed.count, tasks: held.size };
}

function chooseEngines(targets: EngineChoice, registry: Registry): readonly EngineId[] {
  if (targets === null) return [...registry.everRegistered];
  const wanted = typeof targets === "number" || typeof targets === "string" ? [targets] : targets;
  if (wanted.length === 0) throw new Refusal("IndexError", "No Engines Registered");
  const ids = wanted.map((target) => findEngine(target, registry));
  const unknown = wanted.filter((_, at) => ids[at] === undefined);
  if (unknown.length > 0) throw new Refusal("IndexError", `No Such Engine: ${pythonList(unknown)}`);
  return ids.filter((id) => id !== undefined);
}

function findEngine(target: number | string, registry: Registry): EngineId | undefined {
  if (typeof target === "string") return registry.get(engineUuid(target))?.id;
  return registry.everRegistered.has(engineId(target)) ? engineId(target) : undefined;
}
