import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Binary, type Db, GridFSBucket, ObjectId } from "mongodb";
import type { Frames } from "../../../transport/channel.ts";
import { splitFrames } from "../../../transport/joined-frames.ts";

/** Frames as a document holds them: themselves, or the file that they lie in end to end. */
export type StoredFrames = readonly Buffer[] | { readonly file: ObjectId; readonly lengths: readonly number[] };

/** A document holds 16 MB, a request and its answer. */
const mostInline = 1 << 20;

/** Keeps the frames of records: few bytes in their documents, many in GridFS. */
export class MongoBuffers {
  readonly #files: GridFSBucket;

  constructor(db: Db) {
    this.#files = new GridFSBucket(db, { bucketName: "task_buffers" });
  }

  /** @returns what the document is to hold */
  async store(frames: Frames, name: string): Promise<unknown> {
    const lengths = frames.map((frame) => frame.length);
    if (lengths.reduce((sum, length) => sum + length, 0) <= mostInline) return frames.map((frame) => new Binary(frame));
    const file = new ObjectId();
    await pipeline(Readable.from(frames, { objectMode: true }), this.#files.openUploadStreamWithId(file, name));
    return { file, lengths };
  }

  async load(stored: StoredFrames | undefined): Promise<Frames> {
    if (!stored || !("file" in stored)) return stored ?? [];
    const chunks: Buffer[] = [];
    for await (const chunk of this.#files.openDownloadStream(stored.file)) chunks.push(chunk as Buffer);
    return splitFrames({ bytes: Buffer.concat(chunks), lengths: stored.lengths });
  }

  async remove(stored: StoredFrames | undefined): Promise<void> {
    if (stored && "file" in stored) await this.#files.delete(stored.file);
  }
}
