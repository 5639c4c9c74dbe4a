import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, parseJson } from "../../protocol/json.ts";
import { historyReply, resubmitReply, resultReply, statusReply } from "../../protocol/messages/hub.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { WireClient, WireEngine } from "../support/wire-engine.ts";

const soon = () => AbortSignal.timeout(10_000);

function enginesOf({ paths }: RunningController): JsonObject {
  const content = parseJson(readFileSync(paths.enginesFile));
  const engines = isJsonObject(content) ? content["engines"] : undefined;
  return isJsonObject(engines) ? engines : {};
}

const joined = (controller: RunningController, count: number) =>
  waitUntil(() => Object.keys(enginesOf(controller)).length === count, soon());

/** Answers the next request of an engine. */
async function answer({ shell, session }: WireEngine, buffers: readonly string[] = []): Promise<void> {
  const { header, idents } = await shell.receive();
  shell.send({
    type: "apply_reply",
    parent: header,
    idents,
    metadata: { status: "ok", engine: session.id },
    content: { status: "ok" },
    buffers: buffers.map((buffer) => Buffer.from(buffer)),
  });
}

async function historyOf(client: WireClient): Promise<readonly string[]> {
  return historyReply.parse(await client.ask("history_request")).history;
}

/** Asks until nothing of it pends. */
async function settled(client: WireClient, id: string): Promise<JsonObject> {
  for (const signal = soon(); ; signal.throwIfAborted()) {
    const reply = await client.ask("result_request", { msg_ids: [id] });
    if (resultReply.parse(reply).pending.length === 0) return reply;
  }
}

test("what clients asked is on record: history, queries, results and their buffers, purge", async () => {
  await using controller = await startController();
  await using engine = new WireEngine(controller.engine);
  await using client = new WireClient(controller.client);
  await engine.register();
  await joined(controller, 1);
  for (const line of [client.mux, client.task]) {
    const idents = line === client.mux ? [Buffer.from(engine.session.id)] : [];
    line.send({ type: "apply_request", idents, buffers: [Buffer.from("argument")] });
    await answer(engine, ["result"]);
    await line.receive();
  }
  const history = await historyOf(client);
  expect(history).toHaveLength(2);
  const keys = ["queue", "engine_uuid", "buffers", "result_buffers"];
  client.hub.send({ type: "db_request", content: { query: { completed: { $ne: null } }, keys } });
  const found = await client.hub.receive();
  expect(found.content).toEqual({
    status: "ok",
    records: [
      { msg_id: history[0], queue: "mux", engine_uuid: engine.session.id },
      { msg_id: history[1], queue: "task", engine_uuid: engine.session.id },
    ],
    buffer_lens: [1, 1],
    result_buffer_lens: [1, 1],
  });
  expect(found.buffers.map(String)).toEqual(["argument", "result", "argument", "result"]);
  expect(await client.ask("purge_request", { msg_ids: history.slice(0, 1) })).toEqual({ status: "ok" });
  expect(await client.ask("history_request")).toEqual({ status: "ok", history: history.slice(1) });
});

test("a resubmitted request runs as a task under a new id, and its result is on record", async () => {
  await using controller = await startController();
  await using engine = new WireEngine(controller.engine);
  await using client = new WireClient(controller.client);
  await engine.register();
  await joined(controller, 1);
  client.mux.send({
    type: "apply_request",
    idents: [Buffer.from(engine.session.id)],
    buffers: [Buffer.from("argument")],
  });
  await answer(engine);
  await client.mux.receive();
  const history = await historyOf(client);
  const { resubmitted } = resubmitReply.parse(await client.ask("resubmit_request", { msg_ids: history }));
  const id = resubmitted[history[0] ?? ""] ?? "";
  expect(await client.ask("result_request", { msg_ids: [id] })).toEqual({ status: "ok", pending: [id], completed: [] });
  await answer(engine, ["again"]);
  expect((await settled(client, id))["completed"]).toEqual([id]);
});

test("what a lost engine leaves unanswered is on record as failed, when it can no longer return", async () => {
  await using controller = await startController("--ping=50", "--loss-grace-ms=50", "--registration-timeout=0.3");
  await using client = new WireClient(controller.client);
  const engine = new WireEngine(controller.engine);
  await engine.register();
  await joined(controller, 1);
  client.mux.send({ type: "apply_request", idents: [Buffer.from(engine.session.id)] });
  const { msg_id: id } = (await engine.shell.receive()).header;
  await engine[Symbol.asyncDispose]();
  await joined(controller, 0);
  expect((await client.ask("result_request", { msg_ids: [id] }))["pending"]).toEqual([id]);
  expect((await settled(client, id))[id]).toMatchObject({
    result_metadata: {},
    result_header: { engine: engine.session.id },
    result_content: { ename: "EngineError", evalue: `Engine 0 died while running task '${id}'` },
  });
});

test("a status counts connected clients and tells when each engine was heard of", async () => {
  await using controller = await startController();
  await using engine = new WireEngine(controller.engine);
  await using client = new WireClient(controller.client);
  await engine.register({ language: "typescript" });
  await joined(controller, 1);
  await client.ask("connection_request");
  const other = new WireClient(controller.client);
  await other.ask("connection_request");
  const status = statusReply.parse(await client.ask("status_request"));
  expect(status).toMatchObject({ pid: controller.process.pid, clients: 2, unassigned: 0, db: { name: "dictdb" } });
  expect(status.engines).toMatchObject([{ id: 0, uuid: engine.session.id, language: "typescript", queue: 0 }]);
  expect(status.engines[0]?.silent_s).toBeLessThan(2);
  await other[Symbol.asyncDispose]();
  const clients = async () => (await client.ask("status_request"))["clients"];
  while ((await clients()) !== 1) soon().throwIfAborted();
});

test("an engine registers at once while the database answers a query", async () => {
  await using controller = await startController();
  await using client = new WireClient(controller.client);
  await using engine = new WireEngine(controller.engine);
  for (let query = 0; query < 200; query++) client.hub.send({ type: "db_request", content: { query: {} } });
  expect(await engine.register()).toBe(0);
});

test("an engine that asks for the id of one whose connection has just broken gets it", async () => {
  await using controller = await startController("--ping=60000", "--loss-grace-ms=60000", "--debug");
  await using client = new WireClient(controller.client);
  await client.ask("connection_request");
  const notified = async () => {
    const { header, content } = await client.notifications.receive();
    return [header.msg_type, content["id"], content["uuid"]];
  };
  const before = new WireEngine(controller.engine);
  expect(await before.register()).toBe(0);
  expect(await notified()).toEqual(["registration_notification", 0, before.session.id]);
  await before[Symbol.asyncDispose]();
  await waitUntil(() => controller.log().includes("engine 0 must answer"), AbortSignal.timeout(5000));
  await using after = new WireEngine(controller.engine);
  expect(await after.register({ id: 0 })).toBe(0);
  expect(await notified()).toEqual(["unregistration_notification", 0, before.session.id]);
  expect(await notified()).toEqual(["registration_notification", 0, after.session.id]);
});
