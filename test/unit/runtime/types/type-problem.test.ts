import { expect, test } from "vitest";
import {
  declareUnknown,
  isTolerated,
  missingModule,
  missingNames,
  type TypeProblem,
} from "../../../../runtime/types/type-problem.ts";

const problem = (code: number, start: number, end: number): TypeProblem => ({
  code,
  message: "",
  start: { offset: start, line: 0, column: start },
  end: { offset: end, line: 0, column: end },
});

test("a name that is declared nowhere is missing, once", () => {
  const source = "foo + foo + bar";
  const problems = [problem(2304, 0, 3), problem(2552, 6, 9), problem(2322, 12, 15)];
  expect(missingNames(problems, source)).toEqual(["foo"]);
});

test("what is no identifier is no missing name", () => {
  expect(missingNames([problem(2304, 0, 5)], "a + b")).toEqual([]);
});

test("a missing module is named as the cell writes it, without quotes", () => {
  expect(missingModule(problem(2307, 7, 13), 'import "nope"')).toBe("nope");
  expect(missingModule(problem(2304, 7, 13), 'import "nope"')).toBeUndefined();
});

test("an unknown name is declared as value and as type", () => {
  expect(declareUnknown(["a"])).toBe("declare let a: any;\ntype a = any;\n");
});

test("what a cell may do is tolerated, a type error is not", () => {
  expect([1103, 5097, 4094].map(isTolerated)).toEqual([true, true, true]);
  expect([2322, 2304, 1005].map(isTolerated)).toEqual([false, false, false]);
});
