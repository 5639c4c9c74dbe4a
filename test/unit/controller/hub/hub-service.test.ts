import { expect, test } from "vitest";
import { Complaints } from "../../../../controller/complaints.ts";
import { Activity } from "../../../../controller/hub/activity.ts";
import { HubService } from "../../../../controller/hub/hub-service.ts";
import { type Engine, Registry } from "../../../../controller/hub/registry.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../../protocol/ids.ts";
import { MemoryPublisher, MemoryRouter } from "../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../support/memory-peer.ts";

const uuid = engineUuid("engine-uuid");

function openHub() {
  const log = recordingLog();
  const [requests, notifications] = [new MemoryRouter(), new MemoryPublisher()];
  const [registry, activity] = [new Registry(30_000), new Activity()];
  const hearts = new Set<EngineUuid>();
  const events: string[] = [];
  const held = new Map<EngineUuid, Set<MsgId>>();
  const observer = {
    engineJoined: ({ id }: Engine) => void events.push(`joined ${id}`),
    engineLost: ({ id }: Engine) => void events.push(`lost ${id}`),
  };
  const published = notifications.subscribe()[Symbol.asyncIterator]();
  const hub = new HubService({
    session: testSession("h"),
    requests,
    notifications,
    work: {
      registry,
      activity,
      tasks: { unassigned: () => [msgId("waiting")], heldBy: (engine) => held.get(engine) ?? new Set() },
    },
    hearts: { expect: (heart) => void hearts.add(heart), forget: (heart) => void hearts.delete(heart) },
    observers: [activity, observer],
    heartbeatMs: 3000,
    engineConnection: { mux: 1 },
    shutDown: () => void events.push("shut down"),
    complaints: new Complaints(log, () => 0),
    log,
    now: () => 0,
  });
  const client = new MemoryPeer(requests, "c");
  const reader = testSession("c");
  const notification = async () => {
    const { type, content } = { type: "", content: {} };
    const next = await published.next();
    if (next.done) return { type, content };
    const message = reader.unpack(next.value);
    return { type: message.header.msg_type, content: message.content };
  };
  return { hub, requests, client, hearts, events, activity, held, log, notification };
}

async function ask(client: MemoryPeer, type: string, content = {}) {
  const sent = client.send({ type, content });
  const reply = await client.receive();
  return { type: reply.header.msg_type, content: reply.content, answers: reply.parent?.msg_id === sent };
}

/** Registers an engine and completes it. */
async function register({ hub, requests, notification }: ReturnType<typeof openHub>, letter: string) {
  const engine = new MemoryPeer(requests, letter);
  const reply = await ask(engine, "registration_request", { uuid: engine.session.id });
  hub.heartStarted(engineUuid(engine.session.id));
  await notification();
  return { engine, id: reply.content["id"] };
}

test("an engine gets an id, the heartbeat period and the channels; clients hear of it at its first heartbeat", async () => {
  const { hub, requests, client, hearts, events, notification } = openHub();
  const engine = new MemoryPeer(requests, "e");
  expect(await ask(engine, "registration_request", { uuid, language: "typescript" })).toEqual({
    type: "registration_reply",
    content: { status: "ok", id: 0, hb_period: 3000, connection_info: { mux: 1 } },
    answers: false,
  });
  expect([...hearts]).toEqual([uuid]);
  expect((await ask(client, "connection_request")).content).toEqual({ status: "ok", engines: {}, languages: {} });

  hub.heartStarted(uuid);
  expect(await notification()).toEqual({
    type: "registration_notification",
    content: { id: 0, uuid, language: "typescript" },
  });
  expect(events).toEqual(["joined 0"]);
  expect((await ask(client, "connection_request")).content).toEqual({
    status: "ok",
    engines: { "0": uuid },
    languages: { [uuid]: "typescript" },
  });
});

test("a uuid that is taken is refused with a KeyError", async () => {
  const { requests } = openHub();
  const engine = new MemoryPeer(requests, "e");
  await ask(engine, "registration_request", { uuid });
  const { type, content } = await ask(engine, "registration_request", { uuid });
  expect([type, content["status"], content["ename"]]).toEqual(["registration_reply", "error", "KeyError"]);
});

test("an engine that says goodbye is gone for everybody; saying it twice changes nothing", async () => {
  const opened = openHub();
  const { engine } = await register(opened, "e");
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  expect(await opened.notification()).toEqual({
    type: "unregistration_notification",
    content: { id: 0, uuid: engine.session.id },
  });
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  engine.send({ type: "unregistration_request", content: { id: null } });
  expect((await ask(opened.client, "connection_request")).content["engines"]).toEqual({});
  expect(opened.events).toEqual(["joined 0", "lost 0"]);
  expect(opened.hearts.size).toBe(0);
});

test("an engine that goes before its first heartbeat leaves no trace", async () => {
  const { hub, requests, client, events } = openHub();
  const engine = new MemoryPeer(requests, "e");
  await ask(engine, "registration_request", { uuid });
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  await ask(client, "connection_request");
  hub.heartStarted(uuid);
  expect(events).toEqual([]);
});

test("queue status counts requests and tasks of every engine that ever was, and lists them when verbose", async () => {
  const opened = openHub();
  const { client, activity, held } = opened;
  expect((await ask(client, "queue_request", { targets: null })).content).toEqual({ status: "ok", unassigned: 1 });
  const { engine } = await register(opened, "e");
  const id = engineUuid(engine.session.id);
  for (const request of ["a", "b"]) activity.requestSent(id, msgId(request));
  activity.replyCame(id, msgId("a"));
  activity.replyCame(id, msgId("unheard of"));
  held.set(id, new Set([msgId("t")]));
  expect((await ask(client, "queue_request", { targets: [0] })).content).toEqual({
    status: "ok",
    "0": { queue: 1, completed: 1, tasks: 1 },
    unassigned: 1,
  });
  expect((await ask(client, "queue_request", { targets: engine.session.id, verbose: true })).content).toEqual({
    status: "ok",
    "0": { queue: ["b"], completed: ["a"], tasks: ["t"] },
    unassigned: ["waiting"],
  });
  opened.hub.engineGone(id, "test");
  expect((await ask(client, "queue_request", { targets: 0 })).content).toEqual({
    status: "ok",
    "0": { queue: 0, completed: 1, tasks: 0 },
    unassigned: 1,
  });
});

test.each([
  ["queue_request", { targets: [99, "it's"] }, "IndexError", `No Such Engine: [99, "it's"]`],
  ["queue_request", { targets: [] }, "IndexError", "No Engines Registered"],
  ["history_request", {}, "KeyError", "'This controller does not answer history_request'"],
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
