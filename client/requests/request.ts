import type { Header } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../protocol/json.ts";
import type { Message } from "../../protocol/session.ts";
import type { FailedEngine, RemoteFailure } from "../errors/remote-error.ts";
import type { Lending } from "./lending.ts";
import type { OutputPiece } from "./output-piece.ts";
import { readFailure } from "./read-output.ts";
import { RequestOutput } from "./request-output.ts";

export type Method = "apply" | "execute";

/** How a request ended. */
export type Outcome =
  | { readonly status: "ok"; readonly value: unknown }
  | { readonly status: "error" | "aborted"; readonly failure: RemoteFailure };

/** Told what becomes of a request. Must not throw. */
export interface RequestObserver {
  outputCame(request: Request, piece: OutputPiece): void;
  /** The outcome and all output are there. Called once. */
  requestFinished(request: Request): void;
}

/** Keeps requests for whoever asks for them later. Must not throw. */
export interface RequestKeeper {
  /** The outcome and all output are there. Called once. */
  requestEnded(request: Request): void;
  /** Its outcome is in the program's hands. */
  requestClaimed(request: Request): void;
}

export interface RequestPlan {
  readonly method: Method;
  /** Reads the value from an `ok` reply. */
  readonly read: (reply: Message, request: Request) => unknown;
  /** Items that it computes, for progress; 1 unless it is a chunk of a map. */
  readonly size?: number;
  readonly label?: string | undefined;
  /** Of a task. */
  readonly dependencies?: WireDependencies | undefined;
  /** Whether it is asked at once when its arrays may be overwritten, not only when somebody wants to know. */
  readonly isTracked?: boolean;
  /** Of an execute. */
  readonly code?: string;
}

/** Which tasks another one waits for, as its metadata carry them (wire protocol §11.1): ids, or an object with ids. */
export interface WireDependencies {
  readonly after?: JsonValue | undefined;
  readonly follow?: JsonValue | undefined;
}

/** What a request was, as its record tells. */
export interface RequestIdentity {
  readonly method: Method;
  /** As the wire writes it. */
  readonly submitted: string;
  readonly label: string | undefined;
  readonly dependencies: WireDependencies;
  readonly code: string | undefined;
}

/**
 * One message to one engine or to the task scheduler, and what came back.
 *
 * *Sent*; *replied*, when the reply has come but the engine's last output has not; *finished*. A reply that promises no
 * output, or whose engine's `idle` status came first, finishes at once (wire protocol §13.7, §16: reply and output travel on
 * sockets of their own, in no order).
 */
export class Request {
  readonly msgId: MsgId;
  method: Method;
  readonly size: number;
  label: string | undefined;
  dependencies: WireDependencies | undefined;
  code: string | undefined;
  /** As the wire writes it. */
  submitted: string;
  readonly #observers: RequestObserver[];
  keeper: RequestKeeper | undefined;
  readonly #read: RequestPlan["read"];
  /** The one engine that it was sent to; `undefined` for a task, whose engine the scheduler chooses. */
  readonly sentTo: EngineUuid | undefined;
  /** Where it runs or ran, as far as known: the scheduler's choice shows when the engine writes or answers. */
  engine: EngineUuid | undefined;
  started: string | undefined;
  completed: string | undefined;
  /** Milliseconds since 1970, on this machine's clock. */
  receivedMs: number | undefined;
  /** Large sources of its functions, by hash, which an engine may ask for until it has answered. */
  sources: ReadonlyMap<string, string> | undefined;
  /** Set when it is sent with memory that is not its own. */
  lending: Lending | undefined;
  outcome: Outcome | undefined;
  output: RequestOutput | undefined;
  isFinished = false;
  /** Engines whose output is complete: of a task that was tried again, several. */
  #idle: Set<EngineUuid> | undefined;

  constructor(header: Header, plan: RequestPlan, observer: RequestObserver, sentTo?: EngineUuid) {
    this.msgId = msgId(header.msg_id);
    this.submitted = header.date;
    this.method = plan.method;
    this.size = plan.size ?? 1;
    this.label = plan.label;
    this.dependencies = plan.dependencies;
    this.code = plan.code;
    this.#observers = [observer];
    this.#read = plan.read;
    this.sentTo = sentTo;
    this.engine = sentTo;
  }

  /** Learns what it was, where only its id was known: another client may have sent it. */
  identify({ method, submitted, label, dependencies, code }: RequestIdentity): void {
    Object.assign(this, { method, submitted, label, dependencies, code });
  }

  /** Whether its arrays may be overwritten: the controller has all of them. */
  get isSent(): boolean {
    return this.lending?.isReturned ?? true;
  }

