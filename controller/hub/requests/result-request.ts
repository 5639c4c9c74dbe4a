import { msgId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import type { TaskRecord } from "../../task-db/task-db.ts";
import { type Answer, orRefusal } from "../answer.ts";
import { Refusal } from "../refusal.ts";
import { findRecords, type Records, withIds } from "./records.ts";

export interface ResultRequest {
  readonly msg_ids: readonly string[];
  /** Without the results themselves. */
  readonly status_only: boolean;
}

const ioKeys = ["execute_input", "execute_result", "error", "stdout", "stderr"] as const;
const resultKeys = [
  ...["header", "metadata", "received", "completed"],
  ...["result_header", "result_metadata", "result_content", "result_buffers"],
  ...ioKeys,
];

/** How a request stands, as far as this controller has seen it itself; *unknown* may be on record. */
type Standing = "pending" | "answered" | "unknown";

/** Requests by how they stand, in ascending order of the ids: in this order clients take the buffers off. */
interface Sorted {
  readonly pending: readonly string[];
  readonly completed: readonly string[];
  /** Records of completed ones, unless only the status was asked for. */
  readonly found: ReadonlyMap<string, TaskRecord>;
}

/**
 * Tells how requests stand, and gives the results of those that are completed (wire protocol §6.5).
 * @throws {Refusal} for a completed one whose record was purged or had to make room
 */
export async function answerResultRequest(request: ResultRequest, records: Records): Promise<Answer> {
  const type = "result_reply";
  const sorted = await orRefusal(() => sort(request, records));
  if (sorted instanceof Refusal) return { type, content: sorted.content };
  const { pending, completed, found } = sorted;
  const content = { status: "ok", pending, completed };
  if (request.status_only) return { type, content };
  const results = completed.map((id) => [id, found.get(id)] as const);
  return {
    type,
    content: { ...content, ...Object.fromEntries(results.map(readResult)) },
    buffers: results.flatMap(([, record]) => record?.result_buffers ?? []),
  };
}

/** @throws {Refusal} for a request that nobody knows, and when the database refuses or fails */
async function sort(request: ResultRequest, records: Records): Promise<Sorted> {
  const ids = [...new Set(request.msg_ids)].sort();
  const standings = new Map(ids.map((id) => [id, standingOf(id, records)]));
  const found = await findSettled(request, standings, records);
  const [pending, completed]: [string[], string[]] = [[], []];
  for (const id of ids) (isCompleted(id, standings.get(id), found) ? completed : pending).push(id);
  return { pending, completed, found };
}

function standingOf(id: string, records: Records): Standing {
  if (records.isPending(msgId(id))) return "pending";
  return records.isAnswered(msgId(id)) ? "answered" : "unknown";
}

/** Records of what does not pend. A status needs none of what this controller saw, so that it is told without a database. */
async function findSettled(
  { status_only }: ResultRequest,
  standings: ReadonlyMap<string, Standing>,
  records: Records,
): Promise<ReadonlyMap<string, TaskRecord>> {
  const isAsked = (standing: Standing) => standing === "unknown" || (standing === "answered" && !status_only);
  const ids = [...standings].filter(([, standing]) => isAsked(standing)).map(([id]) => id);
  if (status_only && ids.length === 0) return new Map();
  const found = await findRecords(records, withIds(ids), status_only ? ["completed"] : resultKeys);
  return new Map(found.map((record) => [String(record.fields["msg_id"]), record]));
}

/** @throws {Refusal} for a request that nobody knows */
function isCompleted(id: string, standing: Standing | undefined, found: ReadonlyMap<string, TaskRecord>): boolean {
  if (standing === "pending") return false;
  if (standing === "answered") return true;
  const record = found.get(id);
  if (!record) throw new Refusal("KeyError", `No such message: ${id}`);
  return record.fields["completed"] !== null;
}

/** @throws {Refusal} for a record that was purged or had to make room */
function readResult([id, record]: readonly [string, TaskRecord | undefined]): readonly [string, JsonObject] {
  if (!record) throw new Refusal("KeyError", `No such message: ${id} (its record was purged, or culled for size)`);
  const { header, metadata, received, result_header, result_metadata, result_content } = record.fields;
  const io = Object.fromEntries(ioKeys.map((key) => [key, record.fields[key] ?? null]));
  // Python clients look into the metadata of results without asking whether there are any.
  return [
    id,
    { header, metadata, result_header, result_metadata: result_metadata ?? {}, result_content, received, io },
  ];
}
