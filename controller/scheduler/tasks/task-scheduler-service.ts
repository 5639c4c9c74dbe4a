import {
  type Header,
  InvalidMessage,
  parseDict,
  parseHeader,
  parseParent,
  verifyFrames,
} from "../../../protocol/envelope.ts";
import type { Failure } from "../../../protocol/failure.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../protocol/ids.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Channel, Frames } from "../../../transport/channel.ts";
import { compactFrames } from "../../../transport/joined-frames.ts";
import { isLinkNotice } from "../../../transport/link-notice.ts";
import type { Complaints } from "../../complaints.ts";
import type { TrafficObserver } from "../../traffic.ts";
import { abortedReply, type Forged, forgedReply } from "../forged-reply.ts";
import { frameAt } from "../frame-at.ts";
import { HeldTasks } from "./held-tasks.ts";
import { withReason } from "./last-refusal.ts";
import type { RestoredTask, SchedulerEffect, SchedulerEvent, TaskEnding } from "./scheduler-events.ts";
import type { Outcome, Task } from "./task.ts";
import { readOutcome, readTask } from "./task-metadata.ts";
import type { TaskScheduler } from "./task-scheduler.ts";

export interface TaskSchedulerServiceOptions {
  readonly scheduler: TaskScheduler;
  readonly clients: Channel;
  readonly engines: Channel;
  readonly session: Session;
  /** How long a lost engine's replies may still come. */
  readonly lateRepliesMs: number;
  /** The scheme `pure`: clients do not learn from a reply's address which engine it is from (wire protocol §5). */
  readonly isPure: boolean;
  /** An earlier controller may have sent tasks of which nothing is known here. */
  readonly isRestored: boolean;
  readonly traffic: TrafficObserver;
  readonly complaints: Complaints;
}

/** A task that an earlier controller has not seen end. */
export interface EarlierTask {
  /** As its client sent it, the client's address in front. */
  readonly frames: Frames;
  /** Which has it; absent where no engine had it yet. */
  readonly engine?: EngineUuid | undefined;
}

/** What an engine has just sent. */
interface Answer {
  readonly task: MsgId;
  readonly engine: EngineUuid;
  readonly outcome: Outcome;
  readonly frames: Buffer[];
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
  readonly #held: HeldTasks;
  readonly #addresses = new Map<EngineUuid, Buffer>();
  /** Tasks that an earlier controller has given to engines. */
  readonly #inherited = new Set<MsgId>();
  /** Of lost engines: the end of the time for late replies. */
  readonly #funerals = new Map<EngineUuid, NodeJS.Timeout>();

  constructor(options: TaskSchedulerServiceOptions) {
    this.#options = options;
    this.#held = new HeldTasks((task) => this.#handle({ kind: "wait-expired", task }));
    const { clients, engines, complaints } = options;
    clients.listen(complaints.guard("task (clients)", (frames) => this.submit(frames)));
    engines.listen(
      complaints.guard("task (engines)", (frames) => {
        if (isLinkNotice(frames)) this.#sendAgain(engineUuid(frameAt(frames, 0).toString()));
        else this.#answer(frames);
      }),
    );
  }

  engineJoined({ uuid }: { readonly uuid: EngineUuid }): void {
    clearTimeout(this.#funerals.get(uuid));
    this.#funerals.delete(uuid);
    this.#addresses.set(uuid, Buffer.from(uuid));
    this.#handle({ kind: "engine-joined", engine: uuid });
  }

  engineLost({ uuid }: { readonly uuid: EngineUuid }): void {
    this.#addresses.delete(uuid);
    this.#handle({ kind: "engine-lost", engine: uuid });
  }

  /** Takes a task as it came from a client: its address, then the message. @throws {InvalidMessage} */
  submit(frames: Frames): void {
    this.#handle({ kind: "task-submitted", task: this.#accept(frames) });
  }

  /**
   * Takes over what an earlier controller has left. Engines that are still there must have joined.
   * @param endings of the tasks that these depend on, as far as they are known
   */
  restore(tasks: readonly EarlierTask[], endings: readonly TaskEnding[]): void {
    const { complaints, traffic } = this.#options;
    const restored: RestoredTask[] = [];
    for (const { frames, engine } of tasks) {
      const accept = complaints.guard("task (restored)", (message) => {
        const task = this.#accept(message);
        restored.push({ task, engine });
        if (engine === undefined) return;
        this.#inherited.add(task.id);
        traffic({ kind: "task-assigned", id: task.id, engine });
      });
      accept([...frames]);
    }
    this.#handle({ kind: "tasks-restored", tasks: restored, endings });
  }

  /** Ends tasks that no engine holds yet. */
  abort(tasks: readonly MsgId[]): void {
    this.#handle({ kind: "abort-requested", tasks });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#held.dispose();
    for (const funeral of this.#funerals.values()) clearTimeout(funeral);
  }

  #accept(frames: Frames): Task {
    const { session, scheduler, traffic } = this.#options;
    const at = verifyFrames(frames, session.signer);
    if (at !== 1) throw new InvalidMessage(`${at} addresses before a task, exactly one expected`);
    const { msg_id, msg_type } = parseHeader(frameAt(frames, at + 2), session.packer);
    // Nobody would answer: its engine would count as busy for ever.
    if (!msg_type.endsWith("_request")) throw new InvalidMessage(`${msg_type} is no request, and so no task`);
    const id = msgId(msg_id);
    if (scheduler.knows(id)) throw new InvalidMessage(`task ${id} was submitted before (replayed message)`);
    const task = readTask(id, parseDict(frameAt(frames, at + 4), "metadata", session.packer));
    // The database keeps it too: the same copy.
    const kept = compactFrames(frames);
    this.#held.add(id, kept);
    traffic({ kind: "task-requested", id, message: { frames: kept, at } });
    return task;
  }

  #answer(frames: Buffer[]): void {
    const { session, isRestored, scheduler } = this.#options;
    const at = verifyFrames(frames, session.signer);
    const parent = parseParent(frameAt(frames, at + 3), session.packer);
    if (!parent || at !== 2) throw new InvalidMessage("a reply to no task");
    const [task, engine] = [msgId(parent.msg_id), engineUuid(frameAt(frames, 0).toString())];
    const outcome = readOutcome(parseDict(frameAt(frames, at + 4), "metadata", session.packer));
    const answer = { task, engine, outcome, frames };
    const isOfEarlier = isRestored && !scheduler.knows(task);
    if (isOfEarlier) this.#deliver(answer, frameAt(frames, 1));
    const ending = { task, isOk: outcome === "ok", engine };
    if (isOfEarlier) this.#handle({ kind: "tasks-restored", tasks: [], endings: [ending] });
    else this.#handle({ kind: "task-answered", task, engine, outcome }, answer);
  }