  /** Resolves when `isSent` is true. @throws {Error} when the connection ends before, and nobody knows */
  async whenSent(): Promise<void> {
    await this.lending?.whenReturned();
  }

  /** @returns whether that finished it */
  takeReply(reply: Message, receivedMs: number, locate: (uuid: EngineUuid) => FailedEngine): boolean {
    if (this.isFinished || this.outcome) return false;
    this.lending?.end();
    const { metadata } = reply;
    if (typeof metadata["engine"] === "string") this.engine = this.sentTo ?? engineUuid(metadata["engine"]);
    if (typeof metadata["started"] === "string") this.started = metadata["started"];
    this.completed = reply.header.date;
    this.receivedMs = receivedMs;
    this.outcome = this.#outcomeOf(reply, this.engine && locate(this.engine));
    return (this.#isOutputComplete() || !promisesOutput(reply)) && this.#finish();
  }

  /**
   * Nothing more of its output comes from this engine.
   * @returns whether that finished it
   */
  takeIdle(engine: EngineUuid): boolean {
    this.engine ??= engine;
    this.#idle ??= new Set();
    this.#idle.add(this.sentTo ?? engine);
    return this.#isOutputComplete() && this.endOutput();
  }

  /**
   * Nothing more of its output comes, though its end has not been heard.
   * @returns whether that finished it
   */
  endOutput(): boolean {
    return !this.isFinished && this.outcome !== undefined && this.#finish();
  }

  takeOutput(piece: OutputPiece, engine: EngineUuid | undefined): void {
    this.engine ??= engine;
    this.output ??= new RequestOutput();
    this.output.add(piece);
    for (const observer of this.#observers) observer.outputCame(this, piece);
  }

  /** Ends it without its reply or without the rest of its output. */
  fail(failure: RemoteFailure, receivedMs: number): void {
    if (this.isFinished) return;
    this.receivedMs ??= receivedMs;
    this.lending?.lose(failure.evalue);
    this.outcome ??= { status: failure.ename === "TaskAborted" ? "aborted" : "error", failure };
    this.#finish();
  }

  /** Also tells `observer` what becomes of it. */
  watch(observer: RequestObserver): void {
    this.#observers.push(observer);
  }

  unwatch(observer: RequestObserver): void {
    const at = this.#observers.indexOf(observer);
    if (at >= 0) this.#observers.splice(at, 1);
  }

  /** Its outcome is in the program's hands. */
  claim(): void {
    this.keeper?.requestClaimed(this);
  }

  #isOutputComplete(): boolean {
    return this.engine !== undefined && this.#idle?.has(this.engine) === true;
  }

  #finish(): true {
    this.isFinished = true;
    this.keeper?.requestEnded(this);
    for (const observer of this.#observers) observer.requestFinished(this);
    return true;
  }

  #outcomeOf(reply: Message, engine: FailedEngine | undefined): Outcome {
    const { method } = this;
    const status = reply.content["status"];
    if (status === "aborted") {
      const failure = { ename: "TaskAborted", evalue: `request ${this.msgId} was aborted`, traceback: [], method };
      return { status, failure: engine ? { ...failure, engine } : failure };
    }
    if (status === "error") return { status, failure: named(readFailure(reply.content, engine, method), this.msgId) };
    try {
      return { status: "ok", value: this.#read(reply, this) };
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      const failure = { ename: name, evalue: `its result cannot be read: ${message}`, traceback: [], method };
      return { status: "error", failure: engine ? { ...failure, engine } : failure };
    }
  }
}

/** The controller writes an engine's death with its uuid; people know its id. */
function named(failure: RemoteFailure, id: MsgId): RemoteFailure {
  if (failure.ename !== "EngineError" || !failure.engine) return failure;
  return engineDied(failure.engine, id, failure.method);
}

export function engineDied(engine: FailedEngine, id: MsgId, method: string): RemoteFailure {
  const evalue = `engine ${engine.id ?? "?"} (${engine.uuid}) died while running task ${id}`;
  return { ename: "EngineError", evalue, traceback: [], engine, method };
}

/**
 * Whether `idle` will follow. Our engines say so (`metadata.output`); others always send it, except for replies that no
 * engine made: aborted ones, and errors without `engine_info`.
 */
function promisesOutput({ content, metadata }: { content: JsonObject; metadata: JsonObject }): boolean {
  if (typeof metadata["output"] === "boolean") return metadata["output"];
  if (content["status"] === "aborted") return false;
  if (content["status"] !== "error") return true;
  const origin = content["engine_info"];
  return isJsonObject(origin) && Object.keys(origin).length > 0;
}
