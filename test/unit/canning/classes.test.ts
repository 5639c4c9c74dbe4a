import { expect, test } from "vitest";
import { register } from "../../../canning/registry.ts";
import { cell, journey, refusal } from "./cell-functions.ts";

/** A class as a test sees it. */
type AnyClass = (new (...args: unknown[]) => Record<string, unknown>) & Record<string, unknown>;

test.each(["v8", "msgpack"] as const)(
  "a class travels with its parent, fields, accessors and static state (%s)",
  (codec) => {
    const Child = cell<AnyClass>(`(() => {
    const greeting = "hi", key = "computed", log = [];
    class Parent { constructor(name) { this.name = name; } greet() { return greeting + " " + this.name; } static inherited() { return "from parent"; } }
    return class Child extends Parent {
      static count = 5; static made = new Map([["a", 1]]);
      static { log.push("defined"); Child.log = log; }
      static #secret = 7; #own = 3; field = greeting;
      static reveal() { return Child.#secret; }
      get twice() { return this.#own * 2; }
      greet() { return super.greet() + "!"; }
      [key]() { return key; }
    };
  })()`);
    Child["count"] = 9;
    const Made = journey(Child, { codec });
    const made = new Made("Ann");
    expect(Made.name).toBe("Child");
    expect([Made["count"], Made["made"], Made["log"]]).toEqual([9, new Map([["a", 1]]), ["defined"]]);
    const call = (object: Record<string, unknown>, name: string): unknown => (object[name] as () => unknown)();
    expect([call(Made, "reveal"), call(Made, "inherited")]).toEqual([7, "from parent"]);
    expect([call(made, "greet"), made["twice"], made["field"], call(made, "computed")]).toEqual([
      "hi Ann!",
      6,
      "hi",
      "computed",
    ]);
  },
);

test("parents that are an expression, a built-in or null travel too, each parent once", () => {
  const [A, B, Failure, Bare] = journey(
    cell<AnyClass[]>(`(() => {
      const mixin = (Parent) => class extends Parent { mixed() { return true; } };
      class Root {}
      const Mixed = mixin(Root);
      return [class A extends Mixed {}, class B extends (0, Mixed) {}, class Failure extends Error { constructor() { super("f"); } }, class extends null {}];
    })()`),
  );
  expect(A && B && Object.getPrototypeOf(A) === Object.getPrototypeOf(B)).toBe(true);
  expect(A && (new A()["mixed"] as () => unknown)()).toBe(true);
  expect(Failure && new Failure()).toBeInstanceOf(Error);
  expect(Object.getPrototypeOf(Bare?.prototype)).toBeNull();
});

test("a class that mentions itself and is captured by what it captures", () => {
  const { Node, make } = cell<{ Node: AnyClass; make: () => { next(): unknown } }>(`(() => {
    const registry = new Map();
    const Node = class { next() { return new Node(); } static all = registry; };
    registry.set("Node", Node);
    return { Node, make: () => new Node() };
  })()`);
  const made = journey({ Node, make });
  expect(made.make().next()).toBeInstanceOf(made.Node);
  expect((made.Node["all"] as Map<string, unknown>).get("Node")).toBe(made.Node);
});

test("a class that calls a function of yours while it is defined is refused", () => {
  const refused = cell<unknown>('(() => { const key = () => "k"; return class A { [key()]() {} }; })()');
  expect(refusal(refused)).toContain('it needs "key" while the class is defined, which nothing has kept');
  const kept = cell<unknown>('(() => { const key = () => "k"; return class A { [key()]() { return key; } }; })()');
  expect(refusal(kept)).toContain('it calls "key" while the class is defined');
});

test("instances of a registered class arrive as such, shared and inside one another", () => {
  class Money {
    readonly #cents: number;
    readonly note: unknown;
    constructor(cents: number, note?: unknown) {
      this.#cents = cents;
      this.note = note;
    }
    get cents() {
      return this.#cents;
    }
  }
  register(Money, {
    name: "test.Money",
    can: (money) => [money.cents, money.note],
    uncan: (canned) => {
      const [cents, note] = canned as [number, unknown];
      return new Money(cents, note);
    },
  });
  const coin = new Money(5, { deep: new Money(1) });
  const [one, two] = journey([coin, coin]);
  expect(one).toBe(two);
  expect(one).toBeInstanceOf(Money);
  expect([one?.cents, (one?.note as { deep: Money } | undefined)?.deep.cents]).toEqual([5, 1]);
  expect(journey(() => coin.cents)()).toBe(5);
  expect(journey(new URL("http://a.b/c")).href).toBe("http://a.b/c");

  const own: { self?: Money } = {};
  own.self = new Money(1, own);
  expect(refusal(own.self)).toContain("it is part of what it is made of");
});
