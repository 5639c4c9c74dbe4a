import { connect } from "node:net";
import { expect, test } from "vitest";
import { DaskService } from "../../controller/hub/dask/dask-service.ts";
import { becomeDaskReply } from "../../protocol/messages/hub.ts";
import { startController } from "../support/ipcontroller.ts";
import { recordingLog } from "../support/memory-peer.ts";
import { pythonProgram } from "../support/python.ts";
import { WireClient } from "../support/wire-engine.ts";

const dask = [pythonProgram("dask"), "scheduler"];

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

test("a cluster becomes one of Dask's, once, on its own interface, and ends to be one", async () => {
  await using service = new DaskService({ commands: [dask], host: "127.0.0.1", log: recordingLog() });
  const first = service.answerStart({ dashboard: false });
  const second = service.answerStart({});
  const { content, type } = await first;
  expect(type).toBe("become_dask_reply");
  const { address, ip, port } = becomeDaskReply.parse(content);
  expect([address, ip]).toEqual([`tcp://127.0.0.1:${port}`, "127.0.0.1"]);
  expect((await second).content).toEqual(content);
  expect(await isListening(port)).toBe(true);
  expect(await service.answerStop()).toEqual({ type: "stop_distributed_reply", content: { status: "ok" } });
  expect(await isListening(port)).toBe(false);
  expect((await service.answerStop()).content).toEqual({ status: "ok" });
});

test("where there is no Dask the refusal says how to get it", async () => {
  const commands = [
    ["no-such-dask", "scheduler"],
    [pythonProgram("python"), "-c", "import dask_that_is_not_there"],
  ];
  await using service = new DaskService({ commands, host: undefined, log: recordingLog() });
  const refusal = expect.objectContaining({
    ename: "ImportError",
    message: expect.stringContaining('pip install "dask[distributed]"') as string,
  }) as Error;
  await expect(service.answerStart({})).rejects.toThrow(refusal);
});

test("a scheduler that cannot start says why; the next request starts another", async () => {
  await using service = new DaskService({ commands: [dask], host: "127.0.0.1", log: recordingLog() });
  await expect(service.answerStart({ protocol: "smoke" })).rejects.toThrow("smoke");
  expect((await service.answerStart({ dashboard: false })).content["status"]).toBe("ok");
});

test("an argument that no program can be given is refused", async () => {
  await using service = new DaskService({ commands: [dask], host: "127.0.0.1", log: recordingLog() });
  const refusal = expect.objectContaining({ name: "Refusal", ename: "RuntimeError" }) as Error;
  await expect(service.answerStart({ interface: "a\0b" })).rejects.toThrow(refusal);
});

test("a scheduler that ends by itself is told in the log, and another can be started", async () => {
  const log = recordingLog();
  await using service = new DaskService({ commands: [dask], host: "127.0.0.1", log });
  const first = becomeDaskReply.parse((await service.answerStart({ dashboard: false, idle_timeout: "0.2s" })).content);
  for (const signal = AbortSignal.timeout(10_000); !log.lines.at(-1)?.includes("has ended"); ) {
    signal.throwIfAborted();
    await isListening(first.port);
  }
  const second = becomeDaskReply.parse((await service.answerStart({ dashboard: false })).content);
  expect(await isListening(second.port)).toBe(true);
});

test("the scheduler does not outlive the controller, not even one that is killed", async () => {
  await using controller = await startController(`--dask-scheduler-command=${dask.join(" ")}`);
  await using client = new WireClient(controller.client);
  const reply = await client.ask("become_dask_request", { scheduler_args: { dashboard: false } });
  const { port } = becomeDaskReply.parse(reply);
  expect(await isListening(port)).toBe(true);
  controller.process.kill("SIGKILL");
  await controller.exited;
  for (const signal = AbortSignal.timeout(10_000); await isListening(port); ) signal.throwIfAborted();
});
