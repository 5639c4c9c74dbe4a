import { expect, test } from "vitest";
import { Dependency, wireDependency } from "../../../../client/dependencies/dependency.ts";
import { AsyncResult } from "../../../../client/results/async-result.ts";
import { RequestGroup } from "../../../../client/results/request-group.ts";

test("a plain list means that all must have succeeded", () => {
  const wire = { dependencies: ["a", "b"], all: true, success: true, failure: false };
  expect(wireDependency(["a", "b", "a"])).toEqual(wire);
  expect(wireDependency("a")).toEqual({ ...wire, dependencies: ["a"] });
  expect(wireDependency(new Dependency(["a", "b"]))).toEqual(wire);
});

test("switches travel as they were set", () => {
  expect(wireDependency(new Dependency("a", { all: false, success: false, failure: true }))).toEqual({
    dependencies: ["a"],
    all: false,
    success: false,
    failure: true,
  });
});

test("a dependency that nothing can meet is refused", () => {
  expect(() => new Dependency("a", { success: false })).toThrow(RangeError);
});

test("results stand for their requests, once all of these were submitted", () => {
  const group = new RequestGroup();
  const result = new AsyncResult(group, {
    name: "map",
    arity: "many",
    join: (values: readonly unknown[]) => [...values],
  } as unknown as ConstructorParameters<typeof AsyncResult<unknown[], "many">>[1]);
  expect(() => new Dependency(["x", result])).toThrow(/not sent all its parts/);
  group.seal();
  expect(new Dependency(["x", result]).msgIds).toEqual(["x"]);
});

test("what is no task is shown", () => {
  expect(() => new Dependency(5 as never)).toThrow("Requests are named by their results or message ids: 5 is neither.");
  expect(() => new Dependency(["a", undefined as never])).toThrow("undefined is neither");
  expect(() => new Dependency(Promise.resolve() as never)).toThrow("Promise { undefined } is neither");
});
