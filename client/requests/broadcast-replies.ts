import { z } from "zod";
import { InvalidMessage } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";

const jsonObject = z.custom<JsonObject>(isJsonObject);

/** One engine's part of a coalesced reply; `buffers` is how many of the message's are its own. */
const part = z.object({
  engine: z.string(),
  date: z.string(),
  metadata: jsonObject,
  content: jsonObject,
  buffers: z.int().min(0),
});
const coalesced = z.looseObject({ replies: z.array(part) });

/** The id under which an engine gets a broadcast, and answers it (wire protocol §14.1). */
export const copyId = (original: string, engine: EngineUuid): MsgId => msgId(`${original}_${engine}`);

/**
 * What each engine answered to a broadcast: the reply itself, or the parts of one that was coalesced.
 * @throws {InvalidMessage} when it does not have the buffers that its parts should have
 */
export function repliesIn(reply: Message): readonly Message[] {
  const { header, parent, metadata, buffers } = reply;
  const parts = coalesced.safeParse(reply.content).data?.replies;
  if (!parts || !parent || metadata["is_coalescing"] !== true) return [reply];
  const ends = parts.map((_, index) => parts.slice(0, index + 1).reduce((sum, each) => sum + each.buffers, 0));
  if (ends.at(-1) !== buffers.length)
    throw new InvalidMessage(`a coalesced reply has ${buffers.length} buffers, its parts ${ends.at(-1)}`);
  return parts.map(({ engine, date, ...own }, index) => ({
    ...reply,
    header: { ...header, date },
    parent: { ...parent, msg_id: copyId(String(metadata["original_msg_id"]), engineUuid(engine)) },
    metadata: own.metadata,
    content: own.content,
    buffers: buffers.slice(ends[index - 1] ?? 0, ends[index]),
  }));
}
