import { Complaints } from "../../../../controller/complaints.ts";
import { DaskService } from "../../../../controller/hub/dask/dask-service.ts";
import { EngineRequests } from "../../../../controller/hub/engines/engine-requests.ts";
import { Notifier } from "../../../../controller/hub/engines/notifier.ts";
import { type Engine, Registry } from "../../../../controller/hub/engines/registry.ts";
import { HubService } from "../../../../controller/hub/hub-service.ts";
import { Activity } from "../../../../controller/hub/requests/activity.ts";
import { HubRequests } from "../../../../controller/hub/requests/hub-requests.ts";
import { ProcessorLoad } from "../../../../controller/hub/requests/processor-load.ts";
import { statusOf } from "../../../../controller/hub/requests/status-request.ts";
import { DictDb } from "../../../../controller/task-db/dict-db.ts";
import { RecordService } from "../../../../controller/task-db/record-service.ts";
import type { TaskDb } from "../../../../controller/task-db/task-db.ts";
import type { Passing, TrafficEvent } from "../../../../controller/traffic.ts";
import { type Header, openEnvelope } from "../../../../protocol/envelope.ts";
import { type EngineUuid, engineUuid, type MsgId, msgId } from "../../../../protocol/ids.ts";
import { type JsonObject, parseJson } from "../../../../protocol/json.ts";
import { jsonPacker } from "../../../../protocol/packer.ts";
import type { Outgoing } from "../../../../protocol/session.ts";
import { MemoryPublisher, MemoryRouter } from "../../../../transport/memory-channel.ts";
import { MemoryPeer, recordingLog, testSession } from "../../../support/memory-peer.ts";

const dictDb = (): TaskDb =>
  new DictDb({ packer: jsonPacker, recordLimit: 1024, sizeLimitBytes: 1 << 20, cullFraction: 0.1 });

export type OpenHub = ReturnType<typeof openHub>;

/** A hub with everything of its own, but without a network, a heart or a scheduler. */
export function openHub(db = dictDb()) {
  const log = recordingLog();
  const clock = { nowMs: 0 };
  const now = () => clock.nowMs;
  const complaints = new Complaints(log, now);
  const [requests, notifications] = [new MemoryRouter(), new MemoryPublisher()];
  const published = notifications.subscribe()[Symbol.asyncIterator]();
  const session = testSession("h");
  const [registry, activity] = [new Registry(30_000), new Activity(now)];
  const records = new RecordService({ db, name: "dictdb", dialect: session, complaints, log });
  const [hearts, doubted] = [new Map<EngineUuid, "expected" | "restored">(), new Set<EngineUuid>()];
  const held = new Map<EngineUuid, Set<MsgId>>();
  const [events, submitted]: [string[], Buffer[][]] = [[], []];
  const tasks = {
    unassigned: () => [msgId("waiting")],
    unassignedCount: 1,
    heldBy: (engine: EngineUuid) => held.get(engine) ?? new Set(),
  };
  const notifier = new Notifier(session, notifications);
  const observe = (event: TrafficEvent) => {
    activity.observe(event);
    records.observe(event);
  };
  const engines = new EngineRequests({
    registry,
    hearts: {
      expect: (heart) => void hearts.set(heart, "expected"),
      restore: (heart) => void hearts.set(heart, "restored"),
      isDoubted: (heart) => doubted.has(heart),
      forget: (heart) => void hearts.delete(heart),
    },
    observers: [
      activity,
      {
        engineJoined: ({ id }: Engine) => void events.push(`joined ${id}`),
        engineLost: ({ id }: Engine) => void events.push(`lost ${id}`),
      },
      notifier,
    ],
    heartbeatMs: 3000,
    engineConnection: { mux: 1 },
    log,
    now,
  });
  const work = { registry, activity, tasks };
  const hubRequests = new HubRequests({
    engines,
    work,
    records,
    resubmission: { session, submit: (frames) => void submitted.push(frames) },
    dask: new DaskService({ commands: [], host: undefined, log }),
    status: () =>
      statusOf({
        work,
        silenceMs: () => 250,
        load: new ProcessorLoad(),
        connectedClients: () => hub.connectedClients,
        db: () => ({ name: "dictdb", backlog: 0, is_degraded: false }),
      }),
    shutDown: (request) => {
      notifier.shuttingDown(request);
      events.push("shut down");
    },
  });
  const hub = new HubService({
    session,
    requests,
    answer: (request, header) => hubRequests.answer(request, header),
    complaints,
  });
  const reader = testSession("c");
  const notification = async () => {
    const next = await published.next();
    if (next.done) throw new Error("The publisher was closed.");
    const message = reader.unpack(next.value);
    return { type: message.header.msg_type, content: message.content };
  };
  const client = new MemoryPeer(requests, "c");
  const parts = { hub, engines, registry, activity, records, requests, client, hearts, doubted };
  return { ...parts, clock, observe, events, held, submitted, log, notification };
}

/** The reply to a request, and whether it names the request as its parent. */
export async function ask(client: MemoryPeer, type: string, content: JsonObject = {}) {
  const sent = client.send({ type, content });
  const reply = await client.receive();
  const buffers = reply.buffers.map(String);
  return { type: reply.header.msg_type, content: reply.content, buffers, answers: reply.parent?.msg_id === sent };
}

/** Registers an engine and completes it. */
export async function register({ engines, requests, notification }: OpenHub, letter: string) {
  const engine = new MemoryPeer(requests, letter);
  const reply = await ask(engine, "registration_request", { uuid: engine.session.id });
  const uuid = engineUuid(engine.session.id);
  engines.heartStarted(uuid);
  await notification();
  return { engine, uuid, id: Number(reply.content["id"]) };
}

/** A message of a session as a scheduler shows it to its observers. */
export function passing(session: ReturnType<typeof testSession>, message: Outgoing): Passing & { header: Header } {
  const frames = session.pack(message);
  return { frames, at: 0, header: openEnvelope(frames, session).header };
}

/** A direct request as the relay reports it, and what reports its reply. */
export function directRequest({ client, observe }: OpenHub, engine: EngineUuid, argument = "") {
  const message = passing(client.session, {
    type: "apply_request",
    metadata: { label: "mine" },
    buffers: [Buffer.from("f"), Buffer.from(argument)],
  });
  const id = msgId(message.header.msg_id);
  observe({ kind: "direct-requested", id, engine, message });
  return {
    id,
    header: parseJson(JSON.stringify(message.header)) as Header,
    answer: (content: JsonObject = { status: "ok" }, buffers: readonly string[] = []) => {
      const reply = passing(testSession("e"), {
        type: "apply_reply",
        parent: message.header,
        metadata: { status: "ok", engine },
        content,
        buffers: buffers.map((buffer) => Buffer.from(buffer)),
      });
      observe({ kind: "direct-answered", id, engine, message: reply });
    },
  };
}
