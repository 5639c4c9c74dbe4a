import { expect, test } from "vitest";
import { interactive } from "../../../../canning/functions/interactive.ts";
import { journey, variables } from "../cell-functions.ts";

const rate = 2;
const scaled = (x: number): number => x * rate;

test("an interactive function's names mean the engine's variables first, and the program's own where it has none", () => {
  const priced = interactive((x: number) => scaled(x) + rate);
  expect(journey(priced)(10)).toBe(22);
  expect(journey(priced, {}, { variables: variables({ rate: 5 }) })(10)).toBe(25);
  expect(journey(priced, {}, { variables: variables({ rate: 5, scaled: (x: number) => -x }) })(10)).toBe(-5);
});

test("without it only globals are looked up there", () => {
  const priced = (x: number) => x + rate;
  expect(journey(priced, {}, { variables: variables({ rate: 5 }) })(10)).toBe(12);
  expect(journey(interactive(priced), {}, { variables: variables({ rate: 5 }) })(10)).toBe(15);
});

test("variables of the functions around it are looked up as well, each by its name", () => {
  const local = 1;
  const f = interactive(() => local + rate);
  expect(journey(f, {}, { variables: variables({ local: 100 }) })()).toBe(102);
});

test("one too large to come along must be on the engine", () => {
  const table = new Float64Array(200_000);
  const f = interactive(() => table.length);
  expect(journey(f, {}, { variables: variables({ table: [1] }) })()).toBe(1);
  expect(() => journey(f, {}, { variables: variables({}) })()).toThrow(
    "table is not defined here, and with 1.5 MiB it was too large to come along",
  );
});

test("it stays the same function, and stays interactive where it is sent on", () => {
  const f = (x: number) => x + rate;
  expect(interactive(f)).toBe(f);
  const there = journey(f, {}, { variables: variables({}) });
  expect(journey(there, {}, { variables: variables({ rate: 7 }) })(1)).toBe(8);
});
