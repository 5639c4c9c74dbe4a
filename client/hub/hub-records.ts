import type { z } from "zod";
import { InvalidMessage } from "../../protocol/envelope.ts";
import { isJsonObject, type JsonObject } from "../../protocol/json.ts";
import {
  dbReply,
  firstIssue,
  historyReply,
  okReply,
  resubmitReply,
  resultRecord,
  resultReply,
} from "../../protocol/messages/hub.ts";
import type { Message } from "../../protocol/session.ts";
import type { TaskQuery } from "./task-query.ts";
import { wireQuery } from "./task-query.ts";
import { readRows, type TaskKey, type TaskRow, wireKey } from "./task-row.ts";

/** How requests stand, as the hub knows them. */
export interface ResultStatus {
  /** Waiting or running. */
  readonly pending: readonly string[];
  /** Ended, well or not. */
  readonly completed: readonly string[];
}

/** A request that has ended, as the hub recorded it. */
export type ResultRecord = z.infer<typeof resultRecord> & { readonly buffers: readonly Buffer[] };

/** Asks the hub; rejects with a `RemoteError` when it refuses. */
export type AskHub = (type: string, content: JsonObject, signal?: AbortSignal) => Promise<Message>;

/** What the controller has on record, of all clients: as questions and answers (wire protocol §6.5–6.9). */
export class HubRecords {
  readonly #ask: AskHub;

  constructor(ask: AskHub) {
    this.#ask = ask;
  }

  /** Ids of all that was submitted, oldest first. */
  async history(): Promise<readonly string[]> {
    const { content } = await this.#ask("history_request", {});
    return read(historyReply, content).history;
  }

  /** @param keys without them, all but the buffers */
  async query(query: TaskQuery, keys?: readonly TaskKey[], signal?: AbortSignal): Promise<Partial<TaskRow>[]> {
    const wire = { query: wireQuery(query), keys: keys ? keys.map(wireKey) : null };
    const { content, buffers } = await this.#ask("db_request", wire, signal);
    return readRows(read(dbReply, content), buffers);
  }

  /** @throws {RemoteError} (`KeyError`) when one of them is not on record */
  async status(ids: readonly string[], signal?: AbortSignal): Promise<ResultStatus> {
    const { content } = await this.#ask("result_request", { msg_ids: ids, status_only: true }, signal);
    const { pending, completed } = read(resultReply, content);
    return { pending, completed };
  }

  /**
   * The result of one request; `undefined` while it is pending. One at a time: of several the answer does not say which
   * buffers are whose.
   * @throws {RemoteError} (`KeyError`) when it is not on record
   */
  async result(id: string, signal?: AbortSignal): Promise<ResultRecord | undefined> {
    const { content, buffers } = await this.#ask("result_request", { msg_ids: [id], status_only: false }, signal);
    const { completed } = read(resultReply, content);
    if (!completed.includes(id)) return undefined;
    const record = content[id];
    // A controller that took over may know of a result alone.
    const request = isJsonObject(record) && record["header"] === null ? { header: { msg_id: id }, metadata: {} } : {};
    return { ...read(resultRecord, isJsonObject(record) ? { ...record, ...request } : record), buffers };
  }

  async purge(ids: "all" | readonly string[], engines: readonly number[]): Promise<void> {
    const { content } = await this.#ask("purge_request", { msg_ids: ids, engine_ids: engines });
    read(okReply, content);
  }

  /** @returns the new ids, in the order of the old ones */
  async resubmit(ids: readonly string[]): Promise<readonly string[]> {
    const { content } = await this.#ask("resubmit_request", { msg_ids: ids });
    const { resubmitted } = read(resubmitReply, content);
    return ids.flatMap((id) => resubmitted[id] ?? []);
  }
}

/** @throws {InvalidMessage} naming the first field at fault */
export function read<Schema extends z.ZodType>(schema: Schema, content: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(content);
  if (!parsed.success) throw new InvalidMessage(firstIssue(parsed.error));
  return parsed.data;
}
