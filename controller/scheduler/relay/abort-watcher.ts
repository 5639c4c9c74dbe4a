import { type Dialect, openEnvelope, parseDict } from "../../../protocol/envelope.ts";
import { type EngineUuid, type MsgId, msgId } from "../../../protocol/ids.ts";
import type { Frames } from "../../../transport/channel.ts";
import type { RelayWatcher } from "./relay-service.ts";

/** Finds in what passes the control relay which tasks clients want aborted (wire protocol §13.3). */
export class AbortWatcher implements RelayWatcher {
  readonly #dialect: Dialect;
  readonly #abort: (tasks: readonly MsgId[]) => void;

  constructor(dialect: Dialect, abort: (tasks: readonly MsgId[]) => void) {
    this.#dialect = dialect;
    this.#abort = abort;
  }

  /** The scheduler holds tasks that no engine is there for. */
  requestRefused(engine: EngineUuid, frames: Frames): void {
    this.requestPassed(engine, frames);
  }

  requestPassed(_engine: EngineUuid, frames: Frames): void {
    const { header, contentFrame } = openEnvelope(frames, this.#dialect);
    if (header.msg_type !== "abort_request") return;
    const { msg_ids } = parseDict(contentFrame, "content", this.#dialect.packer);
    const ids: readonly unknown[] = Array.isArray(msg_ids) ? msg_ids : [msg_ids];
    this.#abort(ids.filter((id) => typeof id === "string").map(msgId));
  }
}
