import { setImmediate } from "node:timers/promises";
import { Deferred } from "../../protocol/deferred.ts";
import { type Source, sourceRows } from "./source-rows.ts";

export interface ImapPlan {
  readonly ordered: boolean;
  /** Most calls that are sent and whose results were not taken yet, at least 1; asked before each call. */
  readonly maxOutstanding: () => number;
  /** Sends one call. What it throws ends the iteration, once all before it has been taken. */
  readonly send: (items: readonly unknown[]) => PromiseLike<unknown>;
}

/** How a call ended. */
type Ending = { readonly value: unknown } | { readonly error: unknown };

/** A call that was sent, with its result when that is there. */
interface Call {
  ending: Ending | undefined;
}

/**
 * Calls for element after element, and gives results in the order of the elements or as they come. Elements are read only
 * as results are taken: who takes no more results reads no more elements. What was sent before the iteration is left
 * runs to its end.
 * @throws what a call failed with, when its turn comes; what the sources throw
 */
export async function* imapOver(
  sources: readonly Source<unknown>[],
  plan: ImapPlan,
): AsyncGenerator<unknown, void, undefined> {
  const rows = sourceRows(sources);
  const flow = new CallFlow(rows, plan);
  try {
    for (;;) {
      flow.fill();
      const ending = flow.take();
      if (ending === "none") return;
      if (ending === undefined) await flow.changed();
      else if ("error" in ending) throw ending.error;
      else yield ending.value;
    }
  } finally {
    flow.stop();
    // A source that never gives its next element cannot be closed: nobody waits for that.
    const closed = rows.return();
    closed.catch(() => undefined);
    await Promise.race([closed, setImmediate()]);
  }
}

/**
 * The calls between the sources and who takes the results. At most one row is being read at a time, beside the calls that
 * are under way, so that a slow source holds no result back.
 */
class CallFlow {
  readonly #rows: AsyncGenerator<unknown[], void, undefined>;
  readonly #plan: ImapPlan;
  /** In the order of sending, or, where order is of no account, of ending. */
  readonly #calls: Call[] = [];
  #pending = 0;
  #isReading = false;
  /** Set when there are no further rows: with what the sources or the sending failed, if they did. */
  #end: { readonly failure?: { readonly error: unknown } } | undefined;
  #change = new Deferred<void>();

  constructor(rows: AsyncGenerator<unknown[], void, undefined>, plan: ImapPlan) {
    this.#rows = rows;
    this.#plan = plan;
  }

  /** Sends no more. */
  stop(): void {
    this.#end ??= {};
  }

  /** Reads and sends the next row, and so on, as long as there is room. */
  fill(): void {
    if (this.#isReading || this.#end || !this.#hasRoom()) return;
    this.#isReading = true;
    this.#rows.next().then(
      (row) => this.#wake(() => (row.done ? this.#finish() : this.#send(row.value))),
      (error: unknown) => this.#wake(() => this.#finish({ error })),
    );
  }

  /** The next result; `undefined` while it is not there, `"none"` after the last. */
  take(): Ending | "none" | undefined {
    const [first] = this.#calls;
    if (first?.ending) this.#calls.shift();
    if (first || this.#pending > 0 || !this.#end) return first?.ending;
    const { failure } = this.#end;
    this.#end = {};
    return failure ?? "none";
  }

  changed(): Promise<void> {
    return this.#change.promise;
  }

  #hasRoom(): boolean {
    try {
      const outstanding = this.#plan.ordered ? this.#calls.length : this.#calls.length + this.#pending;
      return outstanding < this.#plan.maxOutstanding();
    } catch (error) {
      this.#finish({ error });
      return false;
    }
  }

  #wake(step: () => void): void {
    this.#isReading = false;
    if (!this.#end) step();
    this.fill();
    this.#announce();
  }

  #send(items: readonly unknown[]): void {
    const call: Call = { ending: undefined };
    const settle = (ending: Ending) => {
      call.ending = ending;
      this.#pending -= 1;
      if (!this.#plan.ordered) this.#calls.push(call);
      this.#announce();
    };
    try {
      const result = this.#plan.send(items);
      this.#pending += 1;
      if (this.#plan.ordered) this.#calls.push(call);
      result.then(
        (value) => settle({ value }),
        (error: unknown) => settle({ error }),
      );
    } catch (error) {
      this.#finish({ error });
    }
  }

  #finish(failure?: { readonly error: unknown }): void {
    this.#end = failure ? { failure } : {};
  }

  #announce(): void {
    const change = this.#change;
    this.#change = new Deferred();
    change.resolve();
  }
}
