import { type Dialect, parseDict, parseHeader, parseParent, verifyFrames } from "../../../protocol/envelope.ts";
import { msgId } from "../../../protocol/ids.ts";
import type { JsonValue } from "../../../protocol/json.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { RecordChange } from "../task-db.ts";

/** Ends of the topics of what is recorded (wire protocol §15): most messages are `engine.<id>.status`. */
const recorded = new Set(["stdout", "stderr", "execute_input", "execute_result", "displaypub", "error"]);
const longest = 16;

/** Whether a message may be one that is recorded, by its topic alone. */
export function isOutput([topic]: Frames): boolean {
  if (!topic) return false;
  const end = topic.toString("latin1", Math.max(0, topic.length - longest));
  return recorded.has(end.slice(end.lastIndexOf(".") + 1));
}

/**
 * What an engine's message adds to the record of the request that it belongs to (wire protocol §9.2).
 * @returns `undefined` for what is not recorded
 * @throws {InvalidMessage} when it is badly signed or damaged
 */
export function readOutput(frames: Frames, { signer, packer }: Dialect): RecordChange | undefined {
  const at = verifyFrames(frames, signer);
  const [header, parentFrame, , contentFrame] = frames.slice(at + 2) as [Buffer, Buffer, Buffer, Buffer];
  const parent = parseParent(parentFrame, packer);
  if (!parent) return undefined;
  const id = msgId(parent.msg_id);
  const content = parseDict(contentFrame, "content", packer);
  const type = parseHeader(header, packer).msg_type;
  switch (type) {
    case "stream":
      return {
        kind: "printed",
        id,
        stream: content["name"] === "stderr" ? "stderr" : "stdout",
        text: text(content["text"]),
      };
    case "execute_input":
      return { kind: "published", id, key: type, value: text(content["code"]) };
    case "execute_result":
    case "error":
    case "display_data":
      return { kind: "published", id, key: type, value: content };
    default:
      return undefined;
  }
}

const text = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");
