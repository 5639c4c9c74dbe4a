import type { Header } from "../../../protocol/envelope.ts";
import { type MsgId, msgId } from "../../../protocol/ids.ts";
import { isJsonObject, type JsonObject } from "../../../protocol/json.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { TaskRecord } from "../../task-db/task-db.ts";
import { type Answer, answerOrRefuse } from "../answer.ts";
import { pythonList, Refusal } from "../refusal.ts";
import { findRecords, type Records, withIds } from "./records.ts";

export interface ResubmitTools {
  readonly records: Records;
  readonly session: Session;
  /** Gives the task scheduler a task in the hub's name: its address, then the message. */
  readonly submit: (frames: Buffer[]) => void;
}

/**
 * Runs requests again, as tasks under new ids (wire protocol §6.9). Each is the recorded one but for its id and date, so
 * that its output goes to the client that made it first; what it asked of the scheduler is not repeated.
 */
export function answerResubmitRequest(ids: readonly string[], tools: ResubmitTools): Promise<Answer> {
  return answerOrRefuse("resubmit_reply", async () => {
    const wanted = [...new Set(ids)];
    const found = await findRecords(tools.records, withIds(wanted), ["header", "content", "buffers"]);
    const requests = found.flatMap((record) => readRequest(record) ?? []);
    const stripped = requests.filter(
      ({ header, buffers }) => header.msg_type === "apply_request" && buffers.length === 0,
    );
    if (stripped.length > 0)
      throw new Refusal(
        "ValueError",
        `What these were called with was too large to be kept: ${pythonList(stripped.map(({ id }) => id))}. Call again.`,
      );
    const missing = wanted.filter((id) => !requests.some((request) => request.id === id));
    if (missing.length > 0) throw new Refusal("KeyError", `No such msg(s): ${pythonList(missing)}`);
    const resubmitted = requests.map((request) => [request.id, resubmit(request, tools)] as const);
    return { content: { status: "ok", resubmitted: Object.fromEntries(resubmitted) } };
  });
}

interface RecordedRequest {
  readonly id: MsgId;
  readonly header: Header;
  readonly content: JsonObject;
  readonly buffers: Frames;
}

/** @returns `undefined` for a record of mere output, whose request nobody saw */
function readRequest({ fields, buffers }: TaskRecord): RecordedRequest | undefined {
  const { msg_id: id, header, content } = fields;
  if (typeof id !== "string" || !isJsonObject(header)) return undefined;
  return { id: msgId(id), header: header as Header, content: isJsonObject(content) ? content : {}, buffers };
}

/** @returns the new id */
function resubmit(
  { id, header, content, buffers }: RecordedRequest,
  { records, session, submit }: ResubmitTools,
): MsgId {
  const { msg_id, date } = session.header(header.msg_type);
  const renewed = { ...header, msg_id, date };
  submit(session.pack({ type: header.msg_type, header: renewed, content, buffers, idents: [Buffer.from(session.id)] }));
  records.record({ kind: "resubmitted", id, as: msgId(msg_id) });
  return msgId(msg_id);
}
