import fc from "fast-check";
import { expect, test } from "vitest";
import { ControlService } from "../../../runtime/monitor/control-service.ts";
import { MemoryRouter } from "../../../transport/memory-channel.ts";
import { wireNoise } from "../../support/wire-noise.ts";
import { openSession, ShellHarness } from "./jupyter/shell-harness.ts";

test("whatever comes on shell, an engine goes on, and says little about it", async () => {
  const harness = new ShellHarness({ execute_request: () => ({ content: {} }) });
  fc.assert(
    fc.property(wireNoise({ session: openSession("noise") }), (frames) => harness.sendFrames(frames)),
    { numRuns: 1000 },
  );
  const id = harness.send("execute_request");
  let reply = await harness.reply();
  while (reply.parent?.msg_id !== id) reply = await harness.reply();

  expect(reply.content).toEqual({ status: "ok" });
  expect(harness.logged.filter((line) => line.startsWith("Message dropped"))).toHaveLength(1);
});

test("a signed request that cannot be read is answered: its sender waits", async () => {
  const harness = new ShellHarness({});
  const frames = harness.client.pack({ type: "apply_request" });
  frames[frames.length - 1] = Buffer.from("[1]");
  frames[1] = Buffer.from(harness.client.signer.sign(frames.slice(2)));
  harness.sendFrames(frames);
  const { header, content } = await harness.reply();

  expect(header.msg_type).toBe("apply_reply");
  expect(content).toMatchObject({ status: "error", evalue: "The request is damaged: content is not an object." });
});

test("whatever comes on control, the monitor goes on", () => {
  let receive = (_frames: Buffer[]): void => undefined;
  const channel = new MemoryRouter();
  channel.listen = (take) => {
    receive = take;
  };
  const logged: string[] = [];
  const ignore = () => undefined;
  new ControlService({
    channel,
    session: openSession("engine"),
    interrupt: ignore,
    isRunning: () => false,
    signal: ignore,
    shutdown: ignore,
    abort: ignore,
    forward: ignore,
    log: (text) => logged.push(text),
  });
  fc.assert(
    fc.property(wireNoise({ session: openSession("noise") }), (frames) => receive(frames)),
    { numRuns: 1000 },
  );

  expect(logged).toHaveLength(1);
});
