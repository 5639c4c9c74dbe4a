import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { connectionReply, historyReply, resultReply } from "../../protocol/messages/hub.ts";
import { ControllerProcess } from "../support/controller-process.ts";
import { type RunningController, startController } from "../support/ipcontroller.ts";
import { WireClient, WireEngine } from "../support/wire-engine.ts";

const soon = () => AbortSignal.timeout(10_000);

async function kill({ process }: RunningController): Promise<void> {
  process.kill("SIGKILL");
  await once(process, "exit");
}

const enginesOf = async (client: WireClient) => connectionReply.parse(await client.ask("connection_request"));

/** Waits until the hub knows so many engines. */
async function joined(client: WireClient, count: number): Promise<void> {
  for (const signal = soon(); ; signal.throwIfAborted())
    if (Object.keys((await enginesOf(client)).engines).length === count) return;
}

/** Answers the next request of an engine. */
async function answer({ shell, session }: WireEngine): Promise<string> {
  const { header, idents } = await shell.receive();
  const metadata = { status: "ok", engine: session.id };
  shell.send({ type: "apply_reply", parent: header, idents, metadata, content: { status: "ok" } });
  return header.msg_id;
}

test("a restored controller knows its engines at once, goes on with their ids, and gives up those that are gone", async () => {
  await using first = await startController("--reuse");
  await using client = new WireClient(first.client);
  await using engine = new WireEngine(first.engine);
  const gone = new WireEngine(first.engine);
  await engine.register({ language: "typescript" });
  await gone.register();
  await joined(client, 2);
  await kill(first);
  await gone[Symbol.asyncDispose]();

  await using _second = await ControllerProcess.start(first.profileDir, ["--restore", "--ping=100", "--max-misses=5"]);
  expect(await enginesOf(client)).toMatchObject({
    status: "ok",
    engines: { "0": engine.session.id, "1": gone.session.id },
    languages: { [engine.session.id]: "typescript" },
  });
  await joined(client, 1);
  client.mux.send({ type: "apply_request", idents: [Buffer.from(engine.session.id)] });
  await answer(engine);
  expect((await client.mux.receive()).content["status"]).toBe("ok");
  await using next = new WireEngine(first.engine);
  expect(await next.register()).toBe(2);
});

test("what was open when a controller was killed ends once under the next, where records are on disk", async () => {
  await using first = await startController("--reuse", "--sqlitedb");
  await using client = new WireClient(first.client);
  await using engine = new WireEngine(first.engine);
  await engine.register();
  await joined(client, 1);
  client.task.send({ type: "apply_request" });
  const running = await engine.shell.receive();
  client.task.send({ type: "apply_request" });
  client.mux.send({ type: "apply_request", idents: [Buffer.from(engine.session.id)] });
  const direct = await engine.shell.receive();
  const { history } = historyReply.parse(await client.ask("history_request"));
  expect(history).toHaveLength(3);
  await kill(first);

  await using _second = await ControllerProcess.start(first.profileDir, ["--restore", "--sqlitedb"]);
  const metadata = { status: "ok", engine: engine.session.id };
  for (const { header, idents } of [running, direct])
    engine.shell.send({ type: "apply_reply", parent: header, idents, metadata, content: { status: "ok" } });
  const waiting = await answer(engine);
  expect(history).toContain(waiting);
  for (const signal = soon(); ; signal.throwIfAborted()) {
    const { pending, completed } = resultReply.parse(await client.ask("result_request", { msg_ids: history }));
    if (pending.length > 0) continue;
    expect(completed).toHaveLength(3);
    break;
  }
  expect(await client.ask("queue_request")).toEqual({
    status: "ok",
    "0": { queue: 0, completed: 3, tasks: 0 },
    unassigned: 0,
  });
});

test("a damaged list of engines is named in the log, and the controller starts without", async () => {
  await using first = await startController("--reuse");
  await using client = new WireClient(first.client);
  await kill(first);
  writeFileSync(first.paths.enginesFile, '{"engines": {"zero"');
  await using second = await ControllerProcess.start(first.profileDir, ["--restore"]);
  expect((await enginesOf(client)).engines).toEqual({});
  expect(second.log()).toContain(`${first.paths.enginesFile} is damaged`);
});
