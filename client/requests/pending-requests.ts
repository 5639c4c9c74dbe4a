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

  /** Ids of the requests without a reply, oldest first. */
  get outstanding(): MsgId[] {
    return [...this.#requests.values()].filter((request) => !request.outcome).map((request) => request.msgId);
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
    if (request.takeReply(reply, this.#now(), (uuid) => this.#engines.locate(uuid))) this.#remove(request);
    else if (request.engine !== undefined) this.#track(request, request.engine);
  }

  /** Takes an iopub message. */
  takeOutput(message: Message): void {
    const id = message.parent && msgId(message.parent.msg_id);
    const request = id && (this.#requests.get(id) ?? this.#finished.get(id)?.deref());
    if (!request) return;
    const engine = engineUuid(message.header.session);
    switch (message.header.msg_type) {
      case "status":
        if (message.content["execution_state"] === "idle" && request.takeIdle()) this.#remove(request);
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
      request.fail(engineDied(this.#engines.locate(uuid), request.msgId, request.method), this.#now());
    }
  }

  /** Fails everything, when the client closes or the controller goes. */
  failAll(reason: (request: Request) => RemoteFailure): void {
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    this.#ofEngine.clear();
    for (const request of requests) request.fail(reason(request), this.#now());
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

  #remove(request: Request): void {
    this.#requests.delete(request.msgId);
    if (request.method === "execute") this.#keep(request);
    if (request.engine !== undefined) this.#ofEngine.get(request.engine)?.delete(request);
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
