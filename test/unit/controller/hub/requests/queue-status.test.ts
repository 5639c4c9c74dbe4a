import { expect, test } from "vitest";
import { msgId } from "../../../../../protocol/ids.ts";
import { ask, directRequest, openHub, register } from "../hub-harness.ts";

test("queue status counts requests and tasks of every engine that ever was, and lists them when verbose", async () => {
  const opened = openHub();
  const { client, held } = opened;
  expect((await ask(client, "queue_request", { targets: null })).content).toEqual({ status: "ok", unassigned: 1 });
  const { engine, uuid } = await register(opened, "e");
  const [first, second] = [directRequest(opened, uuid), directRequest(opened, uuid)];
  first.answer();
  held.set(uuid, new Set([msgId("t")]));
  expect((await ask(client, "queue_request", { targets: [0] })).content).toEqual({
    status: "ok",
    "0": { queue: 1, completed: 1, tasks: 1 },
    unassigned: 1,
  });
  expect((await ask(client, "queue_request", { targets: engine.session.id, verbose: true })).content).toEqual({
    status: "ok",
    "0": { queue: [second.id], completed: [first.id], tasks: ["t"] },
    unassigned: ["waiting"],
  });
  expect((await ask(client, "load_request", { targets: null })).content).toEqual({ status: "ok", "0": 2 });
  opened.engines.engineLeft(uuid, "test");
  expect(opened.activity.bury(uuid)).toEqual([second.id]);
  expect((await ask(client, "queue_request", { targets: 0 })).content).toEqual({
    status: "ok",
    "0": { queue: 0, completed: 1, tasks: 0 },
    unassigned: 1,
  });
});

test("an engine that returns finds the requests that it has not answered", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const { answer } = directRequest(opened, uuid);
  opened.engines.heartStopped(uuid, "test");
  opened.engines.heartReturned(uuid);
  answer();
  expect((await ask(opened.client, "queue_request", { targets: 0 })).content["0"]).toEqual({
    queue: 0,
    completed: 1,
    tasks: 0,
  });
});
