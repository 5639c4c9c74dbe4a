import { expect, test } from "vitest";
import { namedLog, partOf, startOfRun } from "../../../../cluster/logs/log-source.ts";

const launched = (name: string, clusterId: string) => namedLog("/log", name, clusterId)?.launched;

test("a log belongs to the cluster that its name says", () => {
  expect(launched("ipcontroller--1795265419.log", "")).toBe(1_795_265_419);
  expect(launched("ipengine--1795265419-1-0.log", "")).toBe(1_795_265_419);
  expect(launched("ipengine-a-1795265419-0.log", "a")).toBe(1_795_265_419);
  for (const [name, id] of [
    ["ipengine-a-1795265419-0.log", ""],
    ["ipengine-a-b-1795265419-0.log", "a"],
    ["ipengine--1795265419-0.log", "a"],
    ["ipengine--1795265419-0.log.1", ""],
    ["engines.json", ""],
  ] as const)
    expect(namedLog("/log", name, id)).toBeUndefined();
});

test("a log that a program named by its process is the default cluster's", () => {
  expect(namedLog("/log", "ipengine-4711.log", "")).toEqual({
    ...{ path: "/log/ipengine-4711.log", role: "engine", launched: undefined },
  });
  expect(namedLog("/log", "ipengine-4711.log", "a")).toBeUndefined();
});

test("a run begins with its controller, or with the first engines of one that was started by hand", () => {
  const engines = [7, 9].map((second) => ({ role: "engine", launched: second }) as const);
  expect(startOfRun([{ role: "controller", launched: 3 }, { role: "controller", launched: 8 }, ...engines])).toBe(8);
  expect(startOfRun(engines)).toBe(7);
});

test("an engine is named by its id, and by its file until it has one", () => {
  const path = "/log/ipengine--1795265419-0.log";
  expect(partOf({ role: "engine", path }, 3)).toBe("engine-3");
  expect(partOf({ role: "engine", path }, undefined)).toBe("engine[1795265419-0]");
  expect(partOf({ role: "controller", path: "" }, undefined)).toBe("controller");
});
