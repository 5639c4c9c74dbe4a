import { expectTypeOf, test } from "vitest";
import type { Client } from "../../../client/client.ts";
import type { DirectView } from "../../../client/direct-view.ts";
import type { ResultStatus } from "../../../client/hub/hub-records.ts";
import type { PreciseDate } from "../../../client/hub/precise-date.ts";
import type { TaskRow } from "../../../client/hub/task-row.ts";
import type { LoadBalancedView } from "../../../client/load-balanced-view.ts";
import type { ExecuteReply } from "../../../client/requests/execute-reply.ts";
import type { AsyncMapResult, AsyncResult } from "../../../client/results/async-result.ts";

declare const rc: Client;
declare const one: DirectView<"one">;
declare const many: DirectView;
declare const balanced: LoadBalancedView;

/** Only for the compiler: never called. */
function calls() {
  const double = (x: number) => x * 2;
  return {
    one: one.apply(double, 3),
    many: many.apply(double, 3),
    promise: balanced.apply(async (name: string, times?: number) => name.repeat(times ?? 1), "a"),
    inferred: one.apply((x, y) => x.length + y, "abc", 4),
    variadic: one.apply(Math.hypot, 3, 4),
    execute: many.execute("1"),
    executeOne: many.execute("1", { targets: 0 }),
    executeSeveral: one.execute("1", { targets: [0] }),
    pulled: many.pull<number>("a"),
    pulledAll: one.pull<[number, string]>(["a", "b"]),
    pushed: one.push({ a: 1 }),
    map: balanced.map((x) => x * 2, [1, 2, 3]),
    mapTyped: balanced.map((x) => String(x), new Float64Array(3), { chunkSize: 1 }),
    mapTwo: many.map((a, b) => a.length + b, ["a"], [1]),
    mapTwoOptions: balanced.map((from, to) => from - to, [1], [2], { chunkSize: 1 }),
    mapAsync: balanced.map(async (x: string) => x.length, new Set(["a"])),
    stdout: { one: one.execute("1").stdout, many: many.execute("1").stdout },
    moved: one.withFlags({ targets: [0, 1] }).apply(double, 1),
  };
}

/** Only for the compiler: never called. */
function records() {
  return {
    all: rc.dbQuery({ completed: { $ne: null }, submitted: { $lt: new Date() }, label: "a", $or: [{ queue: "mux" }] }),
    one: rc.dbQuery({}, "started"),
    several: rc.dbQuery({ msgId: { $in: ["a"] } }, ["stdout", "resultBuffers"]),
    result: rc.getResult<number>("a"),
    unknown: rc.getResult("a"),
    results: rc.getResult<number>(["a"]),
    resubmitted: rc.resubmit<string>("a"),
    resubmittedResult: rc.resubmit(one.apply(Math.sqrt, 4)),
    history: rc.hubHistory(),
    status: rc.resultStatus(["a", one.apply(Math.sqrt, 4)]),
    load: rc.load([0, 1]),
  };
}

test("records are typed by the keys that were asked for", () => {
  type Records = { [Key in keyof ReturnType<typeof records>]: ReturnType<typeof records>[Key] };
  expectTypeOf<Awaited<Records["all"]>>().toEqualTypeOf<Omit<TaskRow, "buffers" | "resultBuffers">[]>();
  expectTypeOf<Awaited<Records["one"]>>().toEqualTypeOf<Pick<TaskRow, "msgId" | "started">[]>();
  expectTypeOf<Awaited<Records["several"]>[number]["resultBuffers"]>().toEqualTypeOf<readonly Buffer[]>();
  expectTypeOf<Awaited<Records["one"]>[number]["started"]>().toEqualTypeOf<PreciseDate | null>();
  expectTypeOf<Records["result"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Records["unknown"]>().toEqualTypeOf<AsyncResult<unknown, "one">>();
  expectTypeOf<Records["results"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Records["resubmitted"]>().toEqualTypeOf<AsyncResult<string, "one">>();
  expectTypeOf<Records["resubmittedResult"]>().toEqualTypeOf<AsyncResult<unknown[], "many">>();
  expectTypeOf<Records["history"]>().resolves.toEqualTypeOf<readonly string[]>();
  expectTypeOf<Records["status"]>().resolves.toEqualTypeOf<ResultStatus>();
  expectTypeOf<Records["load"]>().resolves.toEqualTypeOf<Readonly<Record<number, number>>>();
});

test("results are inferred: values of one engine, arrays of several", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["one"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["many"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Calls["promise"]>().toEqualTypeOf<AsyncResult<string, "one">>();
  expectTypeOf<Calls["inferred"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["variadic"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["execute"]>().toEqualTypeOf<AsyncResult<ExecuteReply[], "many">>();
  expectTypeOf<Calls["executeOne"]>().toEqualTypeOf<AsyncResult<ExecuteReply, "one">>();
  expectTypeOf<Calls["executeSeveral"]>().toEqualTypeOf<AsyncResult<ExecuteReply[], "many">>();
  expectTypeOf<Calls["pulled"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Calls["pulledAll"]>().toEqualTypeOf<AsyncResult<[number, string], "one">>();
  expectTypeOf<Calls["pushed"]>().toEqualTypeOf<AsyncResult<undefined, "one">>();
  expectTypeOf<Calls["map"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["mapTyped"]>().toEqualTypeOf<AsyncMapResult<string>>();
  expectTypeOf<Calls["mapTwo"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["mapTwoOptions"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["mapAsync"]>().toEqualTypeOf<AsyncMapResult<number>>();
  expectTypeOf<Calls["stdout"]>().toEqualTypeOf<{ one: string; many: string[] }>();
  expectTypeOf<Calls["moved"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
});

test("wrong arguments do not compile", () => {
  const wrong = () => {
    // @ts-expect-error a string is no number
    one.apply((x: number) => x, "a");
    // @ts-expect-error one argument is missing
    one.apply((x: number, y: number) => x + y, 1);
    // @ts-expect-error the elements are strings
    balanced.map((x: number) => x, ["a"]);
    // @ts-expect-error no such option
    balanced.map((x) => x, [1], { chunksize: 2 });
    // @ts-expect-error records have no such key
    void rc.dbQuery({ msg_id: "a" });
    // @ts-expect-error times are compared with times
    void rc.dbQuery({ submitted: { $lt: 3 } });
    // @ts-expect-error no such operator
    void rc.dbQuery({ label: { $like: "a" } });
    // @ts-expect-error nobody can look into buffers
    void rc.dbQuery({ buffers: { $exists: true } });
    // @ts-expect-error records have no such key
    void rc.dbQuery({}, ["engine_uuid"]);
  };
  expectTypeOf(wrong).toBeFunction();
});
