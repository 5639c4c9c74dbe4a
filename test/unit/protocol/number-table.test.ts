import { expect, test } from "vitest";
import { NumberTable } from "../../../protocol/number-table.ts";

test("a number is found under its id alone, whatever form the id has", () => {
  const table = new NumberTable();
  const ids = ["s_1_0", "s_1_4095", "s_1_4096", "s_2_0", "t_1_0", "s_1_007", "plain", "_", "", "s_1_-3", "s_1_1e3"];
  for (const [at, id] of ids.entries()) table.set(id, at + 1);
  expect(ids.map((id) => table.get(id))).toEqual(ids.map((_, at) => at + 1));
  expect(["s_1_1", "s_1_7", "s_3_0", "other", "s_1_1000"].map((id) => table.get(id))).toEqual([0, 0, 0, 0, 0]);
});

test("a later number replaces an earlier one", () => {
  const table = new NumberTable();
  table.set("s_1_5", 1);
  table.set("s_1_5", 65_535);
  expect(table.get("s_1_5")).toBe(65_535);
});

test("memory stays bounded: the senders seen first are dropped", () => {
  const table = new NumberTable();
  for (let sender = 0; sender < 2050; sender++) table.set(`s_${sender}_0`, 1);
  expect([table.get("s_0_0"), table.get("s_1_0"), table.get("s_2_0"), table.get("s_2049_0")]).toEqual([0, 0, 1, 1]);
});
