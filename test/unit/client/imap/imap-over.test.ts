import { expect, test } from "vitest";
import { type ImapPlan, imapOver } from "../../../../client/imap/imap-over.ts";
import { requireSources, type Source } from "../../../../client/imap/source-rows.ts";
import { Deferred } from "../../../../protocol/deferred.ts";

/** Calls whose ends are in the test's hands. */
function setUp(
  sources: readonly Source<unknown>[],
  options: Partial<Omit<ImapPlan, "send" | "maxOutstanding">> & { most?: number } = {},
) {
  const calls: { readonly items: readonly unknown[]; readonly end: Deferred<unknown> }[] = [];
  const results = imapOver(sources, {
    ordered: options.ordered ?? true,
    maxOutstanding: () => options.most ?? 3,
    send: (items) => {
      if (items.includes("unsendable")) throw new TypeError("cannot travel");
      const end = new Deferred<unknown>();
      calls.push({ items, end });
      return end.promise;
    },
  });
  const finish = (index: number, value?: unknown) => calls[index]?.end.resolve(value ?? calls[index]?.items[0]);
  const fail = (index: number, error: Error) => calls[index]?.end.reject(error);
  return { calls, results, finish, fail };
}

/** Numbers without end, counted as they are read. */
function counter() {
  const state = { read: 0, isClosed: false };
  function* numbers() {
    try {
      for (;;) yield state.read++;
    } finally {
      state.isClosed = true;
    }
  }
  return { state, numbers: numbers() };
}

const settled = () => new Promise((go) => setImmediate(go));

test("nothing is read before the first result is asked for, and never more than may be outstanding", async () => {
  const { state, numbers } = counter();
  const { calls, results, finish } = setUp([numbers]);
  await settled();
  expect(state.read).toBe(0);
  const first = results.next();
  await settled();
  expect([calls.length, state.read]).toEqual([3, 3]);
  finish(1);
  finish(2);
  await settled();
  expect(calls.length).toBe(3);
  finish(0);
  expect(await first).toEqual({ value: 0, done: false });
  await settled();
  expect(calls.length).toBe(3);
});

test("a consumer that stops taking stops the reading; one that goes on gets all in order", async () => {
  const { state, numbers } = counter();
  const { calls, results, finish } = setUp([numbers]);
  const taken: unknown[] = [];
  while (taken.length < 50) {
    const next = results.next();
    await settled();
    for (const index of calls.keys()) finish(index);
    taken.push((await next).value);
    expect(state.read - taken.length).toBeLessThanOrEqual(3);
  }
  expect(taken).toEqual(Array.from({ length: 50 }, (_, i) => i));
  await results.return();
  expect(state.isClosed).toBe(true);
});

test("a loop that is left sends nothing of what was being read", async () => {
  const gate = new Deferred<void>();
  async function* slow() {
    yield 1;
    await gate.promise;
    yield 2;
  }
  const { calls, results, finish } = setUp([slow()]);
  const first = results.next();
  await settled();
  finish(0);
  await first;
  await results.return();
  gate.resolve();
  await settled();
  expect(calls.length).toBe(1);
});

test("without order, results come as calls end", async () => {
  const { results, finish } = setUp([["a", "b", "c", "d"]], { ordered: false });
  const first = results.next();
  await settled();
  finish(2);
  expect((await first).value).toBe("c");
  const second = results.next();
  await settled();
  finish(3);
  finish(0);
  finish(1);
  expect([(await second).value, (await results.next()).value, (await results.next()).value]).toEqual(["d", "a", "b"]);
  expect((await results.next()).done).toBe(true);
});

test("a slow source holds no result back", async () => {
  const gate = new Deferred<void>();
  async function* slow() {
    yield 1;
    await gate.promise;
    yield 2;
  }
  const { results, finish } = setUp([slow()]);
  const first = results.next();
  await settled();
  finish(0);
  expect((await first).value).toBe(1);
  const second = results.next();
  gate.resolve();
  await settled();
  finish(1);
  expect([(await second).value, (await results.next()).done]).toEqual([2, true]);
});

test("several sources go side by side, and the shortest ends it", async () => {
  const { state, numbers } = counter();
  async function* letters() {
    yield* "xyz";
  }
  const { calls, results, finish } = setUp([numbers, letters(), { length: 2, 0: true, 1: false }], { most: 9 });
  const first = results.next();
  await settled();
  expect(calls.map(({ items }) => items)).toEqual([
    [0, "x", true],
    [1, "y", false],
  ]);
  finish(0);
  finish(1);
  expect([(await first).value, (await results.next()).value, (await results.next()).done]).toEqual([0, 1, true]);
  expect(state.isClosed).toBe(true);
});

test("a failed call ends it in its turn, and closes the sources", async () => {
  const { state, numbers } = counter();
  const { results, finish, fail } = setUp([numbers]);
  const first = results.next();
  await settled();
  fail(1, new RangeError("no 1"));
  finish(0);
  expect((await first).value).toBe(0);
  await expect(results.next()).rejects.toThrow("no 1");
  expect([(await results.next()).done, state.isClosed]).toEqual([true, true]);
});

test.each([true, false])(
  "what cannot be sent or read is told after the results before it (ordered: %s)",
  async (ordered) => {
    function* broken() {
      yield 1;
      throw new Error("source broke");
    }
    for (const [source, message] of [
      [broken(), "source broke"],
      [[1, "unsendable", 3], "cannot travel"],
    ] as const) {
      const { calls, results, finish } = setUp([source], { ordered });
      const first = results.next();
      await settled();
      expect(calls.length).toBe(1);
      finish(0);
      expect((await first).value).toBe(1);
      await expect(results.next()).rejects.toThrow(message);
    }
  },
);

test("a loop that is left while its source gives nothing ends at once", async () => {
  const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
  const { results, calls, finish } = setUp([
    {
      [Symbol.asyncIterator]: () => {
        let read = 0;
        return {
          next: () =>
            read++ === 0 ? Promise.resolve({ value: 1, done: false }) : source[Symbol.asyncIterator]().next(),
        };
      },
    },
  ]);
  const first = results.next();
  await settled();
  expect(calls.length).toBe(1);
  finish(0);
  await first;
  expect(await results.return()).toEqual({ value: undefined, done: true });
});

test("what has no elements is refused", () => {
  expect(() => requireSources([])).toThrow(/at least one sequence/);
  expect(() => requireSources([[1], 5])).toThrow(/^Cannot go over 5/);
});
