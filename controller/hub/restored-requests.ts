import type { Header } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import type { Session } from "../../protocol/session.ts";
import type { Frames } from "../../transport/channel.ts";
import type { TaskRecord } from "../task-db/task-db.ts";
import { findRecords, type Records } from "./records.ts";

/** A task that an earlier controller has not seen end. */
export interface RestoredTask {
  /** As its client sent it, the client's address in front. */
  readonly frames: Frames;
  /** Which has it; absent where no engine had it yet. */
  readonly engine?: EngineUuid | undefined;
}

/** What an earlier controller has left unanswered. */
export interface RestoredRequests {
  /** Direct requests by engine, which may be gone. */
  readonly direct: ReadonlyMap<EngineUuid, readonly MsgId[]>;
  /** In the order of submission. */
  readonly tasks: readonly RestoredTask[];
}

const keys = ["header", "metadata", "content", "buffers", "engine_uuid", "queue"];

/**
 * Finds what pends on record.
 * @param since when the first of the controllers started that took over from one another: what is older was left by
 *   others, and nobody waits for it any more
 * @throws {Refusal} when the database keeps nothing or fails
 */
export async function findRestored(records: Records, session: Session, since: string): Promise<RestoredRequests> {
  const query = { completed: null, queue: { $in: ["mux", "task"] }, submitted: { $gte: since } };
  const found = await findRecords(records, query, keys);
  const direct = new Map<EngineUuid, MsgId[]>();
  const tasks: RestoredTask[] = [];
  for (const record of found) {
    const { msg_id: id, engine_uuid, queue } = record.fields;
    // An answer may have come while the database was asked.
    if (typeof id !== "string" || records.isAnswered(msgId(id))) continue;
    const engine = typeof engine_uuid === "string" && engine_uuid !== "" ? engineUuid(engine_uuid) : undefined;
    if (queue === "task") tasks.push({ frames: readFrames(record, session), engine });
    else if (engine) direct.set(engine, [...(direct.get(engine) ?? []), msgId(id)]);
  }
  return { direct, tasks };
}

/** Clients that keep their address from one connection to the next use their session's id. */
function readFrames({ fields, buffers }: TaskRecord, session: Session): Frames {
  const dict = (key: string): JsonObject => (isJsonObject(fields[key]) ? fields[key] : {});
  const request = dict("header") as Header;
  const idents = [Buffer.from(String(request.session))];
  return session.pack({
    type: request.msg_type,
    header: request,
    metadata: dict("metadata"),
    content: dict("content"),
    buffers,
    idents,
  });
}
