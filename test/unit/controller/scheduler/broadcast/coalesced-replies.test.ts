import fc from "fast-check";
import { expect, test } from "vitest";
import { CoalescedReplies } from "../../../../../controller/scheduler/broadcast/coalesced-replies.ts";
import { engineUuid, msgId } from "../../../../../protocol/ids.ts";

const engines = Array.from({ length: 5 }, (_, number) => engineUuid(`engine-${number}`));
const requests = Array.from({ length: 3 }, (_, number) => msgId(`s_1_${number}`));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("reply" as const), request: fc.nat(2), engine: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), engine: fc.nat(4) }) },
);

/** Which of the requests keep parts. */
const keepsParts = (request: number): boolean => request > 0;

/** What is open, as simply as can be said. */
class Model {
  readonly #targets: (readonly number[])[];
  readonly open: Map<number, Set<number>>;

  constructor(targets: readonly (readonly number[])[]) {
    this.#targets = [...targets];
    this.open = new Map(targets.map((numbers, at) => [at, new Set(numbers)]));
  }

  reply(request: number, engine: number) {
    return this.open.get(request)?.delete(engine) ? this.#answer(request) : undefined;
  }

  lose(engine: number) {
    return [...this.open].flatMap(([request, missing]) => {
      if (!missing.delete(engine)) return [];
      const targets = keepsParts(request) ? this.#targets[request] : [];
      this.#targets[request] = targets?.filter((each) => each !== engine) ?? [];
      if (!keepsParts(request)) missing.clear();
      return this.#answer(request) ?? [];
    });
  }

  #answer(request: number) {
    if (this.open.get(request)?.size !== 0) return undefined;
    this.open.delete(request);
    const replies = this.#targets[request]?.map((number) => `${request} of ${number}`) ?? [];
    return replies.length === 0 ? undefined : { replies, keepsParts: keepsParts(request) };
  }
}

const engineAt = (number: number) => engines[number] ?? engineUuid("");
const requestAt = (number: number) => requests[number] ?? msgId("");

test("whoever answers, twice or not at all, or is lost: all replies of a request at once, in its order, and nothing stays", () => {
  const targets = fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1 }), { minLength: 3, maxLength: 3 });
  fc.assert(
    fc.property(targets, fc.array(step, { maxLength: 60 }), (given, steps) => {
      const [replies, model] = [new CoalescedReplies<string>(), new Model(given)];
      for (const [at, numbers] of given.entries()) replies.start(requestAt(at), numbers.map(engineAt), keepsParts(at));
      for (const taken of steps) {
        if (taken.kind === "lose") {
          expect(replies.engineLost(engineAt(taken.engine))).toEqual(model.lose(taken.engine));
        } else {
          const { request, engine } = taken;
          const complete = replies.add(requestAt(request), engineAt(engine), `${request} of ${engine}`);
          expect(complete).toEqual(model.reply(request, engine));
        }
        expect(replies.size).toBe(model.open.size);
      }
    }),
  );
});
