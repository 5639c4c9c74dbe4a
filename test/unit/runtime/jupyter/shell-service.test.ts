import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Deferred } from "../../../../protocol/deferred.ts";
import { ExitRequest } from "../../../../runtime/evaluate/exit-request.ts";
import type { ServedRequest } from "../../../../runtime/jupyter/served-request.ts";
import { currentRequest } from "../../../../runtime/output/running-request.ts";
import { ShellHarness } from "./shell-harness.ts";

const ok = () => ({ content: {} });

test("a request is answered with status ok, to who sent it, between busy and idle", async () => {
  const shell = new ShellHarness({ execute_request: () => ({ content: { execution_count: 3 } }) });
  const msgId = shell.send("execute_request");
  const { header, parent, content } = await shell.reply();
  expect([header.msg_type, parent?.msg_id, content]).toEqual([
    "execute_reply",
    msgId,
    { status: "ok", execution_count: 3 },
  ]);
  expect(shell.published(msgId)).toEqual(["busy", "idle"]);
  expect(shell.serial).toBe(0);
});

test("requests run one after another in the order they came", async () => {
  const steps: string[] = [];
  const shell = new ShellHarness({
    execute_request: async ({ content }) => {
      steps.push(`start ${String(content["code"])}`);
      await turn();
      steps.push(`end ${String(content["code"])}`);
      return { content: {} };
    },
  });
  for (const code of ["a", "b", "c"]) shell.send("execute_request", { code });
  for (let i = 0; i < 3; i++) await shell.reply();
  expect(steps).toEqual(["start a", "end a", "start b", "end b", "start c", "end c"]);
});

test("what a request's code starts belongs to it after its end", async () => {
  const later = new Deferred<unknown>();
  const shell = new ShellHarness({
    execute_request: () => {
      setTimeout(() => later.resolve(currentRequest()?.header.msg_id), 5);
      return { content: {} };
    },
    other_request: ok,
  });
  const msgId = shell.send("execute_request");
  await shell.reply();
  await shell.ask("other_request");
  expect(await later.promise).toBe(msgId);
});

test("an error is published and answered", async () => {
  const shell = new ShellHarness({
    execute_request: (request) => {
      request.failureExtras = { execution_count: 1 };
      throw new RangeError("no");
    },
  });
  const { content } = await shell.ask("execute_request");
  expect(content).toMatchObject({ status: "error", ename: "RangeError", evalue: "no", execution_count: 1 });
  expect(shell.published()).toEqual(["busy", "error", "idle"]);
});

test("a request that it does not know is refused; other messages are passed over", async () => {
  const shell = new ShellHarness({});
  shell.send("strange_message");
  expect((await shell.ask("strange_request")).content).toMatchObject({ ename: "NotImplementedError" });
  expect(shell.logged).toEqual(["No handler for strange_message.", "No handler for strange_request."]);
});

test("messages that cannot be read are dropped with a reason", async () => {
  const shell = new ShellHarness({ execute_request: ok });
  shell.sendFrames([Buffer.from("nonsense")]);
  await shell.ask("execute_request");
  expect(shell.logged).toEqual(["Message dropped: no <IDS|MSG> delimiter"]);
});

test("an interrupt ends what awaits, tells its signal, and the next request runs", async () => {
  const signals: AbortSignal[] = [];
  const shell = new ShellHarness({
    execute_request: (request) => {
      signals.push(request.signal);
      return new Promise(() => undefined);
    },
    next_request: ok,
  });
  shell.send("execute_request");
  await turn();
  shell.service.interrupt(shell.serial);
  expect((await shell.reply()).content).toMatchObject({ status: "error", ename: "KeyboardInterrupt", evalue: "" });
  expect(signals[0]?.aborted).toBe(true);
  expect((await shell.ask("next_request")).content).toEqual({ status: "ok" });
});

test("an interrupt that comes too late does nothing", async () => {
  const shell = new ShellHarness({ execute_request: () => turn({ content: {} }) });
  await shell.ask("execute_request");
  shell.send("execute_request");
  await turn();
  shell.service.interrupt(1);
  shell.service.interrupt(0);
  expect((await shell.reply()).content).toEqual({ status: "ok" });
});

test("code that goes on after its request was interrupted changes nothing", async () => {
  const go = new Deferred<{ content: object }>();
  const shell = new ShellHarness({ execute_request: () => go.promise as never, next_request: ok });
  shell.send("execute_request");
  await turn();
  shell.service.interrupt(shell.serial);
  await shell.reply();
  go.resolve({ content: {} });
  expect((await shell.ask("next_request")).header.msg_type).toBe("next_reply");
});

