import { runInThisContext } from "node:vm";
import { afterEach, expect, test } from "vitest";
import { uncan } from "../../../../canning/can.ts";
import { depend } from "../../../../client/dependencies/depend.ts";
import { requires } from "../../../../client/dependencies/requires.ts";
import { mapChunk } from "../../../../client/map/map-chunk.ts";
import { cannedCall } from "../../../../client/sending/canned-call.ts";
import { sessionId } from "../../../../protocol/ids.ts";
import { Session } from "../../../../protocol/session.ts";
import { Signer } from "../../../../protocol/signature.ts";

const session = new Session({ id: sessionId(Buffer.alloc(16, 1)), signer: new Signer("secret") });
const slot = Symbol.for("tsparallel.host");
const global = globalThis as { [slot]?: unknown; limit?: unknown };

/** A kernel or engine with these variables, which are properties of the global object as those of cells are. */
function be(kind: "kernel" | "engine", variables: Readonly<Record<string, unknown>>) {
  const names = new Set(Object.keys(variables));
  Object.assign(globalThis, variables);
  const host = {
    has: (name: string) => names.has(name),
    get: (name: string): unknown => Reflect.get(globalThis, name),
    set: (name: string, value: unknown) => {
      names.add(name);
      Reflect.set(globalThis, name, value);
    },
  };
  global[slot] = { kind, variables: host };
  return host;
}

afterEach(() => {
  delete global[slot];
  delete global.limit;
});

/** A function of a cell. */
const belowLimit = runInThisContext("(x) => x < limit", { filename: "cell [1]" }) as (x: number) => boolean;

test("what a function requires counts, not the notebook's variable of that name", () => {
  be("kernel", { limit: 1 });
  const { buffers, content } = cannedCall({ fn: requires({ limit: 5 }, belowLimit), args: [] }, "call", { session });
  expect(content["requires"]).toBe(true);
  delete global.limit;
  const variables = be("engine", {});
  const { fn } = uncan([...buffers], { variables }) as { fn: typeof belowLimit };
  expect([fn(4), fn(5)]).toEqual([true, false]);
});

test("without requirements the notebook's value comes along, and the request says nothing of them", () => {
  be("kernel", { limit: 1 });
  const { buffers, content } = cannedCall({ fn: depend(() => true)(belowLimit), args: [] }, "call", { session });
  expect(content["requires"]).toBeUndefined();
  delete global.limit;
  const variables = be("engine", {});
  const { fn } = uncan([...buffers], { variables }) as { fn: typeof belowLimit };
  expect([fn(0), fn(4)]).toEqual([true, false]);
});

test("a chunk of a map requires what its function does", () => {
  const fn = requires("node:os", (x: number) => x);
  expect(cannedCall({ fn: mapChunk, args: [fn, [[1]]] }, "call", { session }).content["requires"]).toBe(true);
  expect(
    cannedCall({ fn: mapChunk, args: [Math.sqrt, [[1]]] }, "call", { session }).content["requires"],
  ).toBeUndefined();
});
