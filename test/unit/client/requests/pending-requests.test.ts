import { expect, test } from "vitest";
import { EngineDirectory } from "../../../../client/engine-directory.ts";
import { PendingRequests } from "../../../../client/requests/pending-requests.ts";
import { Request } from "../../../../client/requests/request.ts";
import { taskMetadata } from "../../../../client/requests/task-metadata.ts";
import { RequestGroup } from "../../../../client/results/request-group.ts";
import { engineUuid } from "../../../../protocol/ids.ts";
import { answer, header, idle, okReply, stdout } from "../messages.ts";

function setUp() {
  const engines = new EngineDirectory();
  engines.adopt({ "0": "u0", "1": "u1" }, undefined);
  const pending = new PendingRequests(
    engines,
    () => ({ step: 3 }),
    () => 5000,
  );
  const send = (engine?: string, method: "apply" | "execute" = "apply"): Request => {
    const plan = { method, read: ({ content }: { content: unknown }) => content } as const;
    const request = new Request(
      header("apply_request"),
      plan,
      new RequestGroup(),
      engine === undefined ? undefined : engineUuid(engine),
    );
    pending.add(request);
    return request;
  };
  return { engines, pending, send };
}

test("a reply that promises no output finishes its request", () => {
  const { pending, send } = setUp();
  const request = send("u0");
  expect(pending.outstanding).toEqual([request]);
  pending.takeReply(okReply(request.msgId, 7));
  expect(request.isFinished).toBe(true);
  expect(request.outcome).toMatchObject({ status: "ok", value: { value: 7 } });
  expect(pending.outstanding).toEqual([]);
});

test.each([
  ["the reply first", ["reply", "stdout", "idle"]],
  ["the reply last", ["stdout", "idle", "reply"]],
])("with output a request waits for reply and idle, %s", (_, order) => {
  const { pending, send } = setUp();
  const request = send("u0");
  const steps = {
    reply: () => pending.takeReply(okReply(request.msgId, 7, true)),
    stdout: () => pending.takeOutput(stdout(request.msgId, "hi\n")),
    idle: () => pending.takeOutput(idle(request.msgId)),
  };
  const finished = order.map((step) => {
    steps[step as keyof typeof steps]();
    return request.isFinished;
  });
  expect(finished).toEqual([false, false, true]);
  expect(request.output?.stdout).toBe("hi\n");
});

test("a peer that says nothing of output always sends idle", () => {
  const { pending, send } = setUp();
  const request = send("u0");
  pending.takeReply(answer("execute_reply", request.msgId, { content: { status: "ok" }, metadata: { engine: "u0" } }));
  expect(request.isFinished).toBe(false);
  pending.takeOutput(idle(request.msgId));
  expect(request.isFinished).toBe(true);
});

test("aborted requests, and errors that no engine made, have no output to wait for", () => {
  const { pending, send } = setUp();
  const [aborted, forged] = [send("u0"), send()];
  pending.takeReply(answer("apply_reply", aborted.msgId, { content: { status: "aborted" } }));
  const died = { status: "error", ename: "EngineError", evalue: "Engine b'u1' died", traceback: [], engine_info: {} };
  pending.takeReply(
    answer("apply_reply", forged.msgId, { content: died, metadata: { engine: "u1", status: "error" } }),
  );
  expect(aborted.outcome).toMatchObject({ status: "aborted", failure: { ename: "TaskAborted" } });
  expect(forged.outcome).toMatchObject({
    status: "error",
    failure: { ename: "EngineError", evalue: `engine 1 (u1) died while running task ${forged.msgId}` },
  });
});

test("the loss of an engine fails what was sent to it, and nothing else", () => {
  const { pending, send } = setUp();
  const [lost, other, task] = [send("u1"), send("u0"), send()];
  pending.engineLost(engineUuid("u1"));
  expect(lost.outcome).toMatchObject({
    status: "error",
    failure: { ename: "EngineError", engine: { id: 1, uuid: "u1" } },
  });
  expect([other.isFinished, task.isFinished]).toEqual([false, false]);
  expect(pending.outstanding).toEqual([other, task]);
});

