import { expect, test } from "vitest";
import { can, uncan } from "../../../canning/can.ts";
import { Reference } from "../../../canning/reference.ts";
import { variables } from "./cell-functions.ts";

const engine = variables({ a: 5, rows: [1, 2], model: { weights: [0.5], none: undefined } });

const arrived = (value: unknown, codec: "v8" | "msgpack" = "v8"): unknown =>
  uncan(can(value, { codec }), { codec, variables: engine, resolvesReferences: true });

test.each(["v8", "msgpack"] as const)(
  "%s: a reference becomes what the engine's variable holds, however nested",
  (codec) => {
    const rows = engine.get("rows");
    const sent = {
      plain: new Reference("a"),
      list: [1, [new Reference("rows")]],
      map: new Map<unknown, unknown>([[new Reference("a"), { deep: new Reference("model.weights") }]]),
      set: new Set([new Reference("a"), 7]),
    };
    const result = arrived(sent, codec) as { list: unknown[][] };
    expect(result).toEqual({
      plain: 5,
      list: [1, [[1, 2]]],
      map: new Map([[5, { deep: [0.5] }]]),
      set: new Set([5, 7]),
    });
    expect(result.list[1]?.[0]).toBe(rows);
    expect(arrived(new Reference("a"), codec)).toBe(5);
  },
);

test("the order of maps and sets, cycles and sharing survive", () => {
  const shared = { r: new Reference("a") };
  const sent = {
    first: shared,
    second: [shared],
    self: undefined as unknown,
    set: new Set([1, new Reference("a"), 2]),
  };
  sent.self = sent;
  const result = arrived(sent) as typeof sent;
  expect(result.self).toBe(result);
  expect(result.second[0]).toBe(result.first);
  expect([...result.set]).toEqual([1, 5, 2]);
});

test("a reference that a function closes over is resolved too", () => {
  const reference: unknown = new Reference("a");
  const [double] = arrived([() => Number(reference) * 2]) as [() => number];
  expect(double()).toBe(10);
});

test("built-ins have names as well", () => {
  expect(arrived(new Reference("process.pid"))).toBe(process.pid);
});

test("a variable that is not there is a ReferenceError that names it; one that holds undefined is there", () => {
  expect(() => arrived([new Reference("nothing")])).toThrow(new ReferenceError("nothing is not defined"));
  expect(() => arrived(new Reference("nothing.more"))).toThrow(new ReferenceError("nothing is not defined"));
  expect(() => arrived(new Reference("model.biases"))).toThrow(
    new ReferenceError('model.biases is not defined: there is no "biases"'),
  );
  expect(arrived(new Reference("model.none"))).toBeUndefined();
});

test("what a getter or a Proxy throws is told with the name", () => {
  const weird = {
    get bad(): never {
      throw new Error("no weights");
    },
    trap: new Proxy(
      {},
      {
        has: () => {
          throw new TypeError("trapped");
        },
      },
    ),
  };
  const read = (name: string): unknown =>
    uncan(can(new Reference(name)), { variables: variables({ weird }), resolvesReferences: true });
  expect(() => read("weird.bad")).toThrow(new ReferenceError("weird.bad cannot be read: no weights"));
  expect(() => read("weird.trap.x")).toThrow(new ReferenceError("weird.trap.x cannot be read: trapped"));
});

test("without being asked to resolve it, whoever receives a reference gets a reference", () => {
  const received = uncan(can([new Reference("a")])) as [Reference];
  expect(received).toEqual([new Reference("a")]);
  expect(received[0]).toBeInstanceOf(Reference);
});

test("only names and paths are taken", () => {
  for (const name of ["", "a b", "a.", "1a", "a[0]", "f()"])
    expect(() => new Reference(name)).toThrow(`Reference("${name}"): give the name of a variable`);
});
