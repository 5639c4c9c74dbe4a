import { Script } from "node:vm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import { TaskAborted } from "../../client/errors/failures.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import type { AsyncResult } from "../../client/results/async-result.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { RunningCluster } from "../support/running-cluster.ts";

// Variables of the engine: functions that travel see them there.
declare let turns: number;
declare let ticks: number;
declare let steps: string[];
declare let ticking: NodeJS.Timeout;
/** A millisecond. */
declare const sleep: () => Promise<void>;
/** One turn of a loop; prints when it is going. */
declare const turn: (each?: unknown) => void;
declare const work: () => Promise<void>;

let running: RunningCluster;
let rc: Client;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 1 });
  rc = await running.connect();
  await rc.view(0).execute(`
    var turns = 0, ticks = 0, ticking, steps = [], kept = 42;
    const sleep = () => new Promise((resolve) => setTimeout(resolve, 1));
    const turn = () => { if (++turns === 3) console.log("go") };
  `);
});
beforeEach(() => rc.view(0).execute("turns = 0; steps = []"));
afterAll(() => running[Symbol.asyncDispose]());

async function going(result: AsyncResult<unknown, "one">): Promise<void> {
  await waitUntil(() => result.ready || String(result.stdout).includes("go"), AbortSignal.timeout(10_000));
  if (result.ready) throw new Error("It ended by itself.", { cause: await ending(result) });
}

const ending = (result: AsyncResult<unknown>): Promise<unknown> =>
  result.get({ timeoutMs: 10_000 }).catch((error: unknown) => error);

async function abort(result: AsyncResult<unknown, "one">): Promise<void> {
  await going(result);
  await result.abort();
  expect(await ending(result)).toBeInstanceOf(TaskAborted);
}

/**
 * By how much a variable grows while the engine awaits a hundred timers of a millisecond, one after another. Node serves
 * timers of one length in the order in which they were set: whatever else awaits such timers makes as many turns.
 */
const growth = (name: "turns" | "ticks"): AsyncResult<number, "one"> =>
  rc.view(0).apply(async (variable) => {
    const read = () => Number(Reflect.get(globalThis, variable));
    const before = read();
    for (let i = 0; i < 100; i++) await sleep();
    return read() - before;
  }, name);

async function expectStopped(): Promise<void> {
  expect(await growth("turns")).toBe(0);
  expect((await rc.view(0).execute("kept")).text).toBe("42");
}

const loops: Readonly<Record<string, () => unknown>> = {
  "an arrow function": async () => {
    for (;;) {
      turn();
      await sleep();
    }
  },
  "a method": {
    async loop() {
      for (;;) {
        turn();
        await sleep();
      }
    },
  }.loop,
  "an inner function, and what awaits it": async () => {
    const inner = async () => {
      for (;;) {
        turn();
        await sleep();
      }
    };
    for (;;) await inner();
  },
  "many at once": async () => {
    const worker = async () => {
      for (;;) {
        turn();
        await sleep();
      }
    };
    await Promise.all([worker(), worker(), worker()]);
  },
  "an async generator and its loop": async () => {
    async function* count() {
      for (;;) {
        await sleep();
        yield turn();
      }
    }
    for await (const each of count()) void each;
  },
  "a loop over what a timer gives": async () => {
    const { setInterval } = process.getBuiltinModule("node:timers/promises");
    for await (const each of setInterval(1)) turn(each);
  },
  "a method of a class": async () => {
    class Worker {
      async *work() {
        for (;;) yield await sleep();
      }
    }
    for await (const each of new Worker().work()) turn(each);
  },
};

for (const [name, loop] of Object.entries(loops))
  test(`${name} is over when it is aborted, though it awaits in a loop`, async () => {
    await abort(rc.view(0).apply(loop));
    await expectStopped();
  });

test("a captured function is over too; an interrupt of the result or of the engine does the same", async () => {
  const step = async () => {
    turn();
    await sleep();
  };
  const interrupts = [(result: AsyncResult<unknown, "one">) => result.interrupt(), () => rc.interrupt()];
  for (const interrupt of interrupts) {
    await rc.view(0).execute("turns = 0");
    const result = rc.view(0).apply(async () => {
      for (;;) await step();
    });
    await going(result);
    await interrupt(result);
    const error = await ending(result);
    expect(error).toBeInstanceOf(RemoteError);
    expect((error as RemoteError).ename).toBe("KeyboardInterrupt");
    await expectStopped();
  }
});

test("a function that was pushed before is over when the cell that calls it is", async () => {
  await rc.view(0).push({
    work: async () => {
      for (;;) {
        turn();
        await sleep();
      }
    },
  });
  for (const cell of ["await work()", "void work(); await new Promise(() => {})"]) {
    await rc.view(0).execute("turns = 0");
    await abort(rc.view(0).execute(cell));
    await expectStopped();
  }
});

test("a task of a balanced view is over too", async () => {
  const result = rc.loadBalancedView().apply(async () => {
    for (;;) {
      turn();
      await sleep();
    }
  });
  await abort(result);
  await expectStopped();
});

test("`finally` blocks run, innermost first, and may await; so may what catches it", async () => {
  const result = rc.view(0).apply(async () => {
    const inner = async () => {
      try {
        for (;;) {
          turn();
          await sleep();
        }
      } finally {
        steps.push("inner");
      }
    };
    try {
      await inner();
    } catch (error) {
      steps.push((error as Error).name);
      await sleep();
    } finally {
      await sleep();
      steps.push("outer");
    }
  });
  await abort(result);
  await expect.poll(() => rc.view(0).pull("steps")).toEqual(["inner", "KeyboardInterrupt", "outer"]);
  await expectStopped();
});

test("what nobody awaits is over without a word, and timers of the user's go on", async () => {
  const result = rc.view(0).apply(async () => {
    ticking = setInterval(() => ticks++, 1);
    const worker = async () => {
      for (;;) {
        turn();
        await sleep();
      }
    };
    void worker();
    await new Promise(() => undefined);
  });
  await abort(result);
  expect(await growth("ticks")).toBeGreaterThan(0);
  await expectStopped();
  expect([String(result.stdout), String(result.stderr)]).toEqual(["go\n", ""]);
  await rc.view(0).execute("clearInterval(ticking)");
});

test("a function gives its own source on an engine and travels on from there, those that it makes too", async () => {
  const make = async (by: number) => {
    await sleep();
    return async (x: number) => (await Promise.resolve(x)) * by;
  };
  expect(await rc.view(0).apply((f) => `${f}`, make)).toBe(make.toString());
  const double = await rc.view(0).apply(make, 2);
  expect([double.toString(), await double(21)]).toEqual(["async (x) => await Promise.resolve(x) * by", 42]);
  expect(await rc.view(0).apply(double, 4)).toBe(8);
});

test("errors beyond an await name the line and column that were written", async () => {
  const code = `async (wait) => {
    await null; if (await wait(), wait) throw new TypeError("thrown");
  }`;
  const fail = new Script(code, { filename: "cell [5]" }).runInThisContext() as (wait: () => unknown) => Promise<void>;
  const expected = /cell \[5\]:2:\d+/.exec(String(await fail(() => null).catch(({ stack }: Error) => stack)))?.[0];
  const error = (await ending(rc.view(0).apply(fail, () => null))) as RemoteError;
  expect(error.traceback.join("\n")).toContain(expected);
  expect(await rc.view(0).apply((f) => f(() => null).catch(({ stack }: Error) => stack), fail)).toContain(expected);
});
