import type { JsonObject } from "../../protocol/json.ts";
import type { Frames } from "../../transport/channel.ts";
import { Refusal } from "./refusal.ts";

/** What the hub replies to a request. */
export interface Answer {
  readonly type: string;
  readonly content: JsonObject;
  readonly buffers?: Frames;
}

/** @returns what `work` gives, or the refusal that it ends in */
export async function orRefusal<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * An answer whose message type does not depend on how the request ends, as with requests about records.
 * @param give what it says; a refusal becomes its content
 */
export async function answerOrRefuse(type: string, give: () => Promise<Omit<Answer, "type">>): Promise<Answer> {
  const given = await orRefusal(give);
  return given instanceof Refusal ? { type, content: given.content } : { type, ...given };
}
