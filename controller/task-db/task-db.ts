import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import type { JsonObject, JsonValue } from "../../protocol/json.ts";
import type { Frames } from "../../transport/channel.ts";
import type { Query } from "./query.ts";

/** Header, metadata and content of a message, decoded only where a database must, and its buffers. */
export interface RecordedMessage {
  readonly header: Buffer;
  readonly metadata: Buffer;
  readonly content: Buffer;
  readonly buffers: Frames;
}

/** Where a record keeps what a request has shown. */
export type PublishedKey = "execute_input" | "execute_result" | "error" | "display_data";

/** What happens to a record (wire protocol §9.2). A change to an unknown id starts its record. */
export type RecordChange =
  | {
      readonly kind: "requested";
      readonly id: MsgId;
      readonly queue: "mux" | "task";
      readonly engine: EngineUuid | undefined;
      readonly message: RecordedMessage;
    }
  | { readonly kind: "assigned"; readonly id: MsgId; readonly engine: EngineUuid }
  | {
      readonly kind: "answered";
      readonly id: MsgId;
      readonly engine: EngineUuid | undefined;
      /** ISO-8601 with microseconds. */
      readonly received: string;
      readonly message: RecordedMessage;
    }
  | { readonly kind: "printed"; readonly id: MsgId; readonly stream: "stdout" | "stderr"; readonly text: string }
  | {
      readonly kind: "published";
      readonly id: MsgId;
      readonly key: PublishedKey;
      readonly value: JsonValue;
    }
  | { readonly kind: "resubmitted"; readonly id: MsgId; readonly as: MsgId };

/** A record as clients get it: keys and values of wire protocol §9.2, times as ISO strings with microseconds. */
export interface TaskRecord {
  readonly fields: JsonObject;
  readonly buffers: Frames;
  readonly result_buffers: Frames;
}

/** Keeps what clients asked and engines answered. `test/contract/task-db.ts` is its specification. */
export interface TaskDb extends AsyncDisposable {
  /** Applies changes in order; resolves when they are stored. @throws when they cannot be, and then none of them is */
  write(changes: readonly RecordChange[]): Promise<void>;
  /**
   * Copies of the records that match, in the order of submission.
   * @param keys only these, and always `msg_id`; `undefined` = all but the buffers
   * @throws {UnknownKey} for a key that records do not have
   */
  find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]>;
  /** Ids of what was submitted, in that order. */
  history(): Promise<readonly MsgId[]>;
  /** Forgets what matches. */
  remove(query: Query): Promise<void>;
}
