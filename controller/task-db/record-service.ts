import type { Logger } from "../../cli/logger.ts";
import { systemClock, wireDate } from "../../protocol/clock.ts";
import { Deferred } from "../../protocol/deferred.ts";
import type { Dialect } from "../../protocol/envelope.ts";
import type { EngineUuid, MsgId } from "../../protocol/ids.ts";
import type { Frames } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import type { Passing, TrafficEvent } from "../traffic.ts";
import type { Query } from "./query.ts";
import { ChangeBacklog, type Observed } from "./recording/change-backlog.ts";
import { OpenRequests } from "./recording/open-requests.ts";
import { isOutput, readOutput } from "./recording/published-output.ts";
import { WriteHealth } from "./recording/write-health.ts";
import type { RecordChange, RecordedMessage, TaskDb, TaskRecord } from "./task-db.ts";

export interface RecordServiceOptions {
  /** The service disposes it. */
  readonly db: TaskDb;
  /** What the database is called in the log and in the controller's status. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly complaints: Complaints;
  readonly log: Logger;
  /** Milliseconds since 1970, fractions welcome. */
  readonly clock?: () => number;
  /** Most that waits for a slow or failing database. */
  readonly backlog?: { readonly changes: number; readonly bytes: number };
}

/** How long changes are gathered before they are stored, and how many at most. */
const gather = { ms: 20, changes: 256 } as const;
/** A batch: larger ones save nothing and hold up what comes after them. */
const batch = { changes: 2048, bytes: 8 << 20 } as const;
const mostBacklog = { changes: 50_000, bytes: 128 << 20 } as const;
/** How long the end of the controller waits for what is not stored. */
const lastFlushMs = 1000;

/**
 * Records what passes through the schedulers. Tasks never wait for it: what was observed is gathered, stored in
 * batches, one at a time, and kept in a bounded backlog while the database fails; {@link WriteHealth} says when to
 * try again and what the log is told. Whoever asks for records sees all that was observed before.
 */
export class RecordService implements AsyncDisposable {
  readonly #options: RecordServiceOptions;
  readonly #requests = new OpenRequests();
  readonly #backlog: ChangeBacklog;
  readonly #health: WriteHealth;
  readonly #readOutput: (frames: Buffer[]) => void;
  #output: RecordChange | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** Sequence numbers: how many changes came, and how many of these are stored or lost. */
  #came = 0;
  #gone = 0;
  #isDisposed = false;

