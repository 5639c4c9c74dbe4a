import { isJsonObject, type JsonObject, type JsonValue } from "../protocol/json.ts";

/** What one engine has to do: how much, or the message ids of it. */
export interface EngineQueue<Amount = number> {
  /** Direct requests without a reply. */
  readonly queue: Amount;
  /** Requests and tasks done; of ids the latest 1,000. */
  readonly completed: Amount;
  /** Tasks that the scheduler gave it and that are not done. */
  readonly tasks: Amount;
}

/** What engines have to do, as the hub counts or lists it. */
export interface QueueStatus<Amount = number> {
  /** By engine id. */
  readonly engines: Readonly<Record<number, EngineQueue<Amount>>>;
  /** Tasks that no engine has got yet. */
  readonly unassigned: Amount;
}

/**
 * Reads a `queue_reply` (wire protocol §6.4), where engines stand beside the other keys.
 * @param amount reads what is a count, or a list of ids
 */
export function readQueueStatus<Amount>(
  content: JsonObject,
  amount: (value: JsonValue | undefined) => Amount,
): QueueStatus<Amount> {
  const readQueue = ({ queue, completed, tasks }: JsonObject): EngineQueue<Amount> => {
    return { queue: amount(queue), completed: amount(completed), tasks: amount(tasks) };
  };
  const engines = Object.entries(content).flatMap(([id, queue]) =>
    /^\d+$/.test(id) && isJsonObject(queue) ? [[id, readQueue(queue)] as const] : [],
  );
  return { engines: Object.fromEntries(engines), unassigned: amount(content["unassigned"]) };
}

export const count = (value: JsonValue | undefined): number => Number(value ?? 0);
export const idList = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

/** Reads a `load_reply` (wire protocol §6.10). */
export function readLoad(content: JsonObject): Readonly<Record<number, number>> {
  const loads = Object.entries(content).flatMap(([id, load]) => (/^\d+$/.test(id) ? [[id, count(load)] as const] : []));
  return Object.fromEntries(loads);
}
