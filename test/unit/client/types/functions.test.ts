import { expectTypeOf, test } from "vitest";
import { interactive } from "../../../../canning/functions/interactive.ts";
import { Reference } from "../../../../canning/reference.ts";
import type { DirectView } from "../../../../client/direct-view.ts";
import type { LoadBalancedView } from "../../../../client/load-balanced-view.ts";
import type { AsyncResult } from "../../../../client/results/async-result.ts";

declare const one: DirectView<"one">;
declare const balanced: LoadBalancedView;

/** Only for the compiler: never called. */
function references() {
  const add = (x: number, y: number) => x + y;
  // @ts-expect-error: a reference to a string is no number
  one.apply(add, 1, new Reference<string>("a"));
  // @ts-expect-error: nor is a string
  one.apply(add, 1, "2");
  // @ts-expect-error: an argument is missing
  one.apply(add, new Reference<number>("a"));
  return {
    mixed: one.apply(add, 1, new Reference("a")),
    typed: balanced.apply(add, new Reference<number>("a"), 2),
    inferred: one.apply((x) => x.length, new Reference<string[]>("names")),
    variadic: one.apply(Math.hypot, 3, new Reference("b")),
    held: new Reference<number>("a"),
  };
}

test("an argument may be a reference to a variable of its type", () => {
  type References = ReturnType<typeof references>;
  expectTypeOf<References["mixed"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<References["typed"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<References["inferred"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<References["variadic"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<References["held"]["name"]>().toEqualTypeOf<string>();
});

test("an interactive function keeps its type", () => {
  const scaled = interactive((x: number, by = 2) => x * by);
  expectTypeOf(scaled).toEqualTypeOf<(x: number, by?: number) => number>();
  const called = () => one.apply(scaled, 1);
  expectTypeOf(called).returns.toEqualTypeOf<AsyncResult<number, "one">>();
  // @ts-expect-error: only functions are
  const refused = () => interactive(5);
  expectTypeOf(refused).toBeFunction();
});
