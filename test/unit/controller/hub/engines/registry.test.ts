import { expect, test } from "vitest";
import { Registry } from "../../../../../controller/hub/engines/registry.ts";
import { engineId, engineUuid } from "../../../../../protocol/ids.ts";

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

test("a lost engine is not registered and its id is free; it returns under it, or under a new one where it was taken", () => {
  const registry = new Registry(1000);
  for (const uuid of [a, b]) register(registry, uuid);
  const [first, second] = [...registry.engines];
  if (first) registry.lose(first);
  if (second) registry.lose(second);
  expect([...registry.engines]).toEqual([]);
  expect(register(registry, c, 1)).toBe(1);
  expect(registry.revive(a)).toEqual(first);
  expect(registry.revive(b)?.id).toBe(2);
  expect(registry.revive(b)).toBeUndefined();
  expect([...registry.engines].map(({ id }) => id)).toEqual([1, 0, 2]);
});

test("a lost engine that registers anew or says goodbye is not revived", () => {
  const registry = new Registry(1000);
  for (const uuid of [a, b]) register(registry, uuid);
  for (const engine of [...registry.engines]) registry.lose(engine);
  expect(register(registry, a)).toBe(2);
  registry.remove({ id: engineId(1), uuid: b, language: undefined });
  expect([registry.revive(a), registry.revive(b)]).toEqual([undefined, undefined]);
});

test("a thousand lost engines are remembered; the longest lost one gives way", () => {
  const registry = new Registry(1000);
  const forgotten = Array.from({ length: 1001 }, (_, at) => {
    register(registry, engineUuid(`engine ${at}`));
    const engine = registry.byId(at);
    return engine && registry.lose(engine);
  });
  expect(forgotten.filter((engine) => engine !== undefined).map(({ id }) => id)).toEqual([0]);
});

test("engines of an earlier controller are registered, and new ids are beyond theirs", () => {
  const registry = new Registry(1000);
  registry.adopt([{ id: engineId(7), uuid: a, language: undefined }], 3);
  expect(registry.get(a)?.id).toBe(7);
  expect(register(registry, b)).toBe(8);
});
