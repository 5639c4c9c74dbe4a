import { expect, test } from "vitest";
import { engineId, engineUuid } from "../../../../../protocol/ids.ts";
import { MemoryPeer } from "../../../../support/memory-peer.ts";
import { ask, openHub, register } from "../hub-harness.ts";

const uuid = engineUuid("engine-uuid");

test("an engine gets an id, the heartbeat period and the channels; clients hear of it at its first heartbeat", async () => {
  const { engines, requests, client, hearts, events, notification } = openHub();
  const engine = new MemoryPeer(requests, "e");
  expect(await ask(engine, "registration_request", { uuid, language: "typescript" })).toMatchObject({
    type: "registration_reply",
    content: { status: "ok", id: 0, hb_period: 3000, connection_info: { mux: 1 }, receipts: true },
    answers: false,
  });
  expect([...hearts]).toEqual([[uuid, "expected"]]);
  expect((await ask(client, "connection_request")).content).toEqual({
    status: "ok",
    engines: {},
    languages: {},
    receipts: true,
    coalesced_parts: true,
  });

  engines.heartStarted(uuid);
  expect(await notification()).toEqual({
    type: "registration_notification",
    content: { id: 0, uuid, language: "typescript" },
  });
  expect(events).toEqual(["joined 0"]);
  expect((await ask(client, "connection_request")).content).toEqual({
    status: "ok",
    engines: { "0": uuid },
    languages: { [uuid]: "typescript" },
    receipts: true,
    coalesced_parts: true,
  });
});

test("a uuid that is taken is refused with a KeyError", async () => {
  const { requests } = openHub();
  const engine = new MemoryPeer(requests, "e");
  await ask(engine, "registration_request", { uuid });
  const { type, content } = await ask(engine, "registration_request", { uuid });
  expect([type, content["status"], content["ename"]]).toEqual(["registration_reply", "error", "KeyError"]);
});

test("an engine that says goodbye is gone for everybody, for good; saying it twice changes nothing", async () => {
  const opened = openHub();
  const { engine, uuid } = await register(opened, "e");
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  expect(await opened.notification()).toEqual({
    type: "unregistration_notification",
    content: { id: 0, uuid: engine.session.id },
  });
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  engine.send({ type: "unregistration_request", content: { id: null } });
  expect((await ask(opened.client, "connection_request")).content["engines"]).toEqual({});
  opened.engines.heartReturned(uuid);
  expect(opened.events).toEqual(["joined 0", "lost 0"]);
  expect(opened.hearts.size).toBe(0);
});

test("an engine that goes before its first heartbeat leaves no trace", async () => {
  const { engines, requests, client, events } = openHub();
  const engine = new MemoryPeer(requests, "e");
  await ask(engine, "registration_request", { uuid });
  engine.send({ type: "unregistration_request", content: { id: 0 } });
  await ask(client, "connection_request");
  engines.heartStarted(uuid);
  expect(events).toEqual([]);
});

test("an engine that fell silent returns under its old id, and clients hear of it", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  opened.engines.heartStopped(uuid, "it was silent");
  expect((await opened.notification()).type).toBe("unregistration_notification");
  expect(opened.hearts.has(uuid)).toBe(true);
  opened.engines.heartReturned(uuid);
  expect(await opened.notification()).toEqual({ type: "registration_notification", content: { id: 0, uuid } });
  expect(opened.events).toEqual(["joined 0", "lost 0", "joined 0"]);
});

test("whoever asks for the id of an engine whose connection has just broken takes its place", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const next = new MemoryPeer(opened.requests, "n");
  expect((await ask(next, "registration_request", { uuid: "second", id: 0 })).content["id"]).toBe(1);
  opened.doubted.add(uuid);
  expect((await ask(next, "registration_request", { uuid: "third", id: 0 })).content["id"]).toBe(0);
  expect((await opened.notification()).content).toEqual({ id: 0, uuid });
});

test.each(["lost", "back under another id"])(
  "the goodbye of an engine that is %s is not that of its successor",
  async (fate) => {
    const opened = openHub();
    const { engines, client, requests } = opened;
    const { engine, uuid } = await register(opened, "e");
    engines.heartStopped(uuid, "it was silent");
    const next = new MemoryPeer(requests, "n");
    await ask(next, "registration_request", { uuid: "next", id: 0 });
    engines.heartStarted(engineUuid("next"));
    if (fate !== "lost") engines.heartReturned(uuid);
    engine.send({ type: "unregistration_request", content: { id: 0 } });
    expect((await ask(client, "connection_request")).content["engines"]).toEqual({ "0": "next" });
    engines.heartReturned(uuid);
    expect((await ask(client, "connection_request")).content["engines"]).toEqual({ "0": "next" });
  },
);

test("engines that never show a heartbeat are forgotten, with a line in the log", async () => {
  const { engines, requests, clock, hearts, log } = openHub();
  await ask(new MemoryPeer(requests, "e"), "registration_request", { uuid });
  clock.nowMs = 30_000;
  engines.purgeStalled();
  expect(hearts.size).toBe(0);
  expect(log.lines.at(-1)).toBe("warn engine 0 registered but sent no heartbeat; it was forgotten");
});

test("engines of an earlier controller count as registered at once, and ids go on where they were", async () => {
  const { engines, requests, client, hearts, events } = openHub();
  engines.restore({ engines: [{ id: engineId(4), uuid, language: "typescript" }], nextId: 9, since: undefined });
  expect((await ask(client, "connection_request")).content).toEqual({
    status: "ok",
    engines: { "4": uuid },
    languages: { [uuid]: "typescript" },
    receipts: true,
    coalesced_parts: true,
  });
  expect([events, [...hearts]]).toEqual([["joined 4"], [[uuid, "restored"]]]);
  expect((await ask(new MemoryPeer(requests, "n"), "registration_request", { uuid: "new" })).content["id"]).toBe(9);
});
