import { systemClock, wireDate } from "../../protocol/clock.ts";
import type { Message, Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import { ExitRequest } from "../evaluate/exit-request.ts";
import { KeyboardInterrupt } from "../evaluate/keyboard-interrupt.ts";
import { errorReport } from "../evaluate/traceback.ts";
import type { Abortion } from "../monitor/monitor-messages.ts";
import { runInRequest } from "../output/running-request.ts";
import { type ControlHandlers, type Reply, replyType, type ShellHandlers } from "./handlers.ts";
import type { IopubPublisher } from "./iopub-publisher.ts";
import { MessageIntake } from "./message-intake.ts";
import { type QueuedRequest, RequestQueue } from "./request-queue.ts";
import { ServedRequest } from "./served-request.ts";
import { type ReplyStyle, ShellReplies } from "./shell-replies.ts";

/** What the service needs of the monitor thread. */
export interface RequestWatch {
  /** @returns the request's serial, under which the monitor will interrupt it */
  begin(header: Buffer): number;
  end(): void;
  /** Handles what control messages have come. */
  drain(): void;
  send(channel: "control", frames: readonly Buffer[]): void;
}

export interface ShellServiceOptions {
  readonly session: Session;
  readonly shell: Channel;
  readonly publisher: IopubPublisher;
  readonly watch: RequestWatch;
  readonly handlers: ShellHandlers;
  readonly controlHandlers: ControlHandlers;
  readonly replyStyle?: ReplyStyle;
  /** A failed execute_request aborts those behind it, unless it says `stop_on_error: false`: notebooks want that. */
  readonly stopsOnError: boolean;
  /** Publishes what the request has printed and is still held back. */
  flushOutput(): void;
  /** Told of requests that came before; without it they are dropped. */
  replayed?(frames: readonly Buffer[]): void;
  log(text: string): void;
}

/** The request that runs. */
interface Current {
  readonly request: ServedRequest;
  readonly serial: number;
  readonly started: string;
  /** Its code has been called. */
  hasBegun: boolean;
  /** It ends as aborted if it is interrupted. */
  isAborted: boolean;
}

type Outcome = { readonly reply: Reply | undefined } | { readonly error: unknown };

const aborted = { content: { status: "aborted" } } as const;

function isMeant({ request, hasBegun }: Current, { msgIds = [], stopsRunning }: Abortion): boolean {
  if (!request.runsUserCode || (hasBegun && !stopsRunning)) return false;
  return msgIds.includes(request.header.msg_id) || (msgIds.length === 0 && !hasBegun);
}

/** Requests that were sent before an abort may still be in the socket: one turn of the event loop brings them in. */
const abortAllMs = 10;

/**
 * Serves shell requests one after another and control requests at once (Jupyter messaging 5.4).
 *
 * An interrupt may end all JavaScript of this thread at any statement of a handler, and microtasks with it: so no step
 * from one request to the next hangs on a promise alone. A request ends once, by its handler or by `interrupt`.
 */
export class ShellService {
  readonly #options: ShellServiceOptions;
  readonly #intake: MessageIntake;
  readonly #replies: ShellReplies;
  readonly #queue = new RequestQueue();
  #current: Current | undefined;
  /** The running request, once it has failed and while its reply waits. */
  #failing: Current | undefined;
  #isClosed = false;
  #abortTimer: NodeJS.Timeout | undefined;

  constructor(options: ShellServiceOptions) {
    this.#options = options;
    const { session, shell, log, replayed } = options;
    this.#replies = new ShellReplies(session, shell, options.replyStyle);
    this.#intake = new MessageIntake({
      session,
      log,
      ...(replayed && { replayed }),
      damaged: (request, reason) => {
        const content = { status: "error", ename: "InvalidMessage", evalue: `The request is damaged: ${reason}.` };
        this.#replies.sendUnrun(new ServedRequest(request, options), { ...content, traceback: [] });
      },
    });
    shell.listen((frames) => this.receive(frames));
  }

  /** Takes a shell message. */
  receive(frames: Buffer[]): void {
    const message = this.#intake.read(frames);
    const headerFrame = frames[(message?.idents.length ?? 0) + 2];
    if (!message || !headerFrame) return;
    this.#queue.push({ request: new ServedRequest(message, this.#options), headerFrame });
    this.#advance();
  }

  /** Takes a control message, from the monitor. */
  control(frames: Buffer[]): void {
    const message = this.#intake.read(frames);
    if (message) void this.#serveControl(message);
  }

  /**
   * Ends the request, if it is the one that runs: as aborted, if it was to be, otherwise as KeyboardInterrupt. Its code may
   * go on behind its back.
   */
  interrupt(serial: number): void {
    const current = this.#current;
    if (current?.serial !== serial) return;
    const error = new KeyboardInterrupt();
    current.request.interrupt(error);
    this.#finish(current, current.isAborted ? { reply: aborted } : { error });
  }

  /** JavaScript of this thread was ended by force: what it would have called may not be called. */
  stopped(): void {
    this.#queue.areAllAborted = this.#isClosed;
    this.#advance();
  }

  /**
   * These requests are answered `aborted`, now or when they come; without ids, all that are queued. One that runs already
   * is to be interrupted by whoever calls this: only the monitor can stop it anywhere.
   */
  abort(abortion: Abortion): void {
    if (this.#current && isMeant(this.#current, abortion)) this.#current.isAborted = true;
    const { msgIds = [] } = abortion;
    if (msgIds.length > 0) this.#queue.abort(msgIds);
    else {
      this.#queue.areAllAborted = true;
      clearTimeout(this.#abortTimer);
      this.#abortTimer = setTimeout(() => {
        this.#queue.areAllAborted = this.#isClosed;
      }, abortAllMs);
    }
    this.#advance();
  }

  /**
   * Nothing runs any more: the running request is interrupted, all others and those to come are aborted.
   * @returns whether there were any
   */
  close(): boolean {
    const hadWork = this.#current !== undefined || this.#queue.hasWork;
    this.#isClosed = true;
    this.#queue.areAllAborted = true;
    clearTimeout(this.#abortTimer);
    if (this.#current) this.interrupt(this.#current.serial);
    this.#advance();
    return hadWork;
  }

  #advance(): void {
    for (const request of this.#queue.takeAborted()) this.#replies.sendUnrun(request, aborted.content);
    const next = this.#current ? undefined : this.#queue.next();
    if (next) this.#start(next);
  }

  /** The monitor sees what begins before we hear what it has sent: an abort meets the request here, or there. */
  #start({ request, headerFrame }: QueuedRequest): void {
    const { watch } = this.#options;
    const started = wireDate(systemClock());
    const current = { request, started, serial: watch.begin(headerFrame), hasBegun: false, isAborted: false };
    this.#current = current;
    request.begin();
    watch.drain();
    if (current.isAborted) this.#finish(current, { reply: aborted });
    if (this.#current !== current) return;
    current.hasBegun = true;
    runInRequest(request, () => this.#handle(request)).then(
      (reply) => this.#finish(current, { reply }),
      (error: unknown) => this.#finish(current, { error }),
    );
  }

  async #handle(request: ServedRequest): Promise<Reply | undefined> {
    const handler = this.#options.handlers[request.type];
    if (handler) return handler(request);
    this.#options.log(`No handler for ${request.type}.`);
    if (!request.type.endsWith("_request")) return undefined;
    const evalue = `${request.type} is not served here.`;
    return { content: { status: "error", ename: "NotImplementedError", evalue, traceback: [] } };
  }

  #finish(current: Current, outcome: Outcome): void {
    if (this.#current !== current || this.#failing === current) return;
    this.#options.flushOutput();
    const reply = "error" in outcome ? this.#failure(current.request, outcome.error) : outcome.reply;
    if (reply && this.#endsBatch(current.request, reply)) this.#failBatch(current, reply);
    else this.#end(current, reply);
  }

  #end(current: Current, reply: Reply | undefined): void {
    if (reply) this.#replies.send(current.request, current.started, reply);
    current.request.end();
    this.#options.watch.end();
    this.#current = undefined;
    this.#advance();
  }

  /**
   * Aborts what was sent before the client could know of the error: what is queued, and what the next turns of the
   * event loop find in the socket. The reply waits for these turns, so that who reacts to it is served.
   */
  #failBatch(current: Current, reply: Reply): void {
    this.#failing = current;
    setImmediate(() =>
      setImmediate(() => {
        this.#failing = undefined;
        const behind = this.#queue.takeUserCode();
        this.#end(current, reply);
        for (const request of behind) this.#replies.sendUnrun(request, aborted.content);
      }),
    );
  }

  #failure(request: ServedRequest, error: unknown): Reply {
    if (error instanceof ExitRequest) return { content: request.failureExtras };
    const report = errorReport(error);
    if (request.runsUserCode && !request.isLean) request.publish({ type: "error", content: report });
    return { content: { status: "error", ...report, ...request.failureExtras } };
  }

  #endsBatch(request: ServedRequest, reply: Reply): boolean {
    if (!this.#options.stopsOnError || request.type !== "execute_request") return false;
    return reply.content["status"] === "error" && request.content["stop_on_error"] !== false;
  }

  async #serveControl(message: Message): Promise<void> {
    const { session, publisher, watch } = this.#options;
    const { header, idents } = message;
    publisher.status("busy", header);
    const { content, metadata, buffers } = await this.#handleControl(message);
    const reply = { type: replyType(header.msg_type), content: { status: "ok", ...content }, parent: header, idents };
    watch.send("control", session.pack({ ...reply, metadata: metadata ?? {}, buffers: buffers ?? [] }));
    publisher.status("idle", header);
  }

  async #handleControl(message: Message): Promise<Reply> {
    const handler = this.#options.controlHandlers[message.header.msg_type];
    try {
      if (handler) return await handler(message);
      throw new TypeError(`${message.header.msg_type} is not served on the control channel.`);
    } catch (error) {
      return { content: { status: "error", ...errorReport(error) } };
    }
  }
}
