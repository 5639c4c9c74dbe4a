import { expect, test } from "vitest";
import { Complaints } from "../../../../../controller/complaints.ts";
import { BroadcastService } from "../../../../../controller/scheduler/broadcast/broadcast-service.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";
import type { Message } from "../../../../../protocol/session.ts";
import { MemoryRouter } from "../../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../../support/memory-peer.ts";

function openBroadcast() {
  const [clients, even, odd] = [new MemoryRouter(), new MemoryRouter(), new MemoryRouter()];
  const service = new BroadcastService({
    clients,
    leaves: [even, odd],
    session: testSession("s"),
    complaints: new Complaints(recordingLog(), () => 0),
  });
  const join = (letter: string, id: number) => {
    const engine = new MemoryPeer(id % 2 === 0 ? even : odd, letter);
    const uuid = engineUuid(engine.session.id);
    service.engineJoined({ id, uuid });
    return engine;
  };
  const lose = (engine: MemoryPeer) => {
    const uuid = engineUuid(engine.session.id);
    service.engineLost({ uuid });
  };
  return { client: new MemoryPeer(clients, "c"), engines: [join("d", 0), join("e", 1)] as const, lose };
}

const broadcast = (engines: readonly MemoryPeer[], isCoalescing: boolean) => ({
  type: "apply_request",
  metadata: {
    targets: engines.map(({ session }, id) => [session.id, id]),
    is_broadcast: true,
    is_coalescing: isCoalescing,
  },
  content: { some: "content" },
  buffers: [Buffer.from("f")],
});

function reply(engine: MemoryPeer, { header, idents, metadata }: Message, status = "ok"): void {
  const { is_broadcast, is_coalescing, original_msg_id } = metadata;
  const told: JsonObject = { engine: engine.session.id, is_broadcast, is_coalescing, original_msg_id, status };
  const buffers = status === "ok" ? [Buffer.from(`of ${engine.session.id}`)] : [];
  engine.send({ type: "apply_reply", parent: header, idents, metadata: told, content: { status }, buffers });
}

test("each engine gets its own copy under its own id, and each reply goes to the client", async () => {
  const { client, engines } = openBroadcast();
  const sent = client.send(broadcast(engines, false));
  for (const engine of engines) {
    const request = await engine.receive();
    expect(request.idents).toEqual([client.address]);
    expect(request.header).toMatchObject({ msg_id: `${sent}_${engine.session.id}`, session: client.session.id });
    expect(request.metadata).toMatchObject({ is_broadcast: true, original_msg_id: sent });
    expect([request.content, request.buffers]).toEqual([{ some: "content" }, [Buffer.from("f")]]);
    reply(engine, request);
    const answer = await client.receive();
    expect([answer.idents, answer.parent?.msg_id]).toEqual([[], `${sent}_${engine.session.id}`]);
  }
});

test("an engine is told of itself alone among the targets", async () => {
  const { client, engines } = openBroadcast();
  client.send(broadcast(engines, false));
  for (const [id, engine] of engines.entries())
    expect((await engine.receive()).metadata["targets"]).toEqual([[engine.session.id, id]]);
});

test("a request that comes twice is sent once", async () => {
  const { client, engines } = openBroadcast();
  const [first] = engines;
  const frames = client.session.pack(broadcast([first], false));
  client.sendFrames(frames);
  client.sendFrames(frames);
  reply(first, await first.receive());
  await client.receive();
  const sent = client.send(broadcast([first], false));
  expect((await first.receive()).metadata["original_msg_id"]).toBe(sent);
});

test("a coalesced request to one engine is answered in pairs, too", async () => {
  const { client, engines } = openBroadcast();
  const [first] = engines;
  client.send(broadcast([first], true));
  reply(first, await first.receive());
  expect((await client.receive()).metadata["broadcast_targets"]).toEqual([[first.session.id, 0]]);
});

test("coalesced replies are one message in the order of the targets, whoever answers first", async () => {
  const { client, engines } = openBroadcast();
  const [first, second] = engines;
  const sent = client.send(broadcast(engines, true));
  reply(second, await second.receive());
  reply(first, await first.receive());
  const answer = await client.receive();
  expect(answer.idents).toEqual([]);
  expect(answer.metadata).toMatchObject({
    original_msg_id: sent,
    is_coalescing: true,
    broadcast_targets: [
      [first.session.id, 0],
      [second.session.id, 1],
    ],
  });
  expect(answer.buffers).toEqual(engines.map(({ session }) => Buffer.from(`of ${session.id}`)));
});

test("one failure fails a coalesced request", async () => {
  const { client, engines } = openBroadcast();
  const [first, second] = engines;
  client.send(broadcast(engines, true));
  reply(first, await first.receive(), "error");
  reply(second, await second.receive());
  const answer = await client.receive();
  expect([answer.content, answer.buffers]).toEqual([{ status: "error" }, []]);
});

test("engines that are not there are answered for", async () => {
  const { client, engines, lose } = openBroadcast();
  const [first, second] = engines;
  lose(second);
  const sent = client.send(broadcast(engines, false));
  const failure = await client.receive();
  expect(failure.parent?.msg_id).toBe(`${sent}_${second.session.id}`);
  expect(failure.content).toMatchObject({ ename: "EngineError", engine_info: {} });
  reply(first, await first.receive());
  await client.receive();

  const coalesced = client.send(broadcast(engines, true));
  const whole = await client.receive();
  expect(whole.parent?.msg_id).toBe(coalesced);
  expect(whole.metadata).toMatchObject({ is_coalescing: true, original_msg_id: coalesced });
  expect(whole.content["ename"]).toBe("EngineError");
});

test("a coalesced request whose engine is lost is given up: the client fails it by itself", async () => {
  const { client, engines, lose } = openBroadcast();
  const [first, second] = engines;
  client.send(broadcast(engines, true));
  reply(first, await first.receive());
  lose(second);
  reply(second, await second.receive());
  client.send(broadcast([first], false));
  reply(first, await first.receive());
  expect((await client.receive()).metadata["is_coalescing"]).toBe(false);
});
