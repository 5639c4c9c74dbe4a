import { expect, test } from "vitest";
import { type ClusterFacts, judgeState } from "../../../cluster/cluster-state.ts";

const facts: ClusterFacts = { controller: "running", engineProcesses: 4, hasConnectionFile: true, registered: 4 };

test("a cluster runs while its controller does, with the engines that the hub knows", () => {
  expect(judgeState(facts)).toEqual({ state: "running", engines: 4 });
  expect(judgeState({ ...facts, engineProcesses: 0, registered: 0 })).toEqual({ state: "running", engines: 0 });
});

test("a controller that cannot be reached yet is starting, whatever an old engines file says", () => {
  expect(judgeState({ ...facts, hasConnectionFile: false })).toEqual({ state: "starting", engines: 0 });
});

test("engines without their controller are an error that says what to do", () => {
  expect(judgeState({ ...facts, controller: "ended" })).toEqual({
    state: "error",
    engines: 0,
    problem: "The controller has ended, but 4 engines still run. Stop the cluster to end them.",
  });
});

test("a cluster of which nothing runs is stopped, whatever its files say", () => {
  expect(judgeState({ ...facts, controller: "ended", engineProcesses: 0 })).toEqual({ state: "stopped", engines: 0 });
});

test("engines may belong to a controller that was started by hand or by another launcher", () => {
  expect(judgeState({ ...facts, controller: "unseen" })).toEqual({ state: "running", engines: 4 });
  expect(judgeState({ ...facts, controller: "unseen", hasConnectionFile: false })).toMatchObject({ state: "error" });
});
