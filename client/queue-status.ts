import { isJsonObject, type JsonObject } from "../protocol/json.ts";

/** What one engine has to do. */
export interface EngineQueue {
  /** Direct requests without a reply. */
  readonly queue: number;
  /** Requests and tasks done. */
  readonly completed: number;
  /** Tasks that the scheduler gave it and that are not done. */
  readonly tasks: number;
}

/** What engines have to do, as the hub counts it. */
export interface QueueStatus {
  /** By engine id. */
  readonly engines: Readonly<Record<number, EngineQueue>>;
  /** Tasks that no engine has got yet. */
  readonly unassigned: number;
}

/** Reads a `queue_reply` (wire protocol §6.4), where engines stand beside the other keys. */
export function readQueueStatus(content: JsonObject): QueueStatus {
  const engines = Object.entries(content).flatMap(([id, counts]) =>
    /^\d+$/.test(id) && isJsonObject(counts) ? [[id, readQueue(counts)] as const] : [],
  );
  return { engines: Object.fromEntries(engines), unassigned: Number(content["unassigned"] ?? 0) };
}

/** Reads a `load_reply` (wire protocol §6.10). */
export function readLoad(content: JsonObject): Readonly<Record<number, number>> {
  const loads = Object.entries(content).flatMap(([id, load]) =>
    /^\d+$/.test(id) ? [[id, Number(load)] as const] : [],
  );
  return Object.fromEntries(loads);
}

function readQueue({ queue, completed, tasks }: JsonObject): EngineQueue {
  return { queue: Number(queue ?? 0), completed: Number(completed ?? 0), tasks: Number(tasks ?? 0) };
}