  constructor(options: RecordServiceOptions) {
    this.#options = options;
    this.#backlog = new ChangeBacklog(options.backlog ?? mostBacklog);
    this.#health = new WriteHealth(options.name, options.log, () => performance.now());
    this.#readOutput = options.complaints.guard("iopub (records)", (frames) => {
      this.#output = readOutput(frames, options.dialect);
    });
  }

  /** Notes an event; takes a few microseconds and never throws. */
  observe(event: TrafficEvent): void {
    switch (event.kind) {
      case "direct-requested":
        this.#requested("mux", event, event.engine);
        break;
      case "task-requested":
        this.#requested("task", event, undefined);
        break;
      case "task-assigned":
        this.record({ kind: "assigned", id: event.id, engine: event.engine });
        break;
      case "task-answered":
        if (!this.isAnswered(event.id)) this.#answered(event);
        break;
      case "direct-answered":
        this.#answered(event);
        break;
      case "published":
        if (isOutput(event.frames)) this.#enqueue({ kind: "unread", frames: event.frames });
        break;
    }
  }

  /** Notes what no scheduler saw. */
  record(change: RecordChange): void {
    this.#requests.handle(change);
    this.#enqueue(change);
  }

  isPending(id: MsgId): boolean {
    return this.#requests.isPending(id);
  }

  isAnswered(id: MsgId): boolean {
    return this.#requests.isAnswered(id);
  }

  async find(query: Query, keys?: readonly string[]): Promise<readonly TaskRecord[]> {
    await this.#flush();
    return this.#options.db.find(query, keys);
  }

  async history(): Promise<readonly MsgId[]> {
    await this.#flush();
    return this.#options.db.history();
  }

  async remove(query: Query): Promise<void> {
    await this.#flush();
    await this.#options.db.remove(query);
  }

  /** How it goes, for the controller's status. */
  get status(): { readonly name: string; readonly backlog: number; readonly isDegraded: boolean } {
    const { name } = this.#options;
    return { name, backlog: this.#backlog.length, isDegraded: this.#health.isFailing || this.#backlog.dropped > 0 };
  }

  /** Stores what is left if that takes no longer than a second. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#health.forgive();
    const patience = new Deferred<void>();
    const timer = setTimeout(patience.resolve, lastFlushMs);
    await Promise.race([this.#flush(), patience.promise]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    const left = this.#came - this.#gone - this.#backlog.dropped;
    if (left > 0)
      this.#options.log.warn(`${this.#options.name} is too slow or fails: ${left} changes of task records are lost`);
    await this.#options.db[Symbol.asyncDispose]();
  }

  #requested(
    queue: "mux" | "task",
    { id, message }: { id: MsgId; message: Passing },
    engine: EngineUuid | undefined,
  ): void {
    this.record({ kind: "requested", id, queue, engine, message: recorded(message) });
  }

  #answered({ id, engine, message }: { id: MsgId; engine: EngineUuid | undefined; message: Passing }): void {
    const received = wireDate((this.#options.clock ?? systemClock)());
    this.record({ kind: "answered", id, engine, received, message: recorded(message) });
  }

  #enqueue(change: Observed): void {
    this.#came++;
    this.#backlog.push(change);
    if (!this.#writing && !this.#health.isFailing) this.#goOn();
  }

  /** Waits for what came until now; not for a database that fails. */
  async #flush(): Promise<void> {
    const target = this.#came;
    while (this.#gone + this.#backlog.dropped < target && !this.#health.isFailing) await this.#start();
  }

  /** Stores the next batch, or joins the one that is being stored. */
  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#writeBatch().finally(() => {
      this.#writing = undefined;
      this.#goOn();
    });
    return this.#writing;
  }

  /** A few changes are left to be gathered. */
  #goOn(): void {
    if (this.#backlog.length === 0 || this.#isDisposed) return;
    if (this.#backlog.length >= gather.changes && !this.#health.isFailing) void this.#start();
    else
      this.#timer ??= setTimeout(() => void this.#start(), this.#health.isFailing ? this.#health.retryMs : gather.ms);
  }

  async #writeBatch(): Promise<void> {
    const taken = this.#backlog.take({ changes: this.#health.batchLength(batch.changes), bytes: batch.bytes });
    try {
      await this.#options.db.write(this.#readAll(taken));
      this.#gone += taken.length;
      this.#health.succeeded(this.#backlog.dropped, this.#backlog.length);
    } catch (error) {
      const isGivenUp = this.#health.failed(error, taken.length);
      if (isGivenUp) this.#gone += taken.length;
      else this.#backlog.putBack(taken);
    }
  }

  #readAll(taken: readonly Observed[]): RecordChange[] {
    const changes: RecordChange[] = [];
    for (const observed of taken) {
      const change = this.#read(observed);
      if (change) changes.push(change);
    }
    return changes;
  }

  #read(change: Observed): RecordChange | undefined {
    if (change.kind !== "unread") return change;
    this.#output = undefined;
    this.#readOutput(change.frames as Buffer[]);
    return this.#output;
  }
}

/** Shared by all messages without buffers. */
const none: Frames = [];

function recorded({ frames, at }: Passing): RecordedMessage {
  const [header, metadata, content] = [frames[at + 2], frames[at + 4], frames[at + 5]];
  if (!header || !metadata || !content) throw new Error("A verified message has all its frames.");
  return { header, metadata, content, buffers: frames.length > at + 6 ? frames.slice(at + 6) : none };
}
