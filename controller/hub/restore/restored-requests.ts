import { type Header, InvalidMessage } from "../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../protocol/ids.ts";
import { isJsonObject, type JsonObject } from "../../../protocol/json.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { TaskEnding } from "../../scheduler/tasks/scheduler-events.ts";
import { readTask } from "../../scheduler/tasks/task-metadata.ts";
import type { EarlierTask } from "../../scheduler/tasks/task-scheduler-service.ts";
import type { TaskRecord } from "../../task-db/task-db.ts";
import { findRecords, type Records, withIds } from "../requests/records.ts";

/** What an earlier controller has left unanswered. */
export interface RestoredRequests {
  /** Direct requests by engine, which may be gone. */
  readonly direct: ReadonlyMap<EngineUuid, readonly MsgId[]>;
  /** In the order of submission. */
  readonly tasks: readonly EarlierTask[];
  /** Of tasks that these wait for. */
  readonly endings: readonly TaskEnding[];
}

const requestKeys = ["header", "metadata", "content", "buffers", "engine_uuid", "queue"];
const endingKeys = ["engine_uuid", "result_content"];

/**
 * Finds what pends on record.
 * @param since when the first of the controllers started that took over from one another: what is older was left by
 *   others, and nobody waits for it any more
 * @throws {Refusal} when the database keeps nothing or fails
 */
export async function findRestored(records: Records, session: Session, since: string): Promise<RestoredRequests> {
  const query = { completed: null, queue: { $in: ["mux", "task"] }, submitted: { $gte: since } };
  const found = await findRecords(records, query, requestKeys);
  const endings = await findEndings(records, [...new Set(found.flatMap(dependenciesOf))]);
  const direct = new Map<EngineUuid, MsgId[]>();
  const tasks: EarlierTask[] = [];
  for (const record of found) {
    const [id, engine] = [idOf(record), engineOf(record)];
    // An answer may have come while the database was asked.
    if (records.isAnswered(id)) continue;
    if (record.fields["queue"] === "task") tasks.push({ frames: readFrames(record, session), engine });
    else if (engine) direct.set(engine, [...(direct.get(engine) ?? []), id]);
  }
  return { direct, tasks, endings };
}

async function findEndings(records: Records, ids: readonly MsgId[]): Promise<TaskEnding[]> {
  if (ids.length === 0) return [];
  const found = await findRecords(records, { ...withIds(ids), completed: { $ne: null }, queue: "task" }, endingKeys);
  return found.map((record) => {
    const content = record.fields["result_content"];
    const isOk = isJsonObject(content) && content["status"] === "ok";
    return { task: idOf(record), isOk, engine: engineOf(record) };
  });
}

/** Tasks that one of the records waits for. */
function dependenciesOf(record: TaskRecord): readonly MsgId[] {
  const { metadata, queue } = record.fields;
  if (queue !== "task" || !isJsonObject(metadata)) return [];
  try {
    const { after, follow } = readTask(idOf(record), metadata);
    return [...(after?.ids ?? []), ...(follow?.ids ?? [])];
  } catch (error) {
    // Of a database that others write to as well; the scheduler will refuse it.
    if (error instanceof InvalidMessage) return [];
    throw error;
  }
}

const idOf = ({ fields }: TaskRecord): MsgId => msgId(String(fields["msg_id"]));

function engineOf({ fields: { engine_uuid: uuid } }: TaskRecord): EngineUuid | undefined {
  return typeof uuid === "string" && uuid !== "" ? engineUuid(uuid) : undefined;
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