  #handle(event: SchedulerEvent, answer?: Answer): void {
    for (const effect of this.#options.scheduler.handle(event)) this.#perform(effect, answer);
  }

  #perform(effect: SchedulerEffect, answer: Answer | undefined): void {
    if (effect.kind === "await-late-replies") {
      this.#awaitLateReplies(effect.engine);
      return;
    }
    const { task } = effect;
    const frames = this.#held.get(task);
    this.#held.stopTimeout(task);
    switch (effect.kind) {
      case "dispatch":
        this.#inherited.delete(task);
        this.#send(effect.engine, frames);
        this.#options.traffic({ kind: "task-assigned", id: task, engine: effect.engine });
        return;
      case "start-timeout":
        this.#held.startTimeout(task, effect.timeoutMs);
        return;
      case "deliver":
        if (answer) this.#deliver(answer, frameAt(frames, 0));
        break;
      case "fail":
        this.#fail(
          frames,
          answer?.task === task ? withReason(effect.failure, answer.frames, this.#options.session) : effect.failure,
        );
        break;
      case "abort":
        this.#forge(abortedReply(this.#requestOf(frames), [frameAt(frames, 0)]), { outcome: "aborted" });
        break;
    }
    this.#held.remove(task);
    this.#inherited.delete(task);
  }

  #send(engine: EngineUuid, frames: Frames): void {
    this.#options.engines.send([this.#addresses.get(engine) ?? Buffer.from(engine), ...frames]);
  }

  /**
   * An engine's connection broke or stands again: what was on the wire is lost, and nobody would notice. An engine that
   * has had a task knows its signature and drops it, so there must be one, and of this controller's own sending: what
   * comes back from a database may be written, and so signed, differently. To an engine that is gone nothing is sent.
   */
  #sendAgain(engine: EngineUuid): void {
    const { session, scheduler } = this.#options;
    if (!session.signer.isEnabled) return;
    for (const task of scheduler.heldBy(engine))
      if (!this.#inherited.has(task)) this.#send(engine, this.#held.get(task));
  }

  #deliver({ task: id, engine, outcome, frames }: Answer, client: Buffer): void {
    const { isPure, clients, traffic } = this.#options;
    const address = frameAt(frames, 0);
    frames[0] = client;
    if (isPure) frames.splice(1, 1);
    else frames[1] = address;
    clients.send(frames);
    traffic({ kind: "task-answered", id, engine, outcome, message: { frames, at: isPure ? 1 : 2 } });
  }

  /** Only a dead engine's forged reply bears an engine's address. */
  #fail(frames: Frames, failure: Failure): void {
    const engine = failure.code === "engine-died" ? failure.engine : undefined;
    const idents = [frameAt(frames, 0)];
    if (engine !== undefined && !this.#options.isPure) idents.push(Buffer.from(engine));
    const reply = forgedReply("apply_reply", { request: this.#requestOf(frames), failure, idents });
    this.#forge(reply, { outcome: "error", engine });
  }

  #forge(
    reply: Forged,
    { outcome, engine }: { readonly outcome: Outcome; readonly engine?: EngineUuid | undefined },
  ): void {
    const { clients, session, traffic } = this.#options;
    const frames = session.pack(reply);
    clients.send(frames);
    const id = msgId(reply.parent.msg_id);
    traffic({ kind: "task-answered", id, engine, outcome, message: { frames, at: reply.idents.length } });
  }

  #requestOf(frames: Frames): Header {
    return parseHeader(frameAt(frames, 3), this.#options.session.packer);
  }

  #awaitLateReplies(engine: EngineUuid): void {
    clearTimeout(this.#funerals.get(engine));
    const abandon = () => {
      this.#funerals.delete(engine);
      this.#handle({ kind: "engine-abandoned", engine });
    };
    this.#funerals.set(engine, setTimeout(abandon, this.#options.lateRepliesMs));
  }
}
