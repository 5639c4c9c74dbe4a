import type { MsgId } from "../../../protocol/ids.ts";
import { NumberTable } from "../../../protocol/number-table.ts";
import type { RecordChange } from "../task-db.ts";

/** Which requests are open and which were answered since the controller started (wire protocol §9.3). */
export class OpenRequests {
  readonly #pending = new Set<MsgId>();
  readonly #answered = new NumberTable();

  handle(change: RecordChange): void {
    if (change.kind === "requested") this.#pending.add(change.id);
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
}
