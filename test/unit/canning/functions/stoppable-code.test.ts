import { expect, test } from "vitest";
import type { Waits } from "../../../../canning/functions/stoppable-code.ts";
import { cell, journey } from "../cell-functions.ts";

type Fn = (...args: unknown[]) => unknown;

/** Notes what is awaited, and by which turns. */
function noted(): Waits & { readonly turns: number[] } {
  const turns: number[] = [];
  const note = <T>(turn: number, value: T): T => {
    turns.push(turn);
    return value;
  };
  return { turns, turn: 0, wait: note, each: note as Waits["each"] };
}

/** Every form of function that awaits, and what they give. */
const forms = `(() => {
  const ten = 10, k = async () => ten;
  return {
    arrow: async (x) => x + await k(),
    block: async (x) => { const n = await k(); return x + n },
    plain: async function (x) { return x + (await k()) },
    named: async function inner(x) { return x ? x + await inner(0) : await (0, k()) },
    async method(x) { return x + await (await Promise.resolve(k())) },
    async ["computed"](x) { return \`\${await x}\` * 1 + await k() },
    async loop(x) { for await (const n of (0, [k()])) x += n; return x },
    inner(x) { return (async () => x + await /* here */ k() // there
    )() },
    async generator(x) { async function* ten() { yield await k() } for await (const y of ten()) x += y; return x },
    async ofClass(x) { class Ten { async ten() { return await k() } } return x + await new Ten().ten() },
    word: async function (x) { const text = "await it", o = { await: 10 }; return x + o.await * await 1 },
  };
})()`;

test("functions of every form await by what they are given, and give the same", async () => {
  for (const [name, form] of Object.entries(cell<Record<string, Fn>>(forms))) {
    const waits = noted();
    const made = journey(form, {}, { waits });
    expect([name, await made(5)]).toEqual([name, 15]);
    expect(waits.turns.length).toBeGreaterThan(0);
  }
});

test("their texts, and those of functions in them, are what was written; so they travel on as they came", async () => {
  for (const form of Object.values(cell<Record<string, Fn>>(forms))) {
    const made = journey(form, {}, { waits: noted() });
    expect(made.toString()).toBe(form.toString());
    expect(await journey(journey(made, {}, { waits: noted() }))(5)).toBe(15);
  }
  const maker = cell<() => Promise<Fn>>("async () => { await 1; return async (x) => [await x] }");
  const inner = await journey(maker, {}, { waits: noted() })();
  expect(String(inner)).toBe("async (x) => [await x]");
  expect(await journey(inner, {}, { waits: noted() })(7)).toEqual([7]);
  expect(Function.prototype.toString.toString()).toContain("[native code]");
});

test("what a wait computes has later turns than itself", async () => {
  const order: string[] = [];
  const wait = (turn: number, value: unknown) => {
    order.push(`${turn} ${value}`);
    return value;
  };
  const nested = cell<Fn>("async () => { const f = async (x) => await x; await (f('inner'), 'outer') }");
  await journey(nested, {}, { waits: { turn: 0, wait, each: noted().each } })();
  expect(order).toEqual(["1 inner", "0 outer"]);
});

test("stack traces and places are those of what was written", async () => {
  const code = `async (f) => {
  const a = await 1, b = await 2; return [new Error("here"), await f().catch((error) => error), () => new Error("inner")];
}`;
  const fail = cell<Fn>(
    "async (x) => { await 0; if (await x, x) await (async () => { await 0; null.a })() }",
    "cell [8]",
  );
  const original = cell<Fn>(code, "cell [7]");
  const places = async (f: Fn, g: Fn) => {
    const [here, beyond, inner] = (await f(() => g(1))) as [Error, Error, () => Error];
    const sent = journey(inner, {}, { waits: noted() });
    return [here, beyond, inner(), sent()].map((error) => String(error.stack).match(/cell \[\d\]:\d+:\d+/g));
  };
  const expected = await places(original, fail);
  expect(expected[1]?.length).toBe(3);
  const waits = noted();
  expect(await places(journey(original, {}, { waits }), journey(fail, {}, { waits }))).toEqual(expected);
});

test("nothing changes without waits, without an await, or where the text has the name of ours", () => {
  const waits = noted();
  const awaiting = cell<Fn>("async () => new Error((() => { const $tsparallelWaits = 1; })() ?? await 1).stack");
  expect(journey(awaiting, {}, { waits })).toBeTypeOf("function");
  const named = cell<() => Promise<unknown>>(
    "async () => { const $tsparallelWaits = 5; return await $tsparallelWaits }",
  );
  const sync = cell<Fn>("() => [1]");
  expect(journey(named, {}, { waits }).toString()).toBe(named.toString());
  expect(journey(sync, {}, { waits })()).toEqual([1]);
  expect(waits.turns).toEqual([]);
});
