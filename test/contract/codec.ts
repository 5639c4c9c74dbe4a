import fc from "fast-check";
import { expect, test } from "vitest";
import { type CodecName, can, uncan } from "../../canning/can.ts";
import { CanningError } from "../../canning/canning-error.ts";
import { difference, randomGraphs, randomValues } from "../support/random-values.ts";

/** What every codec must do. Each codec's test file calls this once. */
export function codecContract(codec: CodecName): void {
  const journey = (value: unknown): unknown => uncan(can(value, { codec }), { codec });

  test(`${codec}: any value arrives as it was sent`, () => {
    fc.assert(
      fc.property(randomValues, (value) => {
        expect(journey(value)).toStrictEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  test(`${codec}: so do values that share parts and hold themselves`, () => {
    fc.assert(
      fc.property(randomGraphs, (value) => {
        expect(difference(value, journey(value))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test(`${codec}: what JSON and MessagePack lose arrives too`, () => {
    const sent = [
      undefined,
      -0,
      Number.NaN,
      2n ** 200n,
      -(2n ** 64n),
      { a: undefined },
      new Map([[{ k: 1 }, new Set([undefined])]]),
    ];
    const arrived = journey(sent) as unknown[];
    expect(arrived).toStrictEqual(sent);
    expect(Object.is(arrived[1], -0)).toBe(true);
    expect(journey([new Date(Number.NaN), new Date(-1), new Date(8.64e15)])).toStrictEqual([
      new Date(Number.NaN),
      new Date(-1),
      new Date(8.64e15),
    ]);
  });

  test(`${codec}: shared objects stay shared and cycles stay cycles`, () => {
    const shared = { x: [1] };
    const date = new Date(5);
    const array = new Float64Array(1000);
    const sent = {
      a: shared,
      b: [shared, date, array],
      map: new Map<unknown, unknown>(),
      date,
      array,
      self: undefined as unknown,
    };
    sent.self = sent;
    sent.map.set(sent, sent.map);
    const arrived = journey(sent) as typeof sent;
    expect(arrived.self).toBe(arrived);
    expect(arrived.a).toBe(arrived.b[0]);
    expect([arrived.date, arrived.array]).toEqual([arrived.b[1], arrived.b[2]]);
    expect(arrived.date).toBe(arrived.b[1]);
    expect(arrived.array).toBe(arrived.b[2]);
    expect(arrived.map.get(arrived)).toBe(arrived.map);
  });

  test(`${codec}: any graph of containers keeps its shape`, () => {
    const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 24 });
    const kinds = fc.array(fc.constantFrom("list", "record", "map", "set"), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(kinds, edges, (made, links) => {
        const nodes = graph(made, links);
        const arrived = journey(nodes) as object[];
        expect(shape(arrived)).toEqual(shape(nodes));
        // The same with a function somewhere, which makes the walk copy what holds it.
        const withFunction = graph(made, links);
        connect(withFunction[0] ?? [], Math.sqrt);
        expect(shape(journey(withFunction) as object[])).toEqual(shape(withFunction));
      }),
    );
  });

  test(`${codec}: an array above 1 KiB is a frame of its own, without a copy on either side`, () => {
    const array = new Float64Array(1000).fill(0.5);
    const frames = can({ array, small: new Uint8Array(10) }, { codec });
    expect(frames.length).toBe(2);
    expect(frames[1]?.buffer).toBe(array.buffer);

    const received = frames.map((frame) => Buffer.from(new Uint8Array(frame).buffer));
    const arrived = uncan(received, { codec }) as { array: Float64Array; small: Uint8Array };
    expect(arrived.array.buffer).toBe(received[1]?.buffer);
    expect(arrived.array).toEqual(array);
    arrived.array[0] = 7;
    arrived.small[0] = 7;
    expect([arrived.array[0], arrived.small[0], array[0]]).toEqual([7, 7, 0.5]);
  });

  test(`${codec}: a view sends its own part of its buffer, and a misaligned frame is copied`, () => {
    const whole = new Float64Array(2000).map((_, index) => index);
    const frames = can(whole.subarray(500, 1500), { codec });
    expect(frames[1]?.length).toBe(8000);
    const misaligned = Buffer.alloc(8001);
    frames[1]?.copy(misaligned, 1);
    const arrived = uncan([frames[0] ?? Buffer.alloc(0), misaligned.subarray(1)], { codec }) as Float64Array;
    expect(arrived).toEqual(whole.slice(500, 1500));
    expect(arrived.buffer.byteLength).toBe(8000);
  });

  test(`${codec}: buffers arrive as Buffer, subclasses as their built-in class, ArrayBuffers as such`, () => {
    class Tagged extends Uint16Array {}
    const arrived = journey([
      Buffer.from("hello"),
      new Tagged([1, 2]),
      new ArrayBuffer(5000),
      new ArrayBuffer(3),
    ]) as unknown[];
    expect(Buffer.isBuffer(arrived[0])).toBe(true);
    expect(arrived).toStrictEqual([
      Buffer.from("hello"),
      new Uint16Array([1, 2]),
      new ArrayBuffer(5000),
      new ArrayBuffer(3),
    ]);
  });

  test(`${codec}: errors keep class, name, message, stack, cause and properties`, () => {
    class Refused extends RangeError {
      override name = "Refused";
    }
    const error = Object.assign(new Refused("too much", { cause: new TypeError("inner") }), {
      code: 5,
      self: undefined as unknown,
    });
    error.self = error;
    const arrived = journey(error) as typeof error;
    expect(arrived).toBeInstanceOf(RangeError);
    expect([arrived.name, arrived.message, arrived.stack, arrived.code]).toEqual([
      "Refused",
      "too much",
      error.stack,
      5,
    ]);
    expect(arrived.cause).toStrictEqual(error.cause);
    expect(arrived.self).toBe(arrived);
    expect(Object.keys(arrived)).toEqual(Object.keys(error));
    const several = journey(new AggregateError([new Error("a"), 2], "many")) as AggregateError;
    expect([several.message, (several.errors[0] as Error).message, several.errors[1]]).toEqual(["many", "a", 2]);
    const aborted = journey(AbortSignal.abort().reason) as DOMException;
    expect([aborted instanceof DOMException, aborted.name, aborted.message]).toEqual([
      true,
      "AbortError",
      "This operation was aborted",
    ]);
  });

  test(`${codec}: an instance arrives as a plain object of its properties`, () => {
    class Point {
      x = 1;
      get double() {
        return this.x * 2;
      }
    }
    expect(journey(new Point())).toStrictEqual({ x: 1 });
  });

  test(`${codec}: arrays with holes and names keep them, and a sparse one is quick`, () => {
    const match = /b(?<rest>.*)/.exec("abc") as unknown;
    expect(journey(match)).toEqual(match);
    expect((journey(match) as RegExpExecArray).index).toBe(1);
    const sparse: unknown[] = [];
    sparse[400_000_000] = 1;
    const arrived = journey(sparse) as unknown[];
    expect([arrived.length, Object.keys(arrived)]).toEqual([400_000_001, ["400000000"]]);
  });

  test(`${codec}: a key "__proto__" is refused and no prototype is touched`, () => {
    expect(() => journey(JSON.parse('{"a":{"__proto__":{"polluted":1}}}'))).toThrow(CanningError);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test(`${codec}: what cannot travel is refused with its place`, () => {
    const refusal = (value: unknown): string => {
      try {
        journey(value);
        return "sent";
      } catch (error) {
        return error instanceof CanningError ? error.message : String(error);
      }
    };
    expect(refusal({ rows: [1, { done: Promise.resolve() }] })).toBe(
      "cannot send rows[1].done: it is a Promise: await it and send what it gives.",
    );
    expect(refusal([new WeakMap()])).toBe("cannot send [0]: what it holds cannot be listed: use a Map or a Set.");
    expect(refusal({ "a b": Symbol("s") })).toBe('cannot send ["a b"]: a symbol means nothing in another process.');
    expect(refusal(new Proxy({}, {}))).toBe("cannot send the value: it is a Proxy: send a copy, such as { ...proxy }.");
    expect(refusal(new SharedArrayBuffer(8))).toContain("shared memory cannot leave its process");
    let chain: unknown;
    for (let depth = 0; depth < 100_000; depth++) chain = { chain };
    expect(refusal(chain)).toContain("nested too deeply");
  });

  test(`${codec}: damaged buffers are refused, whatever is damaged`, () => {
    const [head = Buffer.alloc(0), ...frames] = can(
      { a: [1, "two", new Map([[3, 4n]])], big: new Uint8Array(2000) },
      { codec },
    );
    const damage = fc.tuple(fc.nat(head.length - 1), fc.nat(255), fc.nat(head.length));
    fc.assert(
      fc.property(damage, ([at, byte, length]) => {
        const damaged = Buffer.from(head.subarray(0, Math.max(length, at + 1)));
        damaged[at] = byte;
        try {
          uncan([damaged, ...frames], { codec });
        } catch (error) {
          expect(error).toBeInstanceOf(CanningError);
        }
      }),
    );
    expect(() => uncan([head], { codec })).toThrow(CanningError);
    expect(() => uncan([], { codec })).toThrow(CanningError);
  });
}

type Kind = "list" | "record" | "map" | "set";

function graph(kinds: readonly string[], links: readonly (readonly [number, number])[]): object[] {
  const nodes = kinds.map((kind) => blank(kind as Kind));
  for (const [from, to] of links) connect(nodes[from] ?? [], nodes[to]);
  return nodes;
}

function blank(kind: Kind): object {
  return kind === "list" ? [] : kind === "map" ? new Map() : kind === "set" ? new Set() : {};
}

function connect(from: object, to: unknown): void {
  if (Array.isArray(from)) from.push(to);
  else if (from instanceof Map) from.set(from.size, to);
  else if (from instanceof Set) from.add(to);
  else Reflect.set(from, `k${Object.keys(from).length}`, to);
}

/** Which node points to which, by position. */
function shape(nodes: readonly object[]): unknown {
  return nodes.map((node) => {
    const parts: unknown[] = node instanceof Map || node instanceof Set ? [...node.values()] : Object.values(node);
    return [
      Object.getPrototypeOf(node) === Object.prototype,
      parts.map((part: unknown) => (part === Math.sqrt ? "sqrt" : nodes.indexOf(part as object))),
    ];
  });
}
