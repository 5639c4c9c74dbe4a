import type { JsonObject } from "../../protocol/json.ts";
import type { Frames } from "../../transport/channel.ts";
import { Refusal } from "./refusal.ts";

/** What the hub replies to a request. */
export interface Answer {
  readonly type: string;
  readonly content: JsonObject;
  readonly buffers?: Frames;
}

/**
 * An answer whose message type does not depend on how the request ends, as with requests about records.
 * @param give what it says; a refusal becomes its content
 */
export async function answerOrRefuse(type: string, give: () => Promise<Omit<Answer, "type">>): Promise<Answer> {
  try {
    return { type, ...(await give()) };
  } catch (error) {
    if (error instanceof Refusal) return { type, content: error.content };
    throw error;
  }
}
