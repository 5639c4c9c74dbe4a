import { expectTypeOf, test } from "vitest";
import type { Client } from "../../../../client/client.ts";
import type { StatusWithResults } from "../../../../client/hub/result-status.ts";
import type { QueueStatus } from "../../../../client/queue-status.ts";
import type { ExecuteReply } from "../../../../client/requests/execute-reply.ts";
import type { TaskMetadata } from "../../../../client/requests/task-metadata.ts";
import type { AsyncResult } from "../../../../client/results/async-result.ts";

declare const rc: Client;
declare const result: AsyncResult<string, "one">;
declare const results: AsyncResult<string[], "many">;

/** Only for the compiler: never called. */
const calls = () => ({
  last: rc.getResult<number>(),
  byIndex: rc.getResult<number>(-2, { owner: false }),
  several: rc.getResult<number>([0, "a", result, results]),
  resubmitted: rc.resubmit<number>([0, "a"]),
  resubmittedLast: rc.resubmit(),
  status: rc.resultStatus([0, result], { statusOnly: false }),
  queues: rc.queueStatus("all", { verbose: true, timeoutMs: 1 }),
  waited: rc.wait([result, results, "a", -1, Promise.resolve(3)], { timeoutMs: 1 }),
  shown: rc.waitInteractive(undefined, { intervalMs: 50 }),
  applied: rc.sendApplyRequest((x: number) => `${x}`, [1], { engine: 0, metadata: { label: "a" } }),
  executed: rc.sendExecuteRequest("1", { silent: false }),
  address: rc.becomeDask({
    ncores: 2,
    schedulerArgs: { port: 0 },
    workerArgs: { memoryLimit: "1GB", dashboard: false },
  }),
});

test("what a client gives is inferred: one place or id a value, several an array", () => {
  type Calls = ReturnType<typeof calls>;
  expectTypeOf<Calls["last"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["byIndex"]>().toEqualTypeOf<AsyncResult<number, "one">>();
  expectTypeOf<Calls["several"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Calls["resubmitted"]>().toEqualTypeOf<AsyncResult<number[], "many">>();
  expectTypeOf<Calls["resubmittedLast"]>().toEqualTypeOf<AsyncResult<unknown, "one">>();
  expectTypeOf<Calls["status"]>().resolves.toEqualTypeOf<StatusWithResults>();
  expectTypeOf<Calls["queues"]>().resolves.toEqualTypeOf<QueueStatus<readonly string[]>>();
  expectTypeOf<Calls["waited"]>().resolves.toEqualTypeOf<boolean>();
  expectTypeOf<Calls["shown"]>().resolves.toEqualTypeOf<boolean>();
  expectTypeOf<Calls["applied"]>().toEqualTypeOf<AsyncResult<string, "one">>();
  expectTypeOf<Calls["executed"]>().toEqualTypeOf<AsyncResult<ExecuteReply, "one">>();
  expectTypeOf<Calls["address"]>().resolves.toEqualTypeOf<string>();
  expectTypeOf<Client["history"]>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<Client["results"]>().toEqualTypeOf<ReadonlyMap<string, unknown>>();
  expectTypeOf<Client["metadata"]>().toEqualTypeOf<ReadonlyMap<string, TaskMetadata>>();
  expectTypeOf<Client["engineUuids"]>().toEqualTypeOf<ReadonlyMap<number, string>>();
});

test("wrong arguments do not compile", () => {
  const wrong = () => {
    // @ts-expect-error a promise has no id under which it could be found
    rc.getResult(Promise.resolve(1));
    // @ts-expect-error neither can it be aborted
    void rc.abort(Promise.resolve(1));
    // @ts-expect-error nor purged
    rc.purgeLocalResults([Promise.resolve(1)]);
    // @ts-expect-error the argument is a number
    rc.sendApplyRequest((x: number) => x, ["a"]);
    // @ts-expect-error an argument is missing
    rc.sendApplyRequest((x: number) => x, []);
    // @ts-expect-error the history cannot be written
    rc.history.push("a");
    // @ts-expect-error no such option
    void rc.becomeDask({ nthreads: 2 });
    // @ts-expect-error a wait has no function
    void rc.wait(() => 1);
  };
  expectTypeOf(wrong).toBeFunction();
});
