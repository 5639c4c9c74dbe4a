import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Message } from "../../protocol/session.ts";
import type { EngineDirectory } from "../engine-directory.ts";
import type { RemoteFailure } from "../errors/remote-error.ts";
import { readOutput } from "./read-output.ts";
import { engineDied, type Request } from "./request.ts";
import { RequestOutput } from "./request-output.ts";

const mostFinished = 200;

/**
 * Every request that is not finished, and to which of them what arrives belongs.
 *
 * Invariant: a request is in `#requests` until it is finished, and in an engine's set from when only that engine can
 * finish it: from sending to one engine, or from a task's reply. Until then the scheduler answers for the loss of the
 * task's engine (wire protocol §16).
 */
export class PendingRequests {
  readonly #requests = new Map<MsgId, Request>();
  readonly #ofEngine = new Map<EngineUuid, Set<Request>>();
  /** Executes that finished last, as long as somebody holds their results: a timer of theirs may still print. */
  readonly #finished = new Map<MsgId, WeakRef<Request>>();
  /** Told when a reply comes whose output may be lost. */
  readonly #doubted = new Map<MsgId, (request: Request) => void>();
  readonly #engines: EngineDirectory;
  readonly #readValues: (message: Message) => unknown;
  readonly #now: () => number;

  /**
   * @param readValues decodes what `publishData` sent
   * @param now milliseconds since 1970
   */
  constructor(engines: EngineDirectory, readValues: (message: Message) => unknown, now: () => number) {
    this.#engines = engines;
    this.#readValues = readValues;
    this.#now = now;
  }

  /** The requests without a reply, oldest first. */
  get outstanding(): Request[] {
    return [...this.#requests.values()].filter((request) => !request.outcome);
  }

  /** Ids of the requests that are not finished: without a reply, or without the end of their output. */
  get unfinished(): MsgId[] {
    return [...this.#requests.keys()];
  }

  /** A request that is not finished. */
  get(id: MsgId): Request | undefined {
    return this.#requests.get(id);
  }

  /** A request that is on its way, before it is sent. */
  add(request: Request): void {
    this.#requests.set(request.msgId, request);
    if (request.sentTo !== undefined) this.#track(request, request.sentTo);
  }

  /** Takes an `apply_reply` or `execute_reply`; one that answers nothing of ours is dropped. */
  takeReply(reply: Message): void {
    const request = reply.parent && this.#requests.get(msgId(reply.parent.msg_id));
    if (!request) return;
    if (request.takeReply(reply, this.#now(), (uuid) => this.#engines.locate(uuid))) this.remove(request);
    // The news of its engine's loss has overtaken the reply: nobody would end its output.
    else if (request.engine !== undefined && this.#engines.isLost(request.engine) && request.endOutput())
      this.remove(request);
    else {
      if (request.engine !== undefined) this.#track(request, request.engine);
      this.#doubted.get(request.msgId)?.(request);
    }
  }

  /** Takes an iopub message. */
  takeOutput(message: Message): void {
    const id = message.parent && msgId(message.parent.msg_id);
    const request = id && (this.#requests.get(id) ?? this.#finished.get(id)?.deref());
    if (!request) return;
    const engine = engineUuid(message.header.session);
    switch (message.header.msg_type) {
      case "status":
        if (message.content["execution_state"] === "idle" && request.takeIdle(engine)) this.remove(request);
        return;
      case "data_message":
        this.#takeValues(request, message);
        return;
      default: {
        const piece = readOutput(message, this.#engines.locate(engine), request.method);
        if (piece) request.takeOutput(piece, engine);
      }
    }
  }

  /** Fails what was sent to the engine alone. */
  engineLost(uuid: EngineUuid): void {
    const requests = this.#ofEngine.get(uuid) ?? [];
    this.#ofEngine.delete(uuid);
    for (const request of requests) {
      this.#requests.delete(request.msgId);
      this.#doubted.delete(request.msgId);
      request.fail(engineDied(this.#engines.locate(uuid), request.msgId, request.method), this.#now());
    }
  }

  /** Fails every request that `reason` has a failure for. */
  failAll(reason: (request: Request) => RemoteFailure | undefined): void {
    for (const request of [...this.#requests.values()]) {
      const failure = reason(request);
      if (!failure) continue;
      request.fail(failure, this.#now());
      this.remove(request);
    }
  }

  /**
   * The connection was broken: of what is here output may have been lost, its end too.
   * @param onReply is called with each request that has its reply and waits for the end of its output, now or later
   */
  doubtOutput(onReply: (request: Request) => void): void {
    for (const [id, request] of this.#requests) {
      this.#doubted.set(id, onReply);
      if (request.outcome) onReply(request);
    }
  }

  /** A request that has finished. */
  remove(request: Request): void {
    this.#requests.delete(request.msgId);
    this.#doubted.delete(request.msgId);
    if (request.method === "execute") this.#keep(request);
    if (request.engine !== undefined) this.#ofEngine.get(request.engine)?.delete(request);
  }

  #takeValues(request: Request, message: Message): void {
    const values = this.#readValues(message);
    if (typeof values !== "object" || values === null) return;
    request.output ??= new RequestOutput();
    for (const [name, value] of Object.entries(values)) request.output.values.set(name, value);
  }

  #track(request: Request, engine: EngineUuid): void {
    const others = this.#ofEngine.get(engine);
    if (others) others.add(request);
    else this.#ofEngine.set(engine, new Set([request]));
  }

  #keep(request: Request): void {
    this.#finished.set(request.msgId, new WeakRef(request));
    if (this.#finished.size <= mostFinished) return;
    for (const oldest of this.#finished.keys()) {
      this.#finished.delete(oldest);
      return;
    }
  }
}
