import { InvalidMessage, openEnvelope } from "../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, msgId } from "../../../protocol/ids.ts";
import type { Session } from "../../../protocol/session.ts";
import type { Channel, Frames } from "../../../transport/channel.ts";
import type { Complaints } from "../../complaints.ts";
import { forgedReply } from "../forged-reply.ts";

/** Reads what has passed a relay: two addresses, the engine's first or second, then the message. Not to be changed. */
export interface RelayWatcher {
  /** @throws {InvalidMessage} for a message that its receiver will refuse, too */
  requestPassed(engine: EngineUuid, frames: Frames): void;
  replyPassed?(engine: EngineUuid, frames: Frames): void;
  /** Its engine is not registered. */
  requestRefused?(engine: EngineUuid, frames: Frames): void;
}

export interface RelayServiceOptions {
  /** `mux` or `control`: for the log. */
  readonly name: string;
  readonly clients: Channel;
  readonly engines: Channel;
  readonly isRegistered: (engine: EngineUuid) => boolean;
  readonly session: Session;
  readonly watcher: RelayWatcher;
  readonly complaints: Complaints;
}

/**
 * Carries messages between clients and the engines that they name (wire protocol §5, §12):
 *
 *     from a client    client engine "<IDS|MSG>" …
 *     to that engine   engine client "<IDS|MSG>" …
 *
 * and back the same way. What lies behind the delimiter passes as it came, whatever its type; engines and clients
 * verify it themselves. Only after a message has left is it read, by the watcher. A request for an engine that is
 * not registered is answered at once, where ipyparallel's scheduler lets the client wait for ever. A reply goes to the
 * address that it carries, so that those to requests of an earlier controller find their clients as well.
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
    const { engines, isRegistered, watcher } = this.#options;
    const [client, target] = addresses(frames);
    const engine = engineUuid(target.toString());
    if (!isRegistered(engine)) {
      this.#refuse(frames, engine);
      watcher.requestRefused?.(engine, frames);
      return;
    }
    frames[0] = target;
    frames[1] = client;
    engines.send(frames);
    watcher.requestPassed(engine, frames);
  }

  #fromEngine(frames: Buffer[]): void {
    const { clients, watcher } = this.#options;
    const [engine, client] = addresses(frames);
    frames[0] = client;
    frames[1] = engine;
    clients.send(frames);
    watcher.replyPassed?.(engineUuid(engine.toString()), frames);
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
function addresses(frames: readonly Buffer[]): readonly [Buffer, Buffer] {
  const [first, second] = frames;
  if (first && second && frames.length >= 8) return [first, second];
  throw new InvalidMessage(`${frames.length} frames, at least two addresses and a message of 6 needed`);
}
