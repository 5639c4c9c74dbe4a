import { expect, test } from "vitest";
import { NoneDb } from "../../../../controller/task-db/none-db.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import { MemoryPeer, testSession } from "../../../support/memory-peer.ts";
import { ask, directRequest, openHub, register } from "./hub-harness.ts";

test.each([
  ["queue_request", { targets: [99, "it's"] }, "IndexError", `No Such Engine: [99, "it's"]`],
  ["queue_request", { targets: [] }, "IndexError", "No Engines Registered"],
  ["load_request", { targets: 7 }, "IndexError", "No Such Engine: [7]"],
  ["wish_request", {}, "KeyError", "'This controller does not answer wish_request'"],
  ["queue_request", { targets: {} }, "ValueError", "queue_request: targets: Invalid input"],
])("%s %j is refused with %s", async (type, content, ename, evalue) => {
  const reply = await ask(openHub().client, type, content);
  expect(reply).toMatchObject({ type: "hub_error", answers: true, content: { status: "error", ename, evalue } });
});

test("a shutdown request is answered, announced and carried out", async () => {
  const { client, events, notification } = openHub();
  expect(await ask(client, "shutdown_request")).toMatchObject({ type: "shutdown_reply", content: { status: "ok" } });
  expect((await notification()).type).toBe("shutdown_notification");
  expect(events).toEqual(["shut down"]);
});

test("what is badly signed, replayed or no message is dropped with a line in the log", async () => {
  const { requests, client, log } = openHub();
  new MemoryPeer(requests, "x", testSession("x", "another key")).send({ type: "shutdown_request" });
  const frames = client.session.pack({ type: "connection_request" });
  client.sendFrames(frames);
  client.sendFrames(frames);
  client.sendFrames([Buffer.from("nonsense")]);
  await client.receive();
  expect((await ask(client, "connection_request")).type).toBe("connection_reply");
  expect(log.lines).toEqual([
    "warn dropped a message on registration: the signature does not match: is the connection file the current one?",
  ]);
});

test("an answer that is too large for one message is refused, and the hub goes on", async () => {
  const endless = {
    toJSON: () => {
      throw new RangeError("Invalid string length"); // As `JSON.stringify` does after half a gigabyte.
    },
  };
  const record = { fields: { content: endless as unknown as JsonObject }, buffers: [], result_buffers: [] };
  const { client } = openHub(Object.assign(new NoneDb(), { find: async () => [record] }));
  expect(await ask(client, "db_request", { query: {} })).toMatchObject({
    type: "db_reply",
    content: { status: "error", ename: "ValueError", evalue: expect.stringContaining("too large") as string },
  });
  expect((await ask(client, "connection_request")).content["status"]).toBe("ok");
});

test("a client's replies keep the order of its requests; others do not wait for its queries", async () => {
  const opened = openHub();
  const other = new MemoryPeer(opened.requests, "o");
  opened.client.send({ type: "history_request" });
  opened.client.send({ type: "connection_request" });
  expect((await ask(other, "connection_request")).type).toBe("connection_reply");
  expect((await opened.client.receive()).header.msg_type).toBe("history_reply");
  expect((await opened.client.receive()).header.msg_type).toBe("connection_reply");
});

test("a status tells of engines, their work and the database, and counts clients while they are connected", async () => {
  const opened = openHub();
  const { client, clock, held } = opened;
  const { uuid } = await register(opened, "e");
  const { answer } = directRequest(opened, uuid);
  const open = directRequest(opened, uuid);
  answer();
  await ask(client, "connection_request");
  clock.nowMs = 5000;
  const status = (await ask(client, "status_request")).content;
  const engine = { id: 0, uuid, language: null, queue: 1, tasks: 0, completed: 1, idle_s: 0, silent_s: 0.25 };
  expect(status).toMatchObject({
    status: "ok",
    pid: process.pid,
    clients: 1,
    engines: [engine],
    unassigned: 1,
    tasks_finished: 0,
    db: { name: "dictdb", backlog: 0, is_degraded: false },
  });
  open.answer();
  held.clear();
  clock.nowMs = 8000;
  client.sendFrames([Buffer.alloc(0)]);
  expect((await ask(client, "status_request")).content).toMatchObject({
    clients: 0,
    engines: [{ ...engine, queue: 0, completed: 2, idle_s: 3 }],
  });
});
