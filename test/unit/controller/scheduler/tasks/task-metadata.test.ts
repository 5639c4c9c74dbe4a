import { expect, test } from "vitest";
import { readOutcome, readTask } from "../../../../../controller/scheduler/tasks/task-metadata.ts";
import { msgId } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";

const id = msgId("s_1_0");

test("empty metadata, as of a resubmitted task, asks for nothing", () => {
  const nothing = { id, targets: undefined, after: undefined, follow: undefined, timeoutMs: 0, retries: 0 };
  expect(readTask(id, {})).toEqual(nothing);
  expect(readTask(id, { targets: [], after: [], follow: null, timeout: null, retries: 0 })).toEqual(nothing);
});

test("targets, dependencies, timeout and retries are read as Python clients write them", () => {
  const metadata = {
    targets: ["e0", "e1"],
    after: ["a", "b", "a"],
    follow: { dependencies: ["c"], all: false, success: true, failure: true },
    timeout: 0.5,
    retries: 3,
  };
  expect(readTask(id, metadata)).toEqual({
    id,
    targets: new Set(["e0", "e1"]),
    after: { ids: ["a", "b"], all: true, success: true, failure: false },
    follow: { ids: ["c"], all: false, success: true, failure: true },
    timeoutMs: 500,
    retries: 3,
  });
});

test("a lone string is one id", () => {
  expect(readTask(id, { after: "a" }).after?.ids).toEqual(["a"]);
});

test.each<[string, JsonObject]>([
  ["targets", { targets: 3 }],
  ["targets", { targets: [3] }],
  ["after", { after: { dependencies: [null] } }],
  ["timeout", { timeout: "soon" }],
  ["timeout", { timeout: -1 }],
  ["retries", { retries: true }],
])("a wrong %s is refused by name", (key, metadata) => {
  expect(() => readTask(id, metadata)).toThrow(`metadata.${key} is not`);
});

test("a reply's metadata tells the outcome; one without status is an error", () => {
  expect(readOutcome({ status: "ok" })).toBe("ok");
  expect(readOutcome({ status: "aborted" })).toBe("aborted");
  expect(readOutcome({ status: "error", dependencies_met: true })).toBe("error");
  expect(readOutcome({ status: "error", dependencies_met: false })).toBe("unmet");
  expect(readOutcome({})).toBe("error");
});
