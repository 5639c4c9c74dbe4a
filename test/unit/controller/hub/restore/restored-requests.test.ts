import { expect, test } from "vitest";
import { findRestored } from "../../../../../controller/hub/restore/restored-requests.ts";
import { type EngineUuid, engineUuid, msgId } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";
import { testSession } from "../../../../support/memory-peer.ts";
import { directRequest, type OpenHub, openHub, passing } from "../hub-harness.ts";

const uuid = engineUuid("engine");

/** A task as the scheduler reports it. */
function task({ client, observe }: OpenHub, metadata: JsonObject = { targets: [uuid], retries: 2 }) {
  const message = passing(client.session, { type: "apply_request", metadata, buffers: [Buffer.from("f")] });
  const id = msgId(message.header.msg_id);
  observe({ kind: "task-requested", id, message });
  const answer = (status: string, engine: EngineUuid | undefined) => {
    const reply = { type: "apply_reply", parent: message.header, metadata: { status, engine }, content: { status } };
    const outcome = status === "ok" ? "ok" : "error";
    observe({ kind: "task-answered", id, engine, outcome, message: passing(testSession("e"), reply) });
  };
  return { id, header: message.header, answer };
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

test("with the tasks come the endings of those that they wait for", async () => {
  const opened = openHub();
  const [good, bad, open, other] = [task(opened), task(opened), task(opened), task(opened)];
  good.answer("ok", uuid);
  bad.answer("error", undefined);
  other.answer("ok", uuid);
  task(opened, { after: [good.id, open.id], follow: { dependencies: [bad.id], all: true, failure: true } });
  const { endings } = await findRestored(opened.records, testSession("n"), "2020-01-01T00:00:00.000Z");
  expect(endings).toEqual([
    { task: good.id, isOk: true, engine: uuid },
    { task: bad.id, isOk: false, engine: undefined },
  ]);
});
