import { expect, test } from "vitest";
import { EngineDirectory } from "../../../client/engine-directory.ts";

test("engines that joined before the hub told of languages are known by theirs afterwards", () => {
  const engines = new EngineDirectory();
  engines.join(0, "u0", undefined);
  expect(engines.areAllOurs).toBe(true);
  engines.adopt({ "0": "u0" }, {});
  expect([engines.isOurs(engines.ids[0] ?? expect.fail()), engines.areAllOurs]).toEqual([false, false]);
});

test("the list of a hub that was away brings engines, and tells which it does not have", () => {
  const engines = new EngineDirectory();
  engines.adopt({ "0": "u0", "1": "u1" }, { u0: "typescript", u1: "typescript" });
  expect(engines.update({ "1": "u1", "2": "u2" }, { u1: "typescript" })).toEqual(["u0"]);
  expect([engines.ids, engines.areAllOurs]).toEqual([[0, 1, 2], false]);
});
