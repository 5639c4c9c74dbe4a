import type { Waits } from "../../canning/functions/stoppable-code.ts";
import { owningRequest, type RunningRequest } from "../output/running-request.ts";

/** A wait that some code is in. */
interface Wait {
  readonly turn: number;
  readonly end: (reason: unknown) => void;
}

/** The waits of a request's code; `undefined` from when it was interrupted. */
const pending = new WeakMap<RunningRequest, Set<Wait> | undefined>();

/**
 * Lets an interrupt end what the code of a request waits for: the reason is thrown there, innermost first. Waits that
 * begin afterwards are waits as any other, so `finally` blocks may await.
 */
export const requestWaits: Waits = {
  turn: 1,

  wait(turn, value) {
    if (typeof value !== "object" || value === null || !("then" in value)) return value;
    const waits = waitsOf(owningRequest());
    if (!waits) return value;
    return new Promise((resolve, reject) => {
      const wait = { turn, end: reject };
      waits.add(wait);
      // V8 follows these very functions from an error back to the line that awaits; closures would end its stack trace.
      void Promise.resolve(value)
        .then(resolve, reject)
        .then(() => waits.delete(wait));
    });
  },

  each(turn, values) {
    const iterable = isAsync(values) ? values : elements(values);
    return {
      [Symbol.asyncIterator]: () => {
        const iterator = iterable[Symbol.asyncIterator]();
        return {
          next: () => requestWaits.wait(turn, iterator.next()) as Promise<IteratorResult<unknown>>,
          return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
        };
      },
    };
  },
};

const isAsync = (values: AsyncIterable<unknown> | Iterable<unknown>): values is AsyncIterable<unknown> =>
  (values as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] !== undefined;

/** Awaits promises among them, as `for await` does. */
async function* elements(values: Iterable<unknown>): AsyncGenerator<unknown> {
  yield* values;
}

function waitsOf(request: RunningRequest | undefined): Set<Wait> | undefined {
  if (!request?.signal) return undefined;
  if (pending.has(request)) return pending.get(request);
  const { signal } = request;
  const waits = signal.aborted ? undefined : new Set<Wait>();
  pending.set(request, waits);
  signal.addEventListener("abort", () => {
    pending.set(request, undefined);
    for (const { end } of [...(waits ?? [])].sort((a, b) => b.turn - a.turn)) end(signal.reason);
  });
  return waits;
}
