import { InvalidMessage, openEnvelope, parseParent, verifyFrames } from "../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../protocol/ids.ts";
import type { Session } from "../../protocol/session.ts";
import type { Channel } from "../../transport/channel.ts";
import type { Complaints } from "../complaints.ts";
import { forgedReply } from "./forged-reply.ts";

/** Told of the requests and replies that pass. */
export interface RelayObserver {
  requestSent(engine: EngineUuid, request: MsgId): void;
  replyCame(engine: EngineUuid, request: MsgId): void;
}

export interface RelayServiceOptions {
  /** `mux` or `control`: for the log. */
  readonly name: string;
  readonly clients: Channel;
  readonly engines: Channel;
  readonly isRegistered: (engine: EngineUuid) => boolean;
  readonly session: Session;
  readonly observer?: RelayObserver;
  readonly complaints: Complaints;
}

/**
 * Carries messages between clients and the engines that they name (wire protocol §5, §12):
 *
 *     from a client    client engine "<IDS|MSG>" …
 *     to that engine   engine client "<IDS|MSG>" …
 *
 * and back the same way. What lies behind the delimiter passes as it came, whatever its type; engines and clients
 * verify it themselves. Only after a message has left is it read, for the observer. A request for an engine that is
 * not registered is answered at once, where ipyparallel's scheduler lets the client wait for ever.
 */
export class RelayService {
  readonly #options: RelayServiceOptions;

  constructor(options: RelayServiceOptions) {
    this.#options = options;
    const { name, clients, engines, complaints } = options;
    clients.listen(complaints.guard(`${name} (clients)`, (frames) => this.#fromClient(frames)));
    engines.listen(complaints.guard(`${name} (engines)`, (frames) => this.#fromEngine(frames)));
  }

  #fromClient(frames: Buffer[]): void {
    const { engines, isRegistered, session, observer } = this.#options;
    const [client, target] = addresses(frames);
    const engine = engineUuid(target.toString());
    if (!isRegistered(engine)) {
      this.#refuse(frames, engine);
      return;
    }
    frames[0] = target;
    frames[1] = client;
    engines.send(frames);
    if (!observer) return;
    const { header } = openEnvelope(frames, session);
    if (header.msg_type.endsWith("_request")) observer.requestSent(engine, msgId(header.msg_id));
  }

  #fromEngine(frames: Buffer[]): void {
    const { clients, session, observer } = this.#options;
    const [engine, client] = addresses(frames);
    frames[0] = client;
    frames[1] = engine;
    clients.send(frames);
    if (!observer) return;
    const at = verifyFrames(frames, session.signer);
    const parent = parseParent(frames[at + 3] ?? Buffer.alloc(0), session.packer);
    if (parent) observer.replyCame(engineUuid(engine.toString()), msgId(parent.msg_id));
  }

  /** Messages that expect no reply, as those of comms, get none. */
  #refuse(frames: Buffer[], engine: EngineUuid): void {
    const { session, clients } = this.#options;
    const { header, idents } = openEnvelope(frames, session);
    if (!header.msg_type.endsWith("_request")) return;
    const type = header.msg_type.replace(/request$/, "reply");
    const failure = { code: "unknown-engine", engine, task: msgId(header.msg_id) } as const;
    clients.send(session.pack(forgedReply(type, { request: header, failure, idents })));
  }
}

/** @throws {InvalidMessage} for a message without two addresses in front */
function addresses([first, second, ...body]: readonly Buffer[]): readonly [Buffer, Buffer] {
  if (first && second && body.length >= 6) return [first, second];
  throw new InvalidMessage(`${body.length + 2} frames, at least two addresses and a message of 6 needed`);
}
