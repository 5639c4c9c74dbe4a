import { engineId, msgId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { type Answer, answerOrRefuse } from "../answer.ts";
import type { Registry } from "../engines/registry.ts";
import { pythonString, Refusal } from "../refusal.ts";
import { findRecords, granted, type Records, removeRecords, withIds } from "./records.ts";

/** Lists what was submitted, in that order (wire protocol §6.6). */
export function answerHistoryRequest(records: Records): Promise<Answer> {
  return answerOrRefuse("history_reply", async () => {
    return { content: { status: "ok", history: await granted(() => records.history()) } };
  });
}

export interface DbRequest {
  readonly query: JsonObject;
  /** `null` and none: all but the buffers. */
  readonly keys: null | string | readonly string[];
}

/** Gives the records that match, with their buffers where these are asked for (wire protocol §6.7, §10.3). */
export function answerDbRequest({ query, keys }: DbRequest, records: Records): Promise<Answer> {
  const wanted = typeof keys === "string" ? [keys] : (keys ?? []);
  const [hasBuffers, hasResultBuffers] = [wanted.includes("buffers"), wanted.includes("result_buffers")];
  return answerOrRefuse("db_reply", async () => {
    const found = await findRecords(records, query, wanted.length === 0 ? undefined : wanted);
    return {
      content: {
        status: "ok",
        records: found.map(({ fields }) => fields),
        buffer_lens: hasBuffers ? found.map(({ buffers }) => buffers.length) : null,
        result_buffer_lens: hasResultBuffers ? found.map(({ result_buffers }) => result_buffers.length) : null,
      },
      buffers: found.flatMap(({ buffers, result_buffers }) => [
        ...(hasBuffers ? buffers : []),
        ...(hasResultBuffers ? result_buffers : []),
      ]),
    };
  });
}

export interface PurgeRequest {
  readonly msg_ids: "all" | readonly string[];
  /** Whose completed records go as well. */
  readonly engine_ids: readonly number[];
}

const completed: JsonObject = { completed: { $ne: null } };

/** Drops records; those of pending requests stay (wire protocol §6.8). */
export function answerPurgeRequest(request: PurgeRequest, records: Records, registry: Registry): Promise<Answer> {
  return answerOrRefuse("purge_reply", async () => {
    if (request.msg_ids === "all") await removeRecords(records, completed);
    else await purge(request.msg_ids, request.engine_ids, { records, registry });
    return { content: { status: "ok" } };
  });
}

interface Purged {
  readonly records: Records;
  readonly registry: Registry;
}

async function purge(ids: readonly string[], engines: readonly number[], { records, registry }: Purged): Promise<void> {
  const pending = ids.find((id) => records.isPending(msgId(id)));
  if (pending !== undefined) throw new Refusal("IndexError", `msg pending: ${pythonString(pending)}`);
  if (ids.length > 0) await removeRecords(records, withIds(ids));
  for (const id of engines) {
    const engine = registry.byId(engineId(id));
    if (!engine || !registry.isRegistered(engine.uuid)) throw new Refusal("IndexError", `No such engine: ${id}`);
    await removeRecords(records, { ...completed, engine_uuid: engine.uuid });
  }
}
