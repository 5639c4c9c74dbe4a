import { expectTypeOf, test } from "vitest";
import { Reference } from "../../../../canning/reference.ts";
import type { DirectView } from "../../../../client/direct-view.ts";
import { parallel, remote } from "../../../../client/functions/remote.ts";
import type { LoadBalancedView } from "../../../../client/load-balanced-view.ts";
import type { ExecuteReply } from "../../../../client/requests/execute-reply.ts";
import type { AsyncMapResult, AsyncResult } from "../../../../client/results/async-result.ts";

declare const one: DirectView<"one">;
declare const many: DirectView;
declare const balanced: LoadBalancedView;

const area = (width: number, height: number) => width * height;

/** Only for the compiler: never called. */
function calls() {
  return {
    run: many.run("a.ts"),
    runOne: many.run(new URL("file:///a.ts"), { targets: 0 }),
    updated: one.update({ a: 1 }),
    got: many.get<number>("a"),
    gotOne: many.get<number>("a", { targets: 0 }),
    gotSeveral: one.get<[number, string]>(["a", "b"]),
    scattered: one.scatter("a", new Float64Array(3), { dist: "roundRobin", flatten: true }),
    gathered: many.gather("a"),
    gatheredTyped: many.gather<Float64Array>("a", { dist: "roundRobin" }),
    map: many.map((a: string, b: number) => a.repeat(b), ["a"], [1], { dist: "roundRobin", targets: [0] }),
    imap: many.imap(async (x) => x.length, new Set(["a"]), { targets: [0], maxOutstanding: 2 }),
    sum: many.reduce((a, b) => a + b, [1, 2]),
    text: many.reduce((a, b) => a + b, new Set(["a"]), { initial: "", targets: "all" }),
    modules: many.imports({ os: "node:os", sep: ["node:path", "sep"] }),
    typedModules: many.imports<{ os: typeof import("node:os") }>({ os: "node:os" }),
    activated: one.activate("_one"),
  };
}

/** Only for the compiler: never called. */
function functions() {
  const rows = (a: number[][], b: number[][]) => a.map((row, i) => row.map((x, j) => x * (b[i]?.[j] ?? 0)));
  const twice = many.parallel((part: Float32Array) => part.map((x) => 2 * x));
  const text = many.parallel(async (part: unknown) => String(part), { dist: "roundRobin" });
  return {
    remote: many.remote(area)(1, new Reference("h")),
    remoteOne: one.remote(async (name: string) => name.length)("a"),
    free: remote(many)(area)(1, 2),
    freeOne: remote(many, { targets: 0, label: "area" })(area)(1, 2),
    freeTask: remote(balanced, { retries: 1 })(area)(1, 2),
    rows: many.parallel(rows)([[1]], [[2]]),
    twice: twice(new Float32Array(2)),
    twiceMapped: twice.map([new Float32Array(2)]),
    text: text([1, 2]),
    textMapped: text.map([1, 2]),
    freeParallel: parallel(balanced, { chunkSize: 2 })(rows)([[1]], [[2]]),
  };
}

test("results of a direct view are inferred", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["run"]>().toEqualTypeOf<AsyncResult<ExecuteReply[], "many">>();
  expectTypeOf<Calls["runOne"]>().toEqualTypeOf<AsyncResult<ExecuteReply, "one">>();
  expectTypeOf<Calls["updated"]>().toEqualTypeOf<AsyncResult<undefined, "one">>();
  expectTypeOf<Calls["got"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Calls["gotOne"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["gotSeveral"]>().toEqualTypeOf<AsyncResult<[number, string], "one">>();
  expectTypeOf<Calls["scattered"]>().toEqualTypeOf<AsyncResult<undefined[], "many">>();
  expectTypeOf<Calls["gathered"]>().toEqualTypeOf<AsyncResult<unknown[], "many">>();
  expectTypeOf<Calls["gatheredTyped"]>().toEqualTypeOf<AsyncResult<Float64Array, "many">>();
  expectTypeOf<Calls["map"]>().toEqualTypeOf<AsyncMapResult<string>>();
  expectTypeOf<Calls["imap"]>().toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
  expectTypeOf<Calls["sum"]>().toEqualTypeOf<AsyncResult<number, "many">>();
  expectTypeOf<Calls["text"]>().toEqualTypeOf<AsyncResult<string, "many">>();
  expectTypeOf<Calls["modules"]>().resolves.toEqualTypeOf<{ os: unknown; sep: unknown }>();
  expectTypeOf<Calls["typedModules"]>().resolves.toEqualTypeOf<{ os: typeof import("node:os") }>();
  expectTypeOf<Calls["activated"]>().toEqualTypeOf<DirectView<"one">>();
});

test("remote and parallel functions keep their arguments, and give results of engines", () => {
  type Functions = ReturnType<typeof functions>;
  expectTypeOf<Functions["remote"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Functions["remoteOne"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Functions["free"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Functions["freeOne"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Functions["freeTask"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Functions["rows"]>().toEqualTypeOf<AsyncResult<number[][], "many">>();
  expectTypeOf<Functions["twice"]>().toEqualTypeOf<AsyncResult<Float32Array<ArrayBuffer>, "many">>();
  expectTypeOf<Functions["twiceMapped"]>().toEqualTypeOf<AsyncMapResult<Float32Array<ArrayBuffer>>>();
  expectTypeOf<Functions["text"]>().toEqualTypeOf<AsyncResult<string[], "many">>();
  expectTypeOf<Functions["textMapped"]>().toEqualTypeOf<AsyncMapResult<string>>();
  expectTypeOf<Functions["freeParallel"]>().toEqualTypeOf<AsyncResult<number[][], "many">>();
});

test("wrong arguments do not compile", () => {
  const wrong = () => {
    // @ts-expect-error one argument is missing
    many.remote(area)(1);
    // @ts-expect-error a reference to a string is no number
    many.remote(area)(1, new Reference<string>("h"));
    // @ts-expect-error the function wants arrays of numbers
    many.parallel((part: number[]) => part)(["a"]);
    // @ts-expect-error the elements are strings
    many.parallel((x: number) => x).map(["a"]);
    // @ts-expect-error what is combined is of one type
    many.reduce((a: number, b: number) => a + b, ["a"]);
    // @ts-expect-error no such way to share out
    many.scatter("a", [1], { dist: "cyclic" });
    // @ts-expect-error a number has no elements
    many.scatter("a", 5);
    // @ts-expect-error a direct view has no chunks
    many.parallel((part: number[]) => part, { chunkSize: 2 });
    // @ts-expect-error nothing blocks here
    many.push({ a: 1 }, { block: true });
    // @ts-expect-error a direct view sends no task again
    remote(many, { retries: 1 });
    // @ts-expect-error modules are named
    void many.imports({ os: 5 });
  };
  expectTypeOf(wrong).toBeFunction();
});
