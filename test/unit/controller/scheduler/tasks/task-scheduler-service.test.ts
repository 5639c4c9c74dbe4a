import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Complaints } from "../../../../../controller/complaints.ts";
import { schemes } from "../../../../../controller/scheduler/placement/schemes.ts";
import { TaskScheduler } from "../../../../../controller/scheduler/tasks/task-scheduler.ts";
import { TaskSchedulerService } from "../../../../../controller/scheduler/tasks/task-scheduler-service.ts";
import { engineUuid, msgId } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";
import type { Message } from "../../../../../protocol/session.ts";
import { MemoryRouter } from "../../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../../support/memory-peer.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openService(given: { isPure?: boolean; isRestored?: boolean } = {}) {
  const [clients, engines] = [new MemoryRouter(), new MemoryRouter()];
  const { isPure = false, isRestored = false } = given;
  const log = recordingLog();
  const seen: string[] = [];
  const service = new TaskSchedulerService({
    scheduler: new TaskScheduler({ scheme: schemes.leastload, highWaterMark: 1, random: Math.random, isPure }),
    clients,
    engines,
    session: testSession("s"),
    lateRepliesMs: 250,
    isPure,
    isRestored,
    traffic: (event) => {
      if (event.kind === "task-answered") seen.push(`${event.outcome} ${event.id} ${event.message.at}`);
      else if (event.kind !== "published") seen.push(`${event.kind} ${event.id}`);
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
  expect(seen).toEqual([`task-requested ${sent}`, `task-assigned ${sent}`, `ok ${sent} 2`]);
});

test("a task whose engine finds a dependency unmet is sent again, whole, to another", async () => {
  const { client, join } = openService();
  const engines = [join("e"), join("f")];
  client.send({ type: "apply_request", buffers: [Buffer.from("f")] });
  const [second, first] = engines as [MemoryPeer, MemoryPeer];
  reply(first, await first.receive(), { status: "error", dependencies_met: false });
  expect((await second.receive()).buffers).toEqual([Buffer.from("f")]);
});

test("a task that all its targets have refused fails with the words of the last, another's with none", async () => {
  const { client, join } = openService();
  const engine = join("e");
  const metadata = { targets: [engine.session.id] };
  client.send({ type: "apply_request", metadata });
  const waiting = client.send({
    type: "apply_request",
    metadata: { after: [client.send({ type: "apply_request", metadata })] },
  });
  const refuse = async (content: JsonObject) => {
    const { header, idents } = await engine.receive();
    engine.send({ type: "apply_reply", parent: header, idents, metadata: { dependencies_met: false }, content });
    return (await client.receive()).content["evalue"];
  };
  expect(await refuse({ evalue: "no lodash here" })).toBe(
    "No engine can run this task; the last one said: no lodash here",
  );
  expect(await refuse({})).toBe("");
  const dependent = await client.receive();
  expect([dependent.parent?.msg_id, dependent.content["evalue"]]).toEqual([waiting, ""]);
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

test("what an engine holds is sent again, as it was, when its connection has changed", async () => {
  const { client, join } = openService();
  const engine = join("e");
  client.send({ type: "apply_request", buffers: [Buffer.from("f")] });
  const first = await engine.receiveFrames();
  engine.sendFrames([Buffer.alloc(0)]);
  expect(await engine.receiveFrames()).toEqual(first);
});

test("a queued task that is aborted is answered so, in no engine's name", async () => {
  const { service, client, join, seen } = openService();
  const engine = join("e");
  client.send({ type: "apply_request" });
  await engine.receive();
  const sent = client.send({ type: "execute_request", metadata: { timeout: 1 } });
  client.send({ type: "apply_request", metadata: { after: ["never submitted"] } });
  await client.receive();
  service.abort([msgId(sent), msgId(sent)]);
  const reply = await client.receive();
  expect([reply.idents, reply.parent?.msg_id, reply.content, reply.metadata]).toEqual([
    [],
    sent,
    { status: "aborted" },
    { status: "aborted" },
  ]);
  expect(seen.at(-1)).toBe(`aborted ${sent} 1`);
  vi.advanceTimersByTime(2000);
});

test("pure: a reply does not bear its engine's address, and wishes are refused in words", async () => {
  const { client, join, seen } = openService({ isPure: true });
  const engine = join("e");
  const sent = client.send({ type: "apply_request", metadata: { targets: [], after: [], retries: 0, timeout: null } });
  reply(engine, await engine.receive());
  const result = await client.receive();
  expect([result.idents, result.parent?.msg_id]).toEqual([[], sent]);
  expect(seen.at(-1)).toBe(`ok ${sent} 1`);
  client.send({ type: "apply_request", metadata: { retries: 2 } });
  expect((await client.receive()).content).toMatchObject({
    ename: "ImpossibleDependency",
    evalue: expect.stringContaining('The scheme "pure" gives tasks to engines in turn and takes no retries') as string,
  });
});

describe("after an earlier controller", () => {
  const framesOf = (client: MemoryPeer, id: string) => {
    const header = { ...client.session.header("apply_request"), msg_id: id };
    return client.session.pack({
      type: "apply_request",
      header,
      idents: [client.address],
      buffers: [Buffer.from("f")],
    });
  };

  test("its tasks are sent, or awaited where they are", async () => {
    const { service, client, join } = openService({ isRestored: true });
    const engines = [join("e"), join("f")] as const;
    const [running, queued] = [client.session.header("apply_request").msg_id, "s_1_7"];
    const frames = framesOf(client, running);
    const engine = engineUuid(engines[1].session.id);
    service.restore([{ frames, engine }, { frames: framesOf(client, queued) }], []);
    const request = await engines[0].receive();
    expect([request.header.msg_id, request.idents, request.buffers]).toEqual([
      queued,
      [client.address],
      [Buffer.from("f")],
    ]);
    // It has this one, perhaps under another signature: it must not come twice.
    engines[1].sendFrames([Buffer.alloc(0)]);
    const header = { ...client.session.header("apply_request"), msg_id: running };
    engines[1].send({ type: "apply_reply", parent: header, idents: [client.address], metadata: { status: "ok" } });
    expect((await client.receive()).parent?.msg_id).toBe(running);
  });

  test("replies to tasks that nobody here knows go to the address that they bear, once", async () => {
    const { client, join, seen } = openService({ isRestored: true });
    const engine = join("e");
    const header = client.session.header("apply_request");
    const late = { type: "apply_reply", parent: header, idents: [client.address], metadata: { status: "ok" } };
    engine.send(late);
    engine.send(late);
    expect((await client.receive()).parent?.msg_id).toBe(header.msg_id);
    client.send({ type: "apply_request", metadata: { after: [header.msg_id] } });
    reply(engine, await engine.receive());
    expect((await client.receive()).parent?.msg_id).not.toBe(header.msg_id);
    expect(seen[0]).toBe(`ok ${header.msg_id} 2`);
  });
});
