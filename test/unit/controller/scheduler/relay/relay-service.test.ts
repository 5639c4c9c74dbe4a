import { expect, test } from "vitest";
import { Complaints } from "../../../../../controller/complaints.ts";
import { AbortWatcher } from "../../../../../controller/scheduler/relay/abort-watcher.ts";
import { DirectTraffic } from "../../../../../controller/scheduler/relay/direct-traffic.ts";
import { RelayService } from "../../../../../controller/scheduler/relay/relay-service.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";
import type { JsonObject } from "../../../../../protocol/json.ts";
import { MemoryRouter } from "../../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../../support/memory-peer.ts";

function openRelay() {
  const [clients, engines] = [new MemoryRouter(), new MemoryRouter()];
  const [log, session] = [recordingLog(), testSession("s")];
  const [client, engine] = [new MemoryPeer(clients, "c"), new MemoryPeer(engines, "e")];
  const seen: string[] = [];
  new RelayService({
    name: "mux",
    clients,
    engines,
    isRegistered: (uuid) => uuid === engineUuid(engine.session.id),
    session,
    watcher: new DirectTraffic(session, (event) => {
      if (event.kind !== "published") seen.push(`${event.kind} ${event.id}`);
    }),
    complaints: new Complaints(log, () => 0),
  });
  return { client, engine, seen, log };
}

test("a request reaches the engine that it names, and the reply its client, unchanged", async () => {
  const { client, engine, seen } = openRelay();
  const sent = client.send({ type: "apply_request", buffers: [Buffer.from("f")], idents: [engine.address] });
  const request = await engine.receive();
  expect(request.idents).toEqual([client.address]);
  expect(request.header.msg_id).toBe(sent);
  expect(request.buffers).toEqual([Buffer.from("f")]);

  engine.send({ type: "apply_reply", parent: request.header, idents: request.idents });
  const reply = await client.receive();
  expect(reply.idents).toEqual([engine.address]);
  expect(reply.parent?.msg_id).toBe(sent);
  expect(seen).toEqual([`direct-requested ${sent}`, `direct-answered ${sent}`]);
});

test("messages that are no requests pass too, but are not counted", async () => {
  const { client, engine, seen } = openRelay();
  client.send({ type: "comm_msg", idents: [engine.address] });
  expect((await engine.receive()).header.msg_type).toBe("comm_msg");
  expect(seen).toEqual([]);
});

test("a request for an engine that is not there is answered with an EngineError that names no engine's output", async () => {
  const { client } = openRelay();
  const sent = client.send({ type: "execute_request", idents: [Buffer.from("nobody")] });
  const reply = await client.receive();
  expect(reply.header.msg_type).toBe("execute_reply");
  expect(reply.idents).toEqual([Buffer.from("nobody")]);
  expect(reply.parent?.msg_id).toBe(sent);
  expect(reply.content).toMatchObject({ status: "error", ename: "EngineError", engine_info: {} });
});

test("a comm message to nobody, a stranger's message and a cut one are dropped, and the rest goes on", async () => {
  const { client, engine, log } = openRelay();
  client.send({ type: "comm_msg", idents: [Buffer.from("nobody")] });
  const stranger = testSession("x", "another key");
  client.sendFrames(stranger.pack({ type: "execute_request", idents: [Buffer.from("nobody")] }));
  client.sendFrames([Buffer.from("nobody"), Buffer.from("nonsense")]);
  client.send({ type: "apply_request", idents: [engine.address] });
  expect((await engine.receive()).header.msg_type).toBe("apply_request");
  expect(log.lines).toHaveLength(1);
});

test("an abort that passes is heard, whatever form its ids have; a bad one is not", async () => {
  const [clients, engines] = [new MemoryRouter(), new MemoryRouter()];
  const [client, engine] = [new MemoryPeer(clients, "c"), new MemoryPeer(engines, "e")];
  const [log, session] = [recordingLog(), testSession("s")];
  const aborted: (readonly string[])[] = [];
  new RelayService({
    name: "control",
    clients,
    engines,
    isRegistered: () => true,
    session,
    watcher: new AbortWatcher(session, (tasks) => void aborted.push(tasks)),
    complaints: new Complaints(log, () => 0),
  });
  const ask = (type: string, content: JsonObject) => client.send({ type, content, idents: [engine.address] });
  ask("abort_request", { msg_ids: ["a", "b", 3] });
  ask("abort_request", { msg_ids: "c" });
  ask("abort_request", {});
  ask("clear_request", { msg_ids: ["d"] });
  for (const type of ["abort_request", "abort_request", "abort_request", "clear_request"])
    expect((await engine.receive()).header.msg_type).toBe(type);
  const stranger = testSession("x", "another key");
  client.sendFrames(stranger.pack({ type: "abort_request", content: { msg_ids: ["e"] }, idents: [engine.address] }));
  await engine.receiveFrames();
  expect(aborted).toEqual([["a", "b"], ["c"], []]);
  expect(log.lines).toHaveLength(1);
});