test("a request whose microtasks were lost ends by its interrupt, and the queue goes on", async () => {
  // As V8 leaves it when code is ended by force: the handler's promise never settles.
  const shell = new ShellHarness({ execute_request: () => new Promise(() => undefined), next_request: ok });
  shell.send("execute_request");
  shell.send("next_request");
  await turn();
  shell.service.stopped();
  shell.service.interrupt(shell.serial);
  expect((await shell.reply()).content["ename"]).toBe("KeyboardInterrupt");
  expect((await shell.reply()).header.msg_type).toBe("next_reply");
});

test("ids that are aborted do not run, whether they have come or not", async () => {
  const ran: unknown[] = [];
  const first = new Deferred<void>();
  const shell = new ShellHarness({
    execute_request: async ({ content }) => {
      ran.push(content["code"]);
      if (content["code"] === 0) await first.promise;
      return { content: {} };
    },
  });
  shell.send("execute_request", { code: 0 });
  const queued = shell.send("execute_request", { code: 1 });
  const later = shell.client.header("execute_request");
  await turn();
  shell.service.abort({ msgIds: [queued, later.msg_id], stopsRunning: false });
  expect((await shell.reply()).content).toEqual({ status: "aborted" });
  first.resolve();
  await shell.reply();
  shell.sendFrames(shell.client.pack({ type: "execute_request", header: later, content: { code: 2 } }));
  expect((await shell.reply()).content).toEqual({ status: "aborted" });
  expect(ran).toEqual([0]);
});

test("an abort without ids clears the queue of user code, and of it alone", async () => {
  const first = new Deferred<void>();
  const shell = new ShellHarness({
    execute_request: async () => {
      await first.promise;
      return { content: {} };
    },
    complete_request: ok,
  });
  for (const type of ["execute_request", "apply_request", "execute_request", "complete_request"]) shell.send(type);
  await turn();
  shell.service.abort({ msgIds: undefined, stopsRunning: false });
  first.resolve();
  const replies = [await shell.reply(), await shell.reply(), await shell.reply(), await shell.reply()];
  expect(replies.map(({ header, content }) => [header.msg_type, content["status"]])).toEqual([
    ["apply_reply", "aborted"],
    ["execute_reply", "aborted"],
    ["execute_reply", "ok"],
    ["complete_reply", "ok"],
  ]);
});

test("an abort that the monitor holds comes before the next request, which the monitor sees already", async () => {
  const shell = new ShellHarness({ execute_request: ok });
  for (const isNamed of [true, false]) {
    const header = shell.client.header("execute_request");
    const serials: number[] = [];
    shell.onDrain = () => {
      serials.push(shell.serial);
      shell.onDrain = () => undefined;
      shell.service.abort({ msgIds: isNamed ? [header.msg_id] : undefined, stopsRunning: false });
    };
    shell.sendFrames(shell.client.pack({ type: "execute_request", header }));
    expect((await shell.reply()).content).toEqual({ status: "aborted" });
    expect(serials).toEqual([shell.lastSerial]);
  }
});

test("a running request that is aborted ends as aborted when it is interrupted; the next one runs", async () => {
  const signals: AbortSignal[] = [];
  const never = (request: ServedRequest) => {
    signals.push(request.signal);
    return new Promise<never>(() => undefined);
  };
  const shell = new ShellHarness({ execute_request: never, next_request: ok });
  const running = shell.send("execute_request");
  await turn();
  shell.service.abort({ msgIds: ["another", running], stopsRunning: true });
  shell.service.interrupt(shell.serial);
  expect((await shell.reply()).content).toEqual({ status: "aborted" });
  expect(signals[0]?.aborted).toBe(true);
  expect((await shell.ask("next_request")).content).toEqual({ status: "ok" });
});

test("an abort as ipyparallel's clients mean it leaves the running request alone", async () => {
  const go = new Deferred<{ content: object }>();
  const shell = new ShellHarness({ execute_request: () => go.promise as never });
  const running = shell.send("execute_request");
  await turn();
  shell.service.abort({ msgIds: [running], stopsRunning: false });
  shell.service.interrupt(shell.serial);
  expect((await shell.reply()).content).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
});

test("code that has not begun when its request is interrupted never begins", async () => {
  const loaded = new Deferred<void>();
  let hasBegun = false;
  const shell = new ShellHarness({
    execute_request: async (request) => {
      await loaded.promise;
      request.throwIfInterrupted();
      hasBegun = true;
      return { content: {} };
    },
    next_request: ok,
  });
  shell.send("execute_request");
  await turn();
  shell.service.interrupt(shell.serial);
  await shell.reply();
  loaded.resolve();
  expect((await shell.ask("next_request")).content).toEqual({ status: "ok" });
  expect(hasBegun).toBe(false);
});

