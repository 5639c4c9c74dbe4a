import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import { NumberTable } from "../../scheduler/tasks/number-table.ts";
import type { RecordChange } from "../task-db.ts";

/** Which requests are open and which were answered since the controller started (wire protocol §9.3). */
export class OpenRequests {
  /** With the engine of a direct request. */
  readonly #pending = new Map<MsgId, EngineUuid | undefined>();
  readonly #answered = new NumberTable();

  handle(change: RecordChange): void {
    if (change.kind === "requested") this.#pending.set(change.id, change.queue === "mux" ? change.engine : undefined);
    else if (change.kind === "answered") {
      this.#pending.delete(change.id);
      this.#answered.set(change.id, 1);
    }
  }

  isPending(id: MsgId): boolean {
    return this.#pending.has(id);
  }

  /** Of the latest millions of ids. */
  isAnswered(id: MsgId): boolean {
    return !this.#pending.has(id) && this.#answered.get(id) > 0;
  }

  /** Direct requests that an engine has not answered. Walks over all open requests. */
  pendingOn(engine: EngineUuid): readonly MsgId[] {
    return [...this.#pending].filter(([, where]) => where === engine).map(([id]) => id);
  }
}