test("a request with its reply keeps it when the engine is lost before its last output", () => {
  const { pending, send } = setUp();
  const [direct, task] = [send("u1"), send()];
  for (const { msgId } of [direct, task]) pending.takeReply(okReply(msgId, 1, true, "u1"));
  expect([direct.isFinished, task.isFinished]).toEqual([false, false]);
  pending.engineLost(engineUuid("u1"));
  expect([direct.outcome?.status, task.outcome?.status]).toEqual(["ok", "ok"]);
  expect([direct.isFinished, task.isFinished]).toEqual([true, true]);
});

test("a reply that comes after the loss of its engine waits for no output", () => {
  const { engines, pending, send } = setUp();
  const task = send();
  engines.lose(engineUuid("u1"));
  pending.engineLost(engineUuid("u1"));
  pending.takeReply(okReply(task.msgId, 1, true, "u1"));
  expect([task.isFinished, task.outcome?.status]).toEqual([true, "ok"]);
  expect(pending.unfinished).toEqual([]);
});

test.each([
  ["before the reply", ["first idle", "reply"]],
  ["after the reply", ["reply", "first idle"]],
])("a task that was tried again waits for the output of the engine that answered; the other's ends %s", (_, order) => {
  const { pending, send } = setUp();
  const task = send();
  pending.takeOutput(stdout(task.msgId, "1st\n", "u0"));
  const steps = {
    "first idle": () => pending.takeOutput(idle(task.msgId, "u0")),
    reply: () => pending.takeReply(okReply(task.msgId, 7, true, "u1")),
  };
  for (const step of order) steps[step as keyof typeof steps]();
  expect(task.isFinished).toBe(false);
  pending.takeOutput(stdout(task.msgId, "2nd\n", "u1"));
  pending.takeOutput(idle(task.msgId, "u1"));
  expect([task.isFinished, task.output?.stdout]).toEqual([true, "1st\n2nd\n"]);
});

test("messages that belong to no request of ours are dropped", () => {
  const { pending, send } = setUp();
  const request = send("u0");
  pending.takeReply(okReply("another_1", 1));
  pending.takeOutput(stdout("another_1", "not mine"));
  pending.takeReply(okReply(request.msgId, 1));
  pending.takeReply(okReply(request.msgId, 2));
  expect(request.outcome).toMatchObject({ value: { value: 1 } });
});

test("what a finished cell prints later still reaches its result", () => {
  const { pending, send } = setUp();
  const request = send("u0", "execute");
  pending.takeReply(okReply(request.msgId, 1));
  pending.takeOutput(stdout(request.msgId, "later\n"));
  pending.takeOutput(idle(request.msgId));
  expect([request.isFinished, request.output?.stdout]).toEqual([true, "later\n"]);
});

test("metadata tells where and when, and what was published", () => {
  const { engines, pending, send } = setUp();
  const request = send();
  pending.takeOutput(answer("data_message", request.msgId, { engine: "u1" }));
  pending.takeOutput(stdout(request.msgId, "half\n", "u1"));
  expect(taskMetadata(request, engines)).toMatchObject({ status: undefined, engineId: 1, data: { step: 3 } });
  const reply = okReply(request.msgId, 1, false, "u1");
  pending.takeReply({ ...reply, metadata: { ...reply.metadata, started: "2026-11-21T01:00:00.500000Z" } });
  const { submitted, started, completed, ...rest } = taskMetadata(request, engines);
  expect(submitted).toEqual(new Date(request.submitted));
  expect(started).toEqual(new Date("2026-11-21T01:00:00.500Z"));
  expect(completed).toEqual(new Date(reply.header.date));
  expect(rest).toEqual({
    msgId: request.msgId,
    method: "apply",
    label: undefined,
    after: [],
    follow: [],
    status: "ok",
    engineId: 1,
    engineUuid: "u1",
    received: new Date(5000),
    error: undefined,
    executeInput: undefined,
    executeResult: undefined,
    stdout: "half\n",
    stderr: "",
    outputs: [],
    data: { step: 3 },
  });
});

test("a result that cannot be read is an error of that request", () => {
  const { pending } = setUp();
  const read = () => {
    throw new RangeError("bad bytes");
  };
  const request = new Request(header("apply_request"), { method: "apply", read }, new RequestGroup(), engineUuid("u0"));
  pending.add(request);
  pending.takeReply(okReply(request.msgId, 1));
  expect(request.outcome).toMatchObject({
    failure: { ename: "RangeError", evalue: "its result cannot be read: bad bytes", engine: { id: 0 } },
  });
});
