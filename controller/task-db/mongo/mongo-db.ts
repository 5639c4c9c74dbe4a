import { type AnyBulkWriteOperation, type Collection, type Document, MongoClient, ObjectId } from "mongodb";
import { type MsgId, msgId } from "../../../protocol/ids.ts";
import type { JsonValue } from "../../../protocol/json.ts";
import type { Packer } from "../../../protocol/packer.ts";
import { matches } from "../matches.ts";
import { keysOf, type Query } from "../query.ts";
import { selectKeys } from "../records/record-fields.ts";
import { isFieldKey, type RecordKey } from "../records/record-keys.ts";
import { patchesOf, type RecordPatch } from "../records/record-patch.ts";
import { appendOutput } from "../records/record-state.ts";
import type { RecordChange, TaskDb, TaskRecord } from "../task-db.ts";
import { MongoBuffers, type StoredFrames } from "./mongo-buffers.ts";
import { documentFields, readDocument } from "./mongo-document.ts";
import { mongoFilter } from "./mongo-filter.ts";
import { withoutPassword } from "./without-password.ts";

export interface MongoDbOptions {
  readonly url: string;
  readonly database: string;
  readonly packer: Packer;
}

const collectionName = "task_records";
/** How long the start and every write wait for a server that does not answer, unless the URL says it. */
const patience = { serverSelectionTimeoutMS: 5000, connectTimeoutMS: 5000, socketTimeoutMS: 30_000 } as const;
const order = { submitted: 1, _id: 1 } as const;

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Records in a MongoDB collection, one document each: dicts as documents, times as ISO text, for MongoDB's own dates end
 * at milliseconds. Nothing is removed by itself: a server has means of its own for that.
 */
export class MongoDb implements TaskDb {
  readonly #client: MongoClient;
  readonly #records: Collection;
  readonly #buffers: MongoBuffers;
  readonly #packer: Packer;

  private constructor(client: MongoClient, { database, packer }: MongoDbOptions) {
    const db = client.db(database);
    this.#client = client;
    this.#records = db.collection(collectionName);
    this.#buffers = new MongoBuffers(db);
    this.#packer = packer;
  }

  /** @throws when the server cannot be reached or refuses; the message names it and the next step */
  static async open(options: MongoDbOptions): Promise<MongoDb> {
    let client: MongoClient | undefined;
    try {
      client = await new MongoClient(options.url, { ...patienceBeside(options.url), appName: "tsparallel" }).connect();
      const db = new MongoDb(client, options);
      await db.#records.createIndex({ msg_id: 1 }, { unique: true });
      await db.#records.createIndex(order);
      return db;
    } catch (cause) {
      await client?.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(
        `Cannot use the task database ${withoutPassword(options.url)}: ${reason}. Start the server, name another with --mongo-url, or use --dictdb.`,
        { cause },
      );
    }
  }

  async write(changes: readonly RecordChange[]): Promise<void> {
    const patches = patchesOf(changes, { packer: this.#packer, mostBufferBytes: Number.POSITIVE_INFINITY });
    const before = await this.#outputOf(patches.filter(hasOutput));
    const operations: AnyBulkWriteOperation[] = [];
    for (const patch of patches) operations.push(await this.#upsert(patch, before.get(patch.id)));
    if (operations.length > 0) await this.#records.bulkWrite(operations);
  }

  async find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]> {
    const { fields, withBuffers, withResultBuffers } = selectKeys(keys);
    const { filter, isExact } = mongoFilter(query);
    const asked: readonly RecordKey[] = [
      ...fields,
      ...(withBuffers ? (["buffers"] as const) : []),
      ...(withResultBuffers ? (["result_buffers"] as const) : []),
      ...(isExact ? [] : keysOf(query)),
    ];
    const found: TaskRecord[] = [];
    for (const document of await this.#documents(filter, ["submitted", ...asked])) {
      if (!isExact && !matches((key) => fieldOf(document, key), query)) continue;
      found.push({
        fields: Object.fromEntries(fields.map((key) => [key, readDocument(document, key)])),
        buffers: withBuffers ? await this.#buffers.load(document["buffers"] as StoredFrames) : [],
        result_buffers: withResultBuffers ? await this.#buffers.load(document["result_buffers"] as StoredFrames) : [],
      });
    }
    return found;
  }

  async history(): Promise<readonly MsgId[]> {
    const documents = await this.#documents({ submitted: { $ne: null } }, ["msg_id", "submitted"]);
    return documents.map((document) => msgId(String(document["msg_id"])));
  }

  async remove(query: Query): Promise<void> {
    const { filter, isExact } = mongoFilter(query);
    const asked = ["buffers", "result_buffers", "msg_id", ...(isExact ? [] : keysOf(query))];
    const documents = await this.#documents(filter, asked);
    const meant = documents.filter((document) => isExact || matches((key) => fieldOf(document, key), query));
    await this.#records.deleteMany({ msg_id: { $in: meant.map((document) => String(document["msg_id"])) } });
    for (const document of meant) {
      await this.#buffers.remove(document["buffers"] as StoredFrames);
      await this.#buffers.remove(document["result_buffers"] as StoredFrames);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  /** In the order of submission; MongoDB puts what was not submitted first, records have it last. */
  async #documents(filter: Document, keys: readonly string[]): Promise<Document[]> {
    const projection = Object.fromEntries(keys.map((key) => [key, 1]));
    const options = { projection, sort: order, promoteBuffers: true };
    const documents = await this.#records.find(filter, options).toArray();
    const isSubmitted = (document: Document) => document["submitted"] !== undefined;
    return [...documents.filter(isSubmitted), ...documents.filter((document) => !isSubmitted(document))];
  }

  /** What records have printed, to append to: only the latest MongoDB could append by itself and keep a bound. */
  async #outputOf(patches: readonly RecordPatch[]): Promise<ReadonlyMap<string, Output>> {
    if (patches.length === 0) return new Map();
    const ids = patches.map(({ id }) => id);
    const documents = await this.#documents({ msg_id: { $in: ids } }, ["msg_id", "stdout", "stderr"]);
    return new Map(documents.map((document) => [String(document["msg_id"]), document as unknown as Output]));
  }

  async #upsert(patch: RecordPatch, before: Output | undefined): Promise<AnyBulkWriteOperation> {
    const set: Document = documentFields(patch);
    // Made here: a server may make ids that are not in the order of arrival.
    const created: Document = { _id: new ObjectId() };
    for (const stream of ["stdout", "stderr"] as const) {
      if (patch.fields.has(stream))
        set[stream] = appendOutput(before?.[stream] ?? "", String(patch.fields.get(stream)));
      else created[stream] = "";
    }
    for (const key of ["buffers", "result_buffers"] as const) {
      const frames = patch[key];
      if (frames) set[key] = await this.#buffers.store(frames, `${patch.id} ${key}`);
    }
    return { updateOne: { filter: { msg_id: patch.id }, update: { $set: set, $setOnInsert: created }, upsert: true } };
  }
}

const hasOutput = ({ fields }: RecordPatch): boolean => fields.has("stdout") || fields.has("stderr");

function fieldOf(document: Document, key: RecordKey): JsonValue {
  if (isFieldKey(key)) return readDocument(document, key);
  return document[key] === undefined ? null : [];
}

const patienceBeside = (url: string): Partial<typeof patience> =>
  Object.fromEntries(Object.entries(patience).filter(([name]) => !url.includes(name)));
