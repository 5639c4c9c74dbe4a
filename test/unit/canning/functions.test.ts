import { basename } from "node:path";
import { expect, test } from "vitest";
import { cell, journey, refusal } from "./cell-functions.ts";

type Fn = (...args: unknown[]) => unknown;

test("a function takes the variables that it closes over along, as they are at that moment", () => {
  let k = 2;
  const times = (x: number) => x * k;
  const early = journey(times);
  k = 3;
  expect([early(5), journey(times)(5)]).toEqual([10, 15]);
});

test.each(["v8", "msgpack"] as const)("every form of function travels (%s)", async (codec) => {
  const forms = cell<Record<string, Fn>>(`(() => {
    const k = 10;
    return {
      arrow: (x) => x + k,
      asyncArrow: async (x) => x + k,
      plain: function (x) { return x + k; },
      named: function inner(x) { return inner.name + (x + k); },
      *generator(x) { yield x + k; },
      async *asyncGenerator(x) { yield x + k; },
      method(x) { return x + k; },
      async asyncMethod(x) { return x + k; },
      ["com" + "puted"](x) { return x + k; },
      "with space"(x) { return x + k; },
      get(x) { return x + k; },
      destructuring({ x }, [y] = [k], ...rest) { return x + y + rest.length; },
    };
  })()`);
  const made = journey(forms, { codec }) as Record<string, (...args: unknown[]) => unknown>;
  const names = Object.fromEntries(Object.entries(forms).map(([key, form]) => [key, form.name]));
  expect(Object.fromEntries(Object.entries(made).map(([key, form]) => [key, form.name]))).toEqual(names);
  expect(await made["asyncArrow"]?.(1)).toBe(11);
  expect(await made["asyncMethod"]?.(1)).toBe(11);
  expect(Array.from(made["generator"]?.(1) as Iterable<number>)).toEqual([11]);
  const asyncValues = made["asyncGenerator"]?.(1) as AsyncGenerator<number>;
  expect((await asyncValues.next()).value).toBe(11);
  for (const key of ["arrow", "plain", "method", "computed", "with space", "get"]) expect(made[key]?.(1)).toBe(11);
  expect([made["named"]?.(1), made["destructuring"]?.({ x: 1 })]).toEqual(["inner11", 11]);
});

test("recursion, and functions that call one another", () => {
  const { even, fact } = cell<Record<string, Fn>>(`(() => {
    const even = (n) => n === 0 || odd(n - 1), odd = (n) => n !== 0 && even(n - 1);
    const fact = (n) => (n < 2 ? 1 : n * fact(n - 1));
    return { even, fact };
  })()`);
  expect([journey(even)?.(10), journey(even)?.(7), journey(fact)?.(5)]).toEqual([true, false, 120]);
});

test("a shared captured object stays shared within one message, with the message's values too", () => {
  const shared = { n: 0 };
  const [bump, read, sent] = journey([() => ++shared.n, () => shared.n, shared] as const);
  bump();
  expect([read(), sent.n, shared.n]).toEqual([1, 1, 0]);
});

test("functions of one closure share its variables afterwards, and those of another have their own", () => {
  const make = () => {
    let n = 0;
    return { increment: () => ++n, read: () => n };
  };
  const [a, b] = journey([make(), make()] as const);
  a.increment();
  a.increment();
  b.increment();
  expect([a.read(), b.read()]).toEqual([2, 1]);
});

test("a variable that one function alone uses is its own, and keeps its value from call to call", () => {
  let n = 5;
  const next = journey(() => n++);
  expect([next(), next(), n]).toEqual([5, 6, 5]);
});

test("loop variables are one for each turn, what is around the loop is one for all", () => {
  let total = 0;
  const adders = [1, 2, 3].map((step) => () => {
    total += step;
    return total;
  });
  expect(journey(adders).map((add) => add())).toEqual([1, 3, 6]);
});

test("own properties of a function come along", () => {
  const f = Object.assign(() => f.calls++, { calls: 3, self: undefined as unknown });
  f.self = f;
  const made = journey(f);
  expect([made(), made.calls, made.self === made, f.calls]).toEqual([3, 4, true, 3]);
});

test("a function stays sloppy or strict", () => {
  const [sloppy, strict] = journey([
    cell<Fn>("(function () { return typeof this; })", "sloppy.js"),
    cell<Fn>('"use strict"; (function () { return typeof this; })'),
  ]);
  expect([sloppy?.(), strict?.()]).toEqual(["object", "undefined"]);
});

test("old-style constructors keep their prototype's members", () => {
  const { Point } = cell<{ Point: new (x: number) => { double(): number } }>(
    "(() => { function Point(x) { this.x = x; } Point.prototype.double = function () { return this.x * 2; }; return { Point }; })()",
  );
  expect(new (journey(Point))(4).double()).toBe(8);
});

