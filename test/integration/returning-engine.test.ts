import { expect, test } from "vitest";
import { startController } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { WireClient } from "../support/wire-engine.ts";

test("an engine that was paused beyond its misses is lost, returns under its id when it goes on, and works", async () => {
  await using controller = await startController("--ping=100", "--max-misses=3", "--loss-grace-ms=60000");
  await using client = new WireClient(controller.client);
  await client.ask("connection_request");
  const notified = async () => {
    const { header, content } = await client.notifications.receive();
    return { type: header.msg_type, id: content["id"], uuid: String(content["uuid"]) };
  };
  await using engine = await RunningEngine.start(controller);
  const joined = await notified();
  engine.process.kill("SIGSTOP");
  expect(await notified()).toEqual({ ...joined, type: "unregistration_notification" });
  engine.process.kill("SIGCONT");
  expect(await notified()).toEqual(joined);

  const request = { type: "execute_request", content: { code: "6 * 7", silent: false, user_expressions: {} } };
  client.mux.send({ ...request, idents: [Buffer.from(joined.uuid)] });
  expect((await client.mux.receive()).content["status"]).toBe("ok");
  client.task.send(request);
  expect((await client.task.receive()).content["status"]).toBe("ok");
});

test("a task of a paused engine fails once; its late result is dropped, and the engine takes tasks again", async () => {
  await using controller = await startController("--ping=100", "--max-misses=3", "--loss-grace-ms=60000");
  await using client = new WireClient(controller.client);
  await client.ask("connection_request");
  await using engine = await RunningEngine.start(controller);
  await client.notifications.receive();
  const run = (code: string) => {
    const header = client.session.header("execute_request");
    client.task.send({ type: "execute_request", header, content: { code, silent: false, user_expressions: {} } });
    return header.msg_id;
  };
  const ended = async () => {
    const { parent, content } = await client.task.receive();
    return [parent?.msg_id, content["status"], content["ename"]];
  };
  const slow = run("await new Promise((resolve) => setTimeout(resolve, 100))");
  while (((await client.ask("queue_request"))["0"] as { tasks: number } | undefined)?.tasks !== 1);
  engine.process.kill("SIGSTOP");
  expect(await ended()).toEqual([slow, "error", "EngineError"]);
  engine.process.kill("SIGCONT");
  const next = run("1");
  expect(await ended()).toEqual([next, "ok", undefined]);
  expect((await client.ask("queue_request"))["0"]).toEqual({ queue: 0, tasks: 0, completed: 1 });
});
