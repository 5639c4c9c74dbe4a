import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Complaints } from "../../../../controller/complaints.ts";
import { schemes } from "../../../../controller/scheduler/schemes.ts";
import { TaskScheduler } from "../../../../controller/scheduler/task-scheduler.ts";
import { TaskSchedulerService } from "../../../../controller/scheduler/task-scheduler-service.ts";
import { engineUuid } from "../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../protocol/json.ts";
import type { Message } from "../../../../protocol/session.ts";
import { MemoryRouter } from "../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../support/memory-peer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openService() {
  const [clients, engines] = [new MemoryRouter(), new MemoryRouter()];
  const log = recordingLog();
  const seen: string[] = [];
  const service = new TaskSchedulerService({
    scheduler: new TaskScheduler({ scheme: schemes.leastload, highWaterMark: 1, random: Math.random }),
    clients,
    engines,
    session: testSession("s"),
    lateRepliesMs: 250,
    isPure: false,
    isRestored: false,
    traffic: (event) => {
      if (event.kind !== "published") seen.push(`${event.kind} ${event.id}`);
    },
    complaints: new Complaints(log, () => 0),
  });
  const join = (letter: string) => {
    const engine = new MemoryPeer(engines, letter);
    service.engineJoined({ uuid: engineUuid(engine.session.id) });
    return engine;
  };
  return { service, client: new MemoryPeer(clients, "c"), join, log, seen };
}

const reply = (engine: MemoryPeer, { header, idents }: Message, metadata: JsonObject = { status: "ok" }) =>
  engine.send({ type: "apply_reply", parent: header, idents, metadata, buffers: [Buffer.from("result")] });

test("a task goes to an engine and its reply to the client, both as they were sent", async () => {
  const { client, join, seen } = openService();
  const engine = join("e");
  const sent = client.send({ type: "apply_request", metadata: { label: null }, buffers: [Buffer.from("f")] });
  const request = await engine.receive();
  expect([request.idents, request.header.msg_id, request.buffers]).toEqual([
    [client.address],
    sent,
    [Buffer.from("f")],
  ]);
  reply(engine, request);
  const result = await client.receive();
  expect([result.idents, result.parent?.msg_id, result.buffers]).toEqual([
    [engine.address],
    sent,
    [Buffer.from("result")],
  ]);
  expect(seen).toEqual([`task-requested ${sent}`, `task-assigned ${sent}`, `task-answered ${sent}`]);
});

test("a task whose engine finds a dependency unmet is sent again, whole, to another", async () => {
  const { client, join } = openService();
  const engines = [join("e"), join("f")];
  client.send({ type: "apply_request", buffers: [Buffer.from("f")] });
  const [second, first] = engines as [MemoryPeer, MemoryPeer];
  reply(first, await first.receive(), { status: "error", dependencies_met: false });
  expect((await second.receive()).buffers).toEqual([Buffer.from("f")]);
});

test("a lost engine's tasks fail with an EngineError in its name, and its late reply is dropped", async () => {
  const { service, client, join } = openService();
  const engine = join("e");
  const sent = client.send({ type: "apply_request" });
  const request = await engine.receive();
  service.engineLost({ uuid: engineUuid(engine.session.id) });
  vi.advanceTimersByTime(250);
  const failure = await client.receive();
  expect(failure.idents).toEqual([engine.address]);
  expect(failure.parent?.msg_id).toBe(sent);
  expect(failure.metadata).toMatchObject({ status: "error", engine: engine.session.id });
  expect(failure.content).toMatchObject({
    ename: "EngineError",
    evalue: `Engine b'${engine.session.id}' died while running task '${sent}'`,
    engine_info: {},
  });

  const other = join("f");
  reply(engine, request);
  client.send({ type: "apply_request" });
  reply(other, await other.receive());
  expect((await client.receive()).idents).toEqual([other.address]);
});

test("a reply that a lost engine sent in time counts", async () => {
  const { service, client, join } = openService();
  const engine = join("e");
  client.send({ type: "apply_request" });
  const request = await engine.receive();
  service.engineLost({ uuid: engineUuid(engine.session.id) });
  reply(engine, request);
  expect((await client.receive()).metadata).toEqual({ status: "ok" });
  vi.advanceTimersByTime(1000);
});

test("a task that no engine takes in time fails with a TaskTimeout that names no engine", async () => {
  const { client, join } = openService();
  const engine = join("e");
  client.send({ type: "apply_request" });
  await engine.receive();
  const sent = client.send({ type: "apply_request", metadata: { timeout: 0.1 } });
  client.send({ type: "apply_request", metadata: { after: ["never submitted"] } });
  expect((await client.receive()).content["ename"]).toBe("InvalidDependency");
  vi.advanceTimersByTime(100);
  const failure = await client.receive();
  expect([failure.idents, failure.parent?.msg_id, failure.content["ename"], failure.metadata]).toEqual([
    [],
    sent,
    "TaskTimeout",
    {},
  ]);
});

test("a task that comes twice runs once", async () => {
  const { client, join, log } = openService();
  const engine = join("e");
  const frames = client.session.pack({ type: "apply_request" });
  client.sendFrames(frames);
  client.sendFrames(frames);
  reply(engine, await engine.receive());
  await client.receive();
  client.sendFrames(frames);
  const next = client.send({ type: "apply_request" });
  expect((await engine.receive()).header.msg_id).toBe(next);
  expect(log.lines).toEqual([expect.stringContaining("was submitted before (replayed message)")]);
});

test("tasks and replies that are badly signed or malformed are dropped", async () => {
  const { client, join, log } = openService();
  const engine = join("e");
  const stranger = testSession("x", "another key");
  client.sendFrames(stranger.pack({ type: "apply_request" }));
  client.send({ type: "apply_request", metadata: { targets: "nonsense", retries: "many" } });
  engine.sendFrames(stranger.pack({ type: "apply_reply", idents: [client.address] }));
  engine.send({ type: "apply_reply", idents: [client.address] });
  const sent = client.send({ type: "apply_request" });
  expect((await engine.receive()).header.msg_id).toBe(sent);
  expect(log.lines).toHaveLength(2);
});
