import { expect, test } from "vitest";
import { deadEngineRecord } from "../../../../../controller/hub/engines/dead-engine-record.ts";
import { engineUuid, msgId } from "../../../../../protocol/ids.ts";
import { jsonPacker } from "../../../../../protocol/packer.ts";

test("a request that its engine left behind is on record as failed with an EngineError", () => {
  const uuid = engineUuid("uuid");
  const change = deadEngineRecord(msgId("task"), { uuid, id: 3 }, jsonPacker, 0);
  if (change.kind !== "answered") throw new Error("It is an answer.");
  const date = "1970-01-01T00:00:00.000000Z";
  expect(change).toMatchObject({ id: "task", engine: uuid, received: date });
  const { header, metadata, content, buffers } = change.message;
  expect([header, metadata, content].map(jsonPacker.decode)).toEqual([
    { engine: uuid, date },
    {},
    {
      status: "error",
      ename: "EngineError",
      evalue: "Engine 3 died while running task 'task'",
      traceback: [],
      engine_info: {},
    },
  ]);
  expect(buffers).toEqual([]);
});
