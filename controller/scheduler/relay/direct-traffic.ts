import { type Dialect, parseHeader, parseParent, verifyFrames } from "../../../protocol/envelope.ts";
import { type EngineUuid, msgId } from "../../../protocol/ids.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { TrafficObserver } from "../../traffic.ts";
import { frameAt } from "../frame-at.ts";
import type { RelayWatcher } from "./relay-service.ts";

/** Part of every header of a reply, however it is packed; a message of another type that contains it does no harm. */
const replyMark = Buffer.from("_reply");

/** Tells of the requests and replies that pass the mux relay; messages of comms are neither. */
export class DirectTraffic implements RelayWatcher {
  readonly #dialect: Dialect;
  readonly #observe: TrafficObserver;

  constructor(dialect: Dialect, observe: TrafficObserver) {
    this.#dialect = dialect;
    this.#observe = observe;
  }

  requestPassed(engine: EngineUuid, frames: Frames): void {
    const at = verifyFrames(frames, this.#dialect.signer);
    const header = parseHeader(frameAt(frames, at + 2), this.#dialect.packer);
    if (!header.msg_type.endsWith("_request")) return;
    this.#observe({ kind: "direct-requested", id: msgId(header.msg_id), engine, message: { frames, at } });
  }

  replyPassed(engine: EngineUuid, frames: Frames): void {
    const at = verifyFrames(frames, this.#dialect.signer);
    if (!frameAt(frames, at + 2).includes(replyMark)) return;
    const parent = parseParent(frameAt(frames, at + 3), this.#dialect.packer);
    if (parent) this.#observe({ kind: "direct-answered", id: msgId(parent.msg_id), engine, message: { frames, at } });
  }
}
