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
