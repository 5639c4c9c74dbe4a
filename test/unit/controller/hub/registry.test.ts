import { expect, test } from "vitest";
import { Registry } from "../../../../controller/hub/registry.ts";
import { engineUuid } from "../../../../protocol/ids.ts";

const [a, b, c] = [engineUuid("a"), engineUuid("b"), engineUuid("c")];

function register(registry: Registry, uuid: typeof a, id?: number): number | undefined {
  registry.apply({ uuid, id }, 0);
  return registry.finish(uuid)?.id;
}

test("an engine is known only after its first heartbeat", () => {
  const registry = new Registry(1000);
  expect(registry.apply({ uuid: a, language: "typescript" }, 0)).toEqual({ id: 0, uuid: a, language: "typescript" });
  expect(registry.isRegistered(a)).toBe(false);
  expect([...registry.engines]).toEqual([]);
  expect(registry.finish(a)).toEqual({ id: 0, uuid: a, language: "typescript" });
  expect([...registry.engines]).toEqual([{ id: 0, uuid: a, language: "typescript" }]);
  expect(registry.finish(a)).toBeUndefined();
});

test("ids count up and are not reused", () => {
  const registry = new Registry(1000);
  expect(register(registry, a)).toBe(0);
  const engine = registry.byId(0);
  expect(engine && registry.remove(engine)).toBe(true);
  expect(register(registry, b)).toBe(1);
  expect(registry.byId(0)).toBeUndefined();
  expect([...registry.everRegistered]).toEqual([0, 1]);
});

test("a free id is given on request and moves the counter; a taken one is not an error", () => {
  const registry = new Registry(1000);
  expect(register(registry, a, 5)).toBe(5);
  expect(register(registry, b, 5)).toBe(6);
  expect(register(registry, c, 2)).toBe(2);
  expect(registry.nextId).toBe(7);
});

test("a uuid that is pending or registered is refused, and the id is used up all the same", () => {
  const registry = new Registry(1000);
  registry.apply({ uuid: a }, 0);
  expect(registry.apply({ uuid: a }, 0)).toBeUndefined();
  registry.finish(a);
  expect(registry.apply({ uuid: a }, 0)).toBeUndefined();
  expect(registry.apply({ uuid: b }, 0)?.id).toBe(3);
});

test("engines that never show a heartbeat are given up after the patience", () => {
  const registry = new Registry(1000);
  registry.apply({ uuid: a }, 0);
  registry.apply({ uuid: b }, 500);
  expect(registry.purge(999)).toEqual([]);
  expect(registry.purge(1000).map(({ uuid }) => uuid)).toEqual([a]);
  expect(registry.finish(a)).toBeUndefined();
  expect(registry.apply({ uuid: a }, 1000)?.id).toBe(2);
});

test("removing a pending engine says that it was not registered", () => {
  const registry = new Registry(1000);
  const engine = registry.apply({ uuid: a }, 0);
  expect(engine && registry.remove(engine)).toBe(false);
});
