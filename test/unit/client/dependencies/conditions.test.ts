import { createRequire } from "node:module";
import * as os from "node:os";
import { afterEach, expect, test } from "vitest";
import { can, uncan } from "../../../../canning/can.ts";
import { requiredNames } from "../../../../client/dependencies/conditional.ts";
import { depend, dependent } from "../../../../client/dependencies/depend.ts";
import { requires } from "../../../../client/dependencies/requires.ts";

const slot = Symbol.for("tsparallel.host");
const global = globalThis as { [slot]?: unknown; require?: unknown };

/** Makes this process look like an engine to the functions that run in it. */
function beEngine(): Map<string, unknown> {
  const variables = new Map<string, unknown>();
  global[slot] = { kind: "engine", variables };
  global.require = createRequire(import.meta.url);
  return variables;
}

afterEach(() => {
  delete global[slot];
  delete global.require;
});

const unmet = (message: string | RegExp): unknown =>
  expect.objectContaining({ name: "UnmetDependency", message: expect.stringMatching(message) as unknown });
const thrownBy = (f: () => unknown): unknown => {
  try {
    return f();
  } catch (error) {
    return error;
  }
};

test("only false is unmet", () => {
  beEngine();
  for (const verdict of [true, undefined, null, 0, "", Number.NaN])
    expect(
      dependent(
        () => "ran",
        () => verdict,
      )(),
    ).toBe("ran");
  expect(
    thrownBy(
      dependent(
        () => "ran",
        function isBig(a: number) {
          return a > 5;
        },
        3,
      ),
    ),
  ).toEqual(unmet(/^isBig\(3\) returned false here$/));
});

test("a check that throws is no unmet dependency, but that error", () => {
  beEngine();
  const check = (): boolean => {
    throw new RangeError("broken");
  };
  expect(thrownBy(depend(check)(() => 1))).toBeInstanceOf(RangeError);
});

test("outside of engines it is the function alone, under its name", () => {
  const f = depend(() => false)(function add(a: number, b: number) {
    return a + b;
  });
  expect([f(1, 2), f.name, f.length]).toEqual([3, "add", 2]);
});

test("a check that takes time makes the function take time", async () => {
  beEngine();
  const slow: unknown = depend(async () => true)((x: number) => x + 1)(1);
  await expect(slow).resolves.toBe(2);
  await expect(depend(async () => false)(() => 1)()).rejects.toEqual(unmet(/returned false/));
});

test("conditions are met one after the other, the outermost first", () => {
  const variables = beEngine();
  const seen: string[] = [];
  const see = (name: string) => seen.push(`${name}:${String(variables.get("a"))}`);
  const f = depend(
    see,
    "first",
  )(
    requires(
      { a: 1 },
      depend(see, "second")(() => seen.length),
    ),
  );
  expect(f()).toBe(2);
  expect(seen).toEqual(["first:undefined", "second:1"]);
});

test("modules, functions and values become variables before the function runs", () => {
  const variables = beEngine();
  function foo(a: number): number {
    return a * a;
  }
  const f = requires(["node:os", "node:fs/promises", "lodash", os, foo, { limit: 3, big: 4n }], () => [
    ...variables.keys(),
  ]);
  expect(f()).toEqual(["os", "promises", "lodash", "foo", "limit", "big"]);
  expect(variables.get("os")).toBe(createRequire(import.meta.url)("node:os"));
  expect((variables.get("foo") as typeof foo)(3)).toBe(9);
  expect((variables.get("lodash") as { chunk: unknown }).chunk).toBeTypeOf("function");
  expect(requiredNames(f)).toEqual(["os", "promises", "lodash", "os", "foo", "limit", "big"]);
});

test("a module that is not there is an unmet dependency", () => {
  beEngine();
  expect(thrownBy(requires("no-such-module", () => 1))).toEqual(
    unmet(/^module "no-such-module" cannot be imported here: Cannot find/),
  );
});

test("what has no name on engines is refused when it is required", () => {
  expect(() => requires([() => 1], () => 2)).toThrow(/without a name/);
  expect(() => requires("123", () => 2)).toThrow(/no name for a variable/);
});

test("names of packages become names of variables", () => {
  expect(
    requiredNames(requires(["@scope/some-package", "p-map", "lodash/fp", "./own-file.js", "a.b"], () => 1)),
  ).toEqual(["somePackage", "pMap", "fp", "ownFile", "aB"]);
});

test("functions with conditions travel, chained ones too, and check where they arrive", () => {
  const k = 10;
  function foo(a: number): number {
    return a * a + k;
  }
  const bar = requires(foo, (b: number) => foo(b));
  const baz = requires({ bar }, (c: number, d: number) => bar(c) - bar(d));
  const picky = depend((least: number) => k > least, 20)(baz);
  const [sent, refused] = uncan(can([baz, picky])) as [typeof baz, typeof picky];
  const variables = beEngine();
  expect([sent(4, 5), sent.name, [...variables.keys()]]).toEqual([-9, "", ["bar", "foo"]]);
  expect(thrownBy(() => refused(4, 5))).toEqual(unmet(/\(20\) returned false/));
});
