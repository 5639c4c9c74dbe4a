import { expect, test } from "vitest";
import { EngineDirectory } from "../../../client/engine-directory.ts";
import { EngineError, NoEnginesRegistered } from "../../../client/errors/failures.ts";
import { fixTargets, recipients, requireOurs, showTargets } from "../../../client/targets.ts";
import { engineUuid } from "../../../protocol/ids.ts";

function directory(ids: readonly number[], languages?: Record<string, string>): EngineDirectory {
  const engines = new EngineDirectory();
  engines.adopt(Object.fromEntries(ids.map((id) => [String(id), `u${id}`])), languages);
  return engines;
}

test.each([
  [undefined, [0, 1, 3, 4]],
  [3, 3],
  [-1, 4],
  ["::2", [0, 3]],
  ["1:3", [1, 3]],
  ["-2:", [3, 4]],
  ["::-1", [4, 3, 1, 0]],
  ["-1:0:-2", [4, 1]],
  [":", [0, 1, 3, 4]],
  [
    [4, -4],
    [4, 0],
  ],
  ["all", "all"],
])("targets %j mean %j", (targets, meant) => {
  expect(fixTargets(targets, directory([0, 1, 3, 4]))).toEqual(meant);
});

test("an engine that is not there is refused by number, with those that are", () => {
  expect(() => fixTargets(2, directory([0, 1]))).toThrow(new RangeError("No such engine: 2. There are 0, 1."));
  expect(() => fixTargets([0, 7], directory([0]))).toThrow(new RangeError("No such engine: 7. There is 0."));
  expect(() => fixTargets("::0", directory([0]))).toThrow(RangeError);
  expect(() => fixTargets("everyone", directory([0]))).toThrow(/No engines "everyone"/);
});

test("without engines only a view on all can be made, and it cannot send", () => {
  const none = directory([]);
  expect(() => fixTargets(undefined, none)).toThrow(NoEnginesRegistered);
  expect(fixTargets("all", none)).toBe("all");
  expect(() => recipients("all", none)).toThrow(NoEnginesRegistered);
});

test("all follows the engines; other targets name the one that is gone", () => {
  const engines = directory([0, 1]);
  const fixed = fixTargets(undefined, engines);
  engines.join(2, "u2", undefined);
  engines.lose(engineUuid("u1"));
  expect(recipients("all", engines)).toEqual([0, 2]);
  expect(() => recipients(fixed, engines)).toThrow(EngineError);
  expect(() => recipients(fixed, engines)).toThrow(/engine 1 is gone: There are 0, 2/);
});

test("engines are found by language, and Python's refuse our functions", () => {
  const engines = directory([0, 1, 2], { u0: "typescript", u2: "typescript" });
  expect(fixTargets("python", engines)).toEqual([1]);
  expect(fixTargets("typescript", engines)).toEqual([0, 2]);
  expect(engines.areAllOurs).toBe(false);
  expect(() => requireOurs(engines.ids, engines, "push")).toThrow(/Cannot push on engine 1, which runs python/);
});

test("where the hub tells no languages every engine is tried", () => {
  const engines = directory([0, 1]);
  expect(engines.areAllOurs).toBe(true);
  expect(() => requireOurs(engines.ids, engines, "push")).not.toThrow();
});

test("an engine reported lost before the hub's list came stays lost", () => {
  const engines = new EngineDirectory();
  engines.join(0, "u0", undefined);
  engines.lose(engineUuid("u0"));
  engines.adopt({ "0": "u0", "1": "u1" }, undefined);
  expect(engines.ids).toEqual([1]);
  expect(engines.locate(engineUuid("u0"))).toEqual({ id: 0, uuid: "u0" });
});

test("targets are shown as the manual shows them", () => {
  const engines = directory([0, 1, 2]);
  expect(showTargets("all")).toBe("all");
  expect(showTargets(fixTargets("::2", engines))).toBe("[0, 2]");
  expect(showTargets(fixTargets(1, engines))).toBe("1");
});

test("an empty list of targets is not taken for an empty cluster", () => {
  const engines = directory([0, 1]);
  expect(() => recipients(fixTargets([], engines), engines)).toThrow("The targets name no engine. There are 0, 1.");
  expect(() => recipients(fixTargets("5:", engines), engines)).toThrow(RangeError);
});
