import { expect, test } from "vitest";
import { findRestored } from "../../../../controller/hub/restored-requests.ts";
import { engineUuid, msgId } from "../../../../protocol/ids.ts";
import { testSession } from "../../../support/memory-peer.ts";
import { directRequest, openHub, passing } from "./hub-harness.ts";

const uuid = engineUuid("engine");

/** A task as the scheduler reports it. */
function task({ client, observe }: ReturnType<typeof openHub>) {
  const metadata = { targets: [uuid], retries: 2 };
  const message = passing(client.session, { type: "apply_request", metadata, buffers: [Buffer.from("f")] });
  const id = msgId(message.header.msg_id);
  observe({ kind: "task-requested", id, message });
  return { id, header: message.header };
}

test("what pends on record is found: tasks as their clients sent them, direct requests by engine", async () => {
  const opened = openHub();
  const { client, records, observe } = opened;
  const open = directRequest(opened, uuid);
  directRequest(opened, uuid).answer();
  const [waiting, running] = [task(opened), task(opened)];
  observe({ kind: "task-assigned", id: running.id, engine: uuid });
  const found = await findRestored(records, testSession("n"), "2020-01-01T00:00:00.000Z");
  expect([...found.direct]).toEqual([[uuid, [open.id]]]);
  expect(found.tasks.map(({ engine }) => engine)).toEqual([undefined, uuid]);
  const message = testSession("r").unpack(found.tasks[0]?.frames ?? []);
  expect(message.header).toEqual(waiting.header);
  expect(message.metadata).toEqual({ targets: [uuid], retries: 2 });
  expect([message.idents.map(String), message.buffers.map(String)]).toEqual([[client.session.id], ["f"]]);
});

test("what is older than the first of the controllers is left alone", async () => {
  const opened = openHub();
  task(opened);
  const found = await findRestored(opened.records, testSession("n"), "2099-01-01T00:00:00.000Z");
  expect(found.tasks).toEqual([]);
});
