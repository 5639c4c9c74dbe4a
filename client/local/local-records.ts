import type { MsgId } from "../../protocol/ids.ts";
import type { PendingRequests } from "../requests/pending-requests.ts";
import type { Request, RequestKeeper } from "../requests/request.ts";
import { History } from "./history.ts";

/** Of those that have ended and that nobody has asked for, the latest: more would let memory grow with the tasks. */
const mostUnclaimed = 1000;

/**
 * What this client sent, for whoever asks later by id or place in the history.
 *
 * *Pending*, until it has ended; *unclaimed*, until its result is in the program's hands (awaited, got, iterated over),
 * it is purged, or `mostUnclaimed` others have ended after it. Then only its id stays, and the hub has the rest.
 */
export class LocalRecords implements RequestKeeper {
  readonly history = new History();
  readonly #pending: PendingRequests;
  readonly #unclaimed = new Map<MsgId, Request>();

  constructor(pending: PendingRequests) {
    this.#pending = pending;
  }

  /** A request that is sent. */
  add(request: Request): void {
    request.keeper = this;
    this.history.add(request.msgId);
  }

  requestEnded(request: Request): void {
    this.#unclaimed.set(request.msgId, request);
    if (this.#unclaimed.size <= mostUnclaimed) return;
    for (const oldest of this.#unclaimed.keys()) {
      this.#unclaimed.delete(oldest);
      return;
    }
  }

  requestClaimed(request: Request): void {
    this.#unclaimed.delete(request.msgId);
  }

  /** A request that pends or is unclaimed. */
  get(id: MsgId): Request | undefined {
    return this.#pending.get(id) ?? this.#unclaimed.get(id);
  }

  /** Those that have ended, in the order of their endings. */
  get unclaimed(): readonly Request[] {
    return [...this.#unclaimed.values()];
  }

  /** Those that have ended, and those that pend. */
  get kept(): readonly Request[] {
    return [...this.unclaimed, ...this.#pending.unfinished.flatMap((id) => this.#pending.get(id) ?? [])];
  }
}