test("a request that ends by itself before its abort stops it has its result", async () => {
  const go = new Deferred<{ content: object }>();
  const shell = new ShellHarness({ execute_request: () => go.promise as never });
  const running = shell.send("execute_request");
  await turn();
  shell.service.abort({ msgIds: [running], stopsRunning: true });
  go.resolve({ content: {} });
  expect((await shell.reply()).content).toEqual({ status: "ok" });
});

test("a failed cell aborts the cells behind it where notebooks want that", async () => {
  const fail = () => {
    throw new Error("no");
  };
  const statuses = async (content: object, stopsOnError: boolean) => {
    const shell = new ShellHarness(
      { execute_request: ({ content: { code } }) => (code ? ok() : fail()) },
      { stopsOnError },
    );
    shell.send("execute_request", { ...content });
    shell.send("execute_request", { code: "ok" });
    return [await shell.reply(), await shell.reply()].map(({ content: { status } }) => status);
  };
  expect(await statuses({}, true)).toEqual(["error", "aborted"]);
  expect(await statuses({ stop_on_error: false }, true)).toEqual(["error", "ok"]);
  expect(await statuses({}, false)).toEqual(["error", "ok"]);
});

test("a lean request has busy and idle only around output, and no echo of input or error", async () => {
  const run = (request: ServedRequest) => {
    if (request.content["code"] === "print")
      request.publish({ type: "stream", content: { name: "stdout", text: "x" } });
    if (request.content["code"] === "throw") throw new Error("no");
    return { content: {} };
  };
  const shell = new ShellHarness({ execute_request: run });
  const metadata = { lean: true };
  const quiet = await shell.ask("execute_request", { code: "" }, metadata);
  const failed = await shell.ask("execute_request", { code: "throw" }, metadata);
  expect(shell.published()).toEqual([]);
  const loud = await shell.ask("execute_request", { code: "print" }, metadata);
  expect(shell.published()).toEqual(["busy", "stream", "idle"]);
  expect([quiet, failed, loud].map(({ metadata: { output } }) => output)).toEqual([false, false, true]);
});

test("process.exit() in a cell is no error", async () => {
  const shell = new ShellHarness({
    execute_request: () => {
      throw new ExitRequest(3);
    },
  });
  expect((await shell.ask("execute_request")).content).toEqual({ status: "ok" });
});

test("closing interrupts what runs and aborts the rest and what comes later", async () => {
  const shell = new ShellHarness({ execute_request: () => new Promise(() => undefined) });
  shell.send("execute_request");
  shell.send("execute_request");
  await turn();
  shell.service.close();
  shell.send("execute_request");
  const replies = [await shell.reply(), await shell.reply(), await shell.reply()];
  expect(replies.map(({ content: { status } }) => status)).toEqual(["error", "aborted", "aborted"]);
});

test("control requests are served while a cell runs", async () => {
  const shell = new ShellHarness(
    { execute_request: () => new Promise(() => undefined) },
    { controlHandlers: { abort_request: ok } },
  );
  shell.send("execute_request");
  await turn();
  const reply = await shell.control({ type: "abort_request" });
  expect([reply?.header.msg_type, reply?.content]).toEqual(["abort_reply", { status: "ok" }]);
  const refused = await shell.control({ type: "odd_request" });
  expect(refused?.content).toMatchObject({
    status: "error",
    evalue: "odd_request is not served on the control channel.",
  });
});

test("replies to user code carry the metadata of their side, those to errors more", async () => {
  const replyStyle = {
    metadata: (_request: unknown, { status }: { status: string }) => ({ status, engine: "u" }),
    failure: () => ({ metadata: { engine_info: 1 }, content: { engine_info: 2 } }),
  };
  const shell = new ShellHarness(
    {
      apply_request: ({ content }) => {
        if (content["fail"]) throw new Error("no");
        return { content: {}, metadata: { canning: {} }, buffers: [Buffer.from("x")] };
      },
      kernel_info_request: ok,
    },
    { replyStyle },
  );
  const done = await shell.ask("apply_request");
  expect([done.metadata, done.buffers]).toEqual([{ status: "ok", engine: "u", canning: {} }, [Buffer.from("x")]]);
  const failed = await shell.ask("apply_request", { fail: true });
  expect(failed.metadata).toEqual({ status: "error", engine: "u", engine_info: 1 });
  expect(failed.content).toMatchObject({ status: "error", engine_info: 2 });
  expect((await shell.ask("kernel_info_request")).metadata).toEqual({});
});