test("symbols that every process has travel as variables", () => {
  const [key, iterator] = [Symbol.for("canning.test"), Symbol.iterator];
  expect(journey(() => [key, iterator])()).toEqual([key, iterator]);
});

test("built-ins and what modules export travel by name", () => {
  const { log } = Math;
  const { stringify } = JSON;
  const sent = [
    log,
    stringify,
    Array.prototype.map,
    Math,
    console.log,
    setTimeout,
    basename,
    process,
    globalThis,
    structuredClone,
  ];
  const arrived = journey(sent);
  arrived.forEach((value, index) => {
    expect(value).toBe(sent[index]);
  });
  expect(journey((path: string) => basename(path) + stringify([log(1)]))("/a/b")).toBe("b[0]");
});

test("a function can be sent on, and back again", () => {
  let n = 1;
  const f = journey(journey((x: number) => x + n++));
  expect([f(1), f(1), n]).toEqual([2, 3, 1]);
});

test("a stack shows where the function was written", () => {
  const code =
    '\n\n  const fails = (x) => {\n    throw new Error("no");\n  };\n  ({ fails, method(x) { throw new Error("no"); }, ["a" + "b"](x) { throw new Error("no"); },\n plain: function named /* ( */ (x) { throw new Error("no"); } })';
  const frameOf = (f: Fn | undefined): string | undefined => {
    try {
      f?.();
    } catch (error) {
      return (error as Error).stack?.split("\n")[1]?.trim();
    }
    return undefined;
  };
  const sent = cell<Record<string, Fn>>(
    `(() => {${code.replace("({ fails", "return { fails").replace(/\)$/, "")} })()`,
    "cell [12]",
  );
  const arrived = journey(sent);
  expect(frameOf(sent["fails"])).toMatch(/cell \[12\]:4:11/);
  for (const key of Object.keys(sent)) expect([key, frameOf(arrived[key])]).toEqual([key, frameOf(sent[key])]);
  expect(frameOf(journey(journey(sent))["ab"])).toBe(frameOf(sent["ab"]));
});

test("what cannot travel is refused by name, with the reason and the next step", () => {
  const f = (x: unknown) => x;
  expect(refusal(f.bind(1))).toBe(
    'cannot send function "bound f": it is bound, and what it is bound to cannot be seen; send an arrow function that calls it.',
  );
  expect(refusal(new Proxy(f, {}))).toContain("it is a Proxy; send the function behind it");
  const refused = cell<Record<string, unknown>>(`(() => {
    class Outer { #x = 1; peek() { return this.#x; } static probe = (o) => o.#x; self() { return () => this; } }
    const waiting = Promise.resolve();
    const list = [{ waiting }];
    return {
      privateName: Outer.prototype.peek,
      lexicalThis: new Outer().self(),
      inherited: { m() { return super.toString(); } }.m,
      getter: Object.getOwnPropertyDescriptor({ get a() { return 1; } }, "a").get,
      holding: function holding() { return list; },
      indirect: (() => { const helper = Math.max.bind(1); return function calls() { return helper(); }; })(),
      unset: (() => { const f = () => later; globalThis.refusedEarly = f; let later = 1; return f; })(),
    };
  })()`);
  expect(refusal(refused["privateName"])).toBe(
    'cannot send function "peek": it uses #x, a private name of the class around it; pass what it needs as arguments.',
  );
  expect(refusal(refused["lexicalThis"])).toBe(
    'cannot send function (anonymous): it uses "this" of the code around it; pass what it needs as arguments.',
  );
  expect(refusal(refused["inherited"])).toContain("it uses super");
  expect(refusal(refused["getter"])).toContain("it is a getter or setter");
  expect(refusal(refused["holding"])).toBe(
    'cannot send function "holding": its variable list[0].waiting cannot travel: it is a Promise: await it and send what it gives.',
  );
  expect(refusal(refused["indirect"])).toContain(
    'cannot send function "bound max" (a variable of function "calls"): it is bound',
  );
  Reflect.deleteProperty(globalThis, "refusedEarly");
});

test("a large variable is refused with advice, a large argument is not", () => {
  const big = new Uint8Array(2_000_000);
  expect(refusal(() => big.length)).toBe(
    'cannot send function (anonymous): its variable "big" is too large to be captured (more than 1 MiB); pass it as an argument, or push it once and use it by name.',
  );
  expect(refusal({ fn: (bytes: Uint8Array) => bytes.length, args: [big] })).toBe("sent");
});

test("of a module of the user's own only the members that are used come along", () => {
  const own = Object.freeze({ [Symbol.toStringTag]: "Module", scale: (x: number) => x * 2, socket: Promise.resolve() });
  expect(journey((x: number) => own.scale(x))(4)).toBe(8);
  expect(refusal(() => own)).toContain(
    'it uses all of "own", a module of your own; use its members one by one: own.member',
  );
});

test("nothing is left on the global object", () => {
  const before = Reflect.ownKeys(globalThis);
  let k = 1;
  journey(() => k++);
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
});
