import { expect, test } from "vitest";
import { askHub } from "../../../../cluster/status/hub-report.ts";
import { secondsOf } from "../../../../cluster/status/process-usage.ts";
import type { JsonObject } from "../../../../protocol/json.ts";

/** A hub that knows these requests alone, and what it was asked. */
function hubOf(answers: Readonly<Record<string, JsonObject>>) {
  const asked: [string, JsonObject][] = [];
  const ask = async (type: string, content: JsonObject): Promise<JsonObject> => {
    asked.push([type, content]);
    return answers[type] ?? { status: "error", ename: "KeyError", evalue: type };
  };
  return { asked, ask };
}

test("a hub that does not know the request is asked what every hub answers", async () => {
  const { asked, ask } = hubOf({
    connection_request: { status: "ok", engines: { "0": "a", "3": "b" } },
    queue_request: { status: "ok", unassigned: 2, "0": { queue: 1, completed: 7, tasks: 0 }, "3": {} },
  });
  expect(await askHub(ask)).toEqual({
    engines: [
      { id: 0, uuid: "a", language: undefined, queue: 1, tasks: 0, completed: 7 },
      { id: 3, uuid: "b", language: undefined, queue: 0, tasks: 0, completed: 0 },
    ],
    unassigned: 2,
  });
  expect(asked.at(-1)).toEqual(["queue_request", { targets: [0, 3], verbose: false }]);
});

test("without engines it is not asked for their queues", async () => {
  const { asked, ask } = hubOf({ connection_request: { status: "ok", engines: {} } });
  expect(await askHub(ask)).toEqual({ engines: [], unassigned: 0 });
  expect(asked).toHaveLength(2);
});

test("an answer that cannot be understood names its field", async () => {
  const { ask } = hubOf({ status_request: { status: "ok", version: 5 } });
  await expect(askHub(ask)).rejects.toThrow(/^The controller is of another version: version: /);
});

test("processor times of ps have days, hours and fractions", () => {
  expect(["3:04.56", "02:03:04", "1-02:03:04", "0:00"].map(secondsOf)).toEqual([184.56, 7384, 93_784, 0]);
});
