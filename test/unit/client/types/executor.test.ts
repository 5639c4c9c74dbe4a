import { expectTypeOf, test } from "vitest";
import { Reference } from "../../../../canning/reference.ts";
import type { Client } from "../../../../client/client.ts";
import type { DirectView } from "../../../../client/direct-view.ts";
import { delayed, type Parallel } from "../../../../client/executor/parallel.ts";
import type { Submitted } from "../../../../client/executor/view-executor.ts";
import type { AsyncMapResult } from "../../../../client/results/async-result.ts";

declare const rc: Client;
declare const many: DirectView;
declare const parallel: Parallel;

/** Only for the compiler: never called. */
function calls() {
  const power = async (base: number, exponent: number) => base ** exponent;
  const pool = rc.executor();
  return {
    submitted: pool.submit(power, 2, new Reference<number>("n")),
    onAll: many.executor.submit(power, 2, 3),
    mapped: pool.map((text: string) => text.length, ["a"], { chunkSize: 2 }),
    run: parallel.run([1, 2].map((n) => delayed(power)(n, 2))),
    mixed: parallel.run([delayed(power)(2, 3), delayed((text: string) => text)("a")]),
    // @ts-expect-error: a text is no number
    wrong: pool.submit(power, "2", 3),
    // @ts-expect-error: the exponent is missing
    delayed: delayed(power)(2),
  };
}

test("what executors promise is inferred from the functions", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["submitted"]>().toEqualTypeOf<Submitted<number, "one">>();
  expectTypeOf<Awaited<Calls["onAll"]>>().toEqualTypeOf<number[]>();
  expectTypeOf<Calls["mapped"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["run"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["mixed"]>().toEqualTypeOf<AsyncMapResult<number | string>>();
});
