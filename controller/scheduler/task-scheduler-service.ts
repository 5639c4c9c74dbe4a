import {
  type Header,
  InvalidMessage,
  parseDict,
  parseHeader,
  parseParent,
  verifyFrames,
} from "../../protocol/envelope.ts";
import type { Failure } from "../../protocol/failure.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Session } from "../../protocol/session.ts";
import type { Channel, Frames } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import type { TrafficObserver } from "../traffic.ts";
import { forgedReply } from "./forged-reply.ts";
import { frameAt } from "./frame-at.ts";
import type { SchedulerEffect, SchedulerEvent } from "./scheduler-events.ts";
import type { Outcome } from "./task.ts";
import { readOutcome, readTask } from "./task-metadata.ts";
import type { TaskScheduler } from "./task-scheduler.ts";

export interface TaskSchedulerServiceOptions {
  readonly scheduler: TaskScheduler;
  readonly clients: Channel;
  readonly engines: Channel;
  readonly session: Session;
  /** How long a lost engine's replies may still come. */
  readonly lateRepliesMs: number;
  readonly traffic: TrafficObserver;
  readonly complaints: Complaints;
}

/** A task that has not ended, as it came: it may have to be sent again. */
interface Held {
  readonly header: Header;
  /** The client's address, then the message. */
  readonly frames: Frames;
  timeout?: NodeJS.Timeout;
}

/** What an engine has just sent. */
interface Answer {
  readonly engine: EngineUuid;
  readonly outcome: Outcome;
  readonly message: { readonly frames: Buffer[]; readonly at: number };
}

/**
 * Turns messages into events of the task scheduler and carries out its effects (wire protocol §5, §11):
 *
 *     from a client   client "<IDS|MSG>" …          to an engine   engine client "<IDS|MSG>" …
 *     from an engine  engine client "<IDS|MSG>" …   to the client  client engine "<IDS|MSG>" …
 *
 * Of a task header and metadata are read, of a reply parent header and metadata; content and buffers never.
 * A task that waits or runs is kept whole; what bounds that memory is how many tasks clients submit.
 */
export class TaskSchedulerService implements AsyncDisposable {
  readonly #options: TaskSchedulerServiceOptions;
  readonly #held = new Map<MsgId, Held>();
  readonly #addresses = new Map<EngineUuid, Buffer>();
  readonly #funerals = new Set<NodeJS.Timeout>();

  constructor(options: TaskSchedulerServiceOptions) {
    this.#options = options;
    const { clients, engines, complaints } = options;
    clients.listen(complaints.guard("task (clients)", (frames) => this.#submit(frames)));
    engines.listen(complaints.guard("task (engines)", (frames) => this.#answer(frames)));
  }

  engineJoined({ uuid }: { readonly uuid: EngineUuid }): void {
    this.#addresses.set(uuid, Buffer.from(uuid));
    this.#handle({ kind: "engine-joined", engine: uuid });
  }

  engineLost({ uuid }: { readonly uuid: EngineUuid }): void {
    this.#addresses.delete(uuid);
    this.#handle({ kind: "engine-lost", engine: uuid });
  }

  /** Takes a task as if it had come from a client. @throws {InvalidMessage} */
  submit(frames: Buffer[]): void {
    this.#submit(frames);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { timeout } of this.#held.values()) clearTimeout(timeout);
    for (const funeral of this.#funerals) clearTimeout(funeral);
  }

  #submit(frames: Buffer[]): void {
    const { session, scheduler } = this.#options;
    const at = verifyFrames(frames, session.signer);
    if (at !== 1) throw new InvalidMessage(`${at} addresses before a task, exactly one expected`);
    const header = parseHeader(frameAt(frames, at + 2), session.packer);
    const id = msgId(header.msg_id);
    if (scheduler.knows(id)) throw new InvalidMessage(`task ${id} was submitted before (replayed message)`);
    const task = readTask(id, parseDict(frameAt(frames, at + 4), "metadata", session.packer));
    this.#held.set(id, { header, frames });
    this.#options.traffic({ kind: "task-requested", id, message: { frames, at } });
    this.#handle({ kind: "task-submitted", task });
  }

  #answer(frames: Buffer[]): void {
    const { session } = this.#options;
    const at = verifyFrames(frames, session.signer);
    const parent = parseParent(frameAt(frames, at + 3), session.packer);
    if (!parent || at !== 2) throw new InvalidMessage("a reply to no task");
    const [task, engine] = [msgId(parent.msg_id), engineUuid(frameAt(frames, 0).toString())];
    const outcome = readOutcome(parseDict(frameAt(frames, at + 4), "metadata", session.packer));
    this.#handle({ kind: "task-answered", task, engine, outcome }, { engine, outcome, message: { frames, at } });
  }

  /** @param answer what an engine has just sent */
  #handle(event: SchedulerEvent, answer?: Answer): void {
    for (const effect of this.#options.scheduler.handle(event)) this.#perform(effect, answer);
  }

  #perform(effect: SchedulerEffect, answer: Answer | undefined): void {
    if (effect.kind === "await-late-replies") {
      this.#awaitLateReplies(effect.engine);
      return;
    }
    const held = this.#held.get(effect.task);
    if (!held) throw new Error(`Task ${effect.task} is scheduled, but its message is gone.`);
    clearTimeout(held.timeout);
    switch (effect.kind) {
      case "dispatch":
        this.#options.engines.send([this.#addresses.get(effect.engine) ?? Buffer.from(effect.engine), ...held.frames]);
        this.#options.traffic({ kind: "task-assigned", id: effect.task, engine: effect.engine });
        break;
      case "deliver":
        if (answer) this.#deliver(effect.task, held, answer);
        this.#held.delete(effect.task);
        break;
      case "fail":
        this.#fail(effect.task, held, effect.failure);
        this.#held.delete(effect.task);
        break;
      case "start-timeout":
        held.timeout = setTimeout(
          () => this.#handle({ kind: "wait-expired", task: effect.task }),
          Math.min(effect.timeoutMs, longestTimeoutMs),
        );
        break;
    }
  }

  #deliver(id: MsgId, { frames: [client] }: Held, { engine, outcome, message }: Answer): void {
    const { frames } = message;
    const [address] = frames;
    if (!client || !address) return;
    frames[0] = client;
    frames[1] = address;
    this.#options.clients.send(frames);
    this.#options.traffic({ kind: "task-answered", id, engine, outcome, message });
  }

  /** Only a dead engine's forged reply bears an engine's address. */
  #fail(id: MsgId, { header: request, frames: [client] }: Held, failure: Failure): void {
    const engine = failure.code === "engine-died" ? failure.engine : undefined;
    const idents = [client, engine && Buffer.from(engine)].filter((ident) => ident !== undefined);
    const { clients, session, traffic } = this.#options;
    const frames = session.pack(forgedReply("apply_reply", { request, failure, idents }));
    clients.send(frames);
    traffic({ kind: "task-answered", id, engine, outcome: "error", message: { frames, at: idents.length } });
  }

  #awaitLateReplies(engine: EngineUuid): void {
    const funeral = setTimeout(() => {
      this.#funerals.delete(funeral);
      this.#handle({ kind: "engine-abandoned", engine });
    }, this.#options.lateRepliesMs);
    this.#funerals.add(funeral);
  }
}

/** Node fires a longer timer at once. */
const longestTimeoutMs = 2 ** 31 - 1;
