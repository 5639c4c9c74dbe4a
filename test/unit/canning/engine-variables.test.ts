import { expect, test } from "vitest";
import { cell, journey, variables } from "./cell-functions.ts";

const notebook = variables({ k: 2, helper: cell("(x) => x * k"), process: { pid: "mine" } });
const f = cell<(x: number) => number>("(x) => helper(x) + k");

test("the notebook's variables travel as copies, for an engine that has none", () => {
  expect(journey(f, { variables: notebook }, { variables: variables({}) })(10)).toBe(22);
});

test("the engine's variables come first", () => {
  Object.assign(globalThis, { k: 100 });
  expect(journey(f, { variables: notebook }, { variables: variables({ k: 100 }) })(10)).toBe(1100);
  Object.assign(globalThis, { k: 7 });
  Reflect.deleteProperty(globalThis, "k");
});

test("an engine's variable is looked up when the function runs", () => {
  Object.assign(globalThis, { later: 1 });
  const read = journey(cell<() => number>("() => later"), {}, { variables: variables({ later: 1 }) });
  Object.assign(globalThis, { later: 2 });
  expect(read()).toBe(2);
  Reflect.deleteProperty(globalThis, "later");
});

test("a name that only the engine has needs no copy, and is a ReferenceError where there is none", () => {
  const read = cell<() => unknown>("() => onlyThere");
  expect(() => journey(read)()).toThrow("onlyThere is not defined");
  expect(journey(read, { variables: notebook }, { variables: variables({ onlyThere: 5 }) })()).toBe(5);
});

test("a variable that hides a built-in: the engine's, then the copy, then the built-in", () => {
  const pid = cell<() => unknown>("() => process.pid");
  expect(journey(pid, { variables: notebook }, { variables: variables({ process: { pid: "theirs" } }) })()).toBe(
    "theirs",
  );
  expect(journey(pid, { variables: notebook }, { variables: variables({}) })()).toBe("mine");
  expect(journey(pid, { variables: variables({}) }, { variables: variables({}) })()).toBe(process.pid);
});

test("functions that share a copied variable share it there", () => {
  const shared = variables({ count: 1 });
  const [bump, read] = journey(
    cell<(() => number)[]>("[() => ++count, () => count]"),
    { variables: shared },
    { variables: variables({}) },
  );
  bump?.();
  expect(read?.()).toBe(2);
});

test("a variable too large to be copied is asked for only where the engine has none", () => {
  const large = variables({ table: new Float64Array(200_000) });
  const size = cell<() => number>("() => table.length");
  expect(journey(size, { variables: large }, { variables: variables({ table: [1] }) })()).toBe(1);
  expect(() => journey(size, { variables: large }, { variables: variables({}) })()).toThrow(
    "table is not defined here, and with 1.5 MiB it was too large to come along: push it first, as in view.push({ table })",
  );
});

test("what came along as a copy gives way to the next engine's variable", () => {
  const there = journey(f, { variables: notebook }, { variables: variables({}) });
  expect(journey(there, { variables: variables({}) }, { variables: variables({ k: 0, helper: () => 5 }) })(10)).toBe(5);
});

test("a plain program's own globals are its variables", () => {
  Object.assign(globalThis, { plainGlobal: 3 });
  const sent = cell<() => number>("() => plainGlobal");
  expect(journey(sent, {}, { variables: variables({}) })()).toBe(3);
  Reflect.deleteProperty(globalThis, "plainGlobal");
});
