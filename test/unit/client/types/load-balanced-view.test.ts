import { expectTypeOf, test } from "vitest";
import { depend, dependent } from "../../../../client/dependencies/depend.ts";
import { Dependency } from "../../../../client/dependencies/dependency.ts";
import { requires } from "../../../../client/dependencies/requires.ts";
import type { RemoteError } from "../../../../client/errors/remote-error.ts";
import type { LoadBalancedView } from "../../../../client/load-balanced-view.ts";
import type { AsyncMapResult, AsyncResult } from "../../../../client/results/async-result.ts";

declare const view: LoadBalancedView;
declare const stream: AsyncIterable<string>;

const area = (width: number, height: number) => width * height;
const isOn = (platform: string) => process.platform === platform;

/** Only for the compiler: never called. */
function calls() {
  const flagged = view.withFlags({ after: new Dependency("a"), follow: [view.apply(area, 1, 2)], retries: 1 });
  return {
    apply: flagged.apply(area, 1, 2),
    remote: view.remote(async (name: string) => name.length)("a"),
    parallel: view.parallel((xs: readonly number[]) => xs.map(String), { chunkSize: 3, label: "a" })([1, 2]),
    parallelMap: view.parallel(area).map([1], [2]),
    map: view.map((x) => x.length, ["a"], { chunkSize: 2, ordered: false, maxOutstanding: 4, targets: [0] }),
    kept: view.map((x) => x.length, ["a"], { returnErrors: true }),
    keptTwo: view.map((x, y) => x.length + y, ["a"], [1], { returnErrors: true, retries: 1 }),
    imap: view.imap((x) => x.length, stream),
    imapTwo: view.imap((x, y) => x.length + y, stream, [1], { ordered: false }),
    imapKept: view.imap(async (x) => x.length, ["a"], { returnErrors: true, label: "a" }),
    required: view.apply(requires(["lodash", area, { limit: 3 }], area), 1, 2),
    dependent: view.map(dependent(area, isOn, "linux"), [1], [2]),
    depend: view.apply(depend(isOn, "linux")(area), 1, 2),
  };
}

test("results of a load-balanced view are inferred", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["apply"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["remote"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["parallel"]>().toEqualTypeOf<AsyncResult<string[], "many">>();
  expectTypeOf<Calls["parallelMap"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["map"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["kept"]>().toEqualTypeOf<AsyncMapResult<number | RemoteError>>();
  expectTypeOf<Calls["keptTwo"]>().toEqualTypeOf<AsyncMapResult<number | RemoteError>>();
  expectTypeOf<Calls["imap"]>().toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
  expectTypeOf<Calls["imapTwo"]>().toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
  expectTypeOf<Calls["imapKept"]>().toEqualTypeOf<AsyncGenerator<number | RemoteError, void, undefined>>();
});

test("functions with conditions have the types of those without", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["required"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["dependent"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["depend"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf(requires("lodash", area)).toEqualTypeOf(area);
});

test("wrong arguments and flags do not compile", () => {
  const wrong = () => {
    // @ts-expect-error no such flag
    view.withFlags({ timeout: 1 });
    // @ts-expect-error tasks are ids and results
    view.withFlags({ after: 3 });
    // @ts-expect-error no such option beside one that there is
    view.map((x: number) => x, [1], { chunkSize: 2, orderd: false });
    // @ts-expect-error the elements are strings
    view.imap((x: number) => x, stream);
    // @ts-expect-error no such option
    view.imap((x: number) => x, [1], { chunkSize: 2 });
    // @ts-expect-error a map needs all its elements at once
    view.map((x: string) => x, stream);
    // @ts-expect-error the check takes a string
    depend(isOn, 3);
    // @ts-expect-error the check takes an argument
    dependent(area, isOn);
    // @ts-expect-error a height is missing
    view.apply(requires("lodash", area), 1);
    // @ts-expect-error an argument is missing
    view.remote(area)(1);
  };
  expectTypeOf(wrong).toBeFunction();
});
