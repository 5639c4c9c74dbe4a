import { expect, test } from "vitest";
import { StrandedRequests } from "../../../../../controller/hub/engines/stranded-requests.ts";
import { engineId, engineUuid } from "../../../../../protocol/ids.ts";

const engine = (id: number) => ({ id: engineId(id), uuid: engineUuid(`engine ${id}`), language: undefined });

test("a lost engine is due once, when the patience is over, unless it returned", () => {
  const clock = { nowMs: 0 };
  const stranded = new StrandedRequests(1000, () => clock.nowMs);
  stranded.engineLost(engine(0));
  clock.nowMs = 500;
  stranded.engineLost(engine(1));
  stranded.engineLost(engine(2));
  clock.nowMs = 999;
  expect(stranded.takeDue()).toEqual([]);
  clock.nowMs = 1000;
  expect(stranded.takeDue()).toEqual([engine(0)]);
  stranded.engineJoined(engine(1));
  clock.nowMs = 2000;
  expect(stranded.takeDue()).toEqual([engine(2)]);
  expect(stranded.takeDue()).toEqual([]);
});
