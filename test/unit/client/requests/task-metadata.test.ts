import { expect, test } from "vitest";
import { EngineDirectory } from "../../../../client/engine-directory.ts";
import { readOutput } from "../../../../client/requests/read-output.ts";
import { Request, type RequestPlan } from "../../../../client/requests/request.ts";
import { taskMetadata } from "../../../../client/requests/task-metadata.ts";
import { answer, header, okReply, stdout } from "../messages.ts";

const engines = new EngineDirectory();
engines.adopt({ "0": "u0" }, undefined);
const ignored = { outputCame: () => undefined, requestFinished: () => undefined };

const made = (plan: Partial<RequestPlan> = {}) =>
  new Request(
    { ...header("apply_request"), date: "2026-11-21T10:00:00.000000Z" },
    { method: "apply", read: () => 1, ...plan },
    ignored,
  );

test("a request that waits has what was known when it was sent, and nothing else", () => {
  const request = made({ method: "execute", code: "1 + 1", label: "sum" });
  expect(taskMetadata(request, engines)).toEqual({
    msgId: request.msgId,
    method: "execute",
    label: "sum",
    after: [],
    follow: [],
    status: undefined,
    engineId: undefined,
    engineUuid: undefined,
    submitted: new Date("2026-11-21T10:00:00Z"),
    started: undefined,
    completed: undefined,
    received: undefined,
    error: undefined,
    executeInput: "1 + 1",
    executeResult: undefined,
    stdout: "",
    stderr: "",
    outputs: [],
    data: {},
  });
});

test("times, engine, output and status come with the reply", () => {
  const request = made();
  const piece = readOutput(stdout(request.msgId, "said\n"), { id: 0, uuid: "u0" }, "apply");
  if (piece) request.takeOutput(piece, undefined);
  const reply = okReply(request.msgId, 1);
  const metadata = { ...reply.metadata, started: "2026-11-21T10:00:01.500000Z" };
  const sent = { ...reply, metadata, header: { ...reply.header, date: "2026-11-21T10:00:02.000000Z" } };
  request.takeReply(sent, Date.parse("2026-11-21T10:00:03Z"), (uuid) => engines.locate(uuid));
  expect(taskMetadata(request, engines)).toMatchObject({
    status: "ok",
    engineId: 0,
    engineUuid: "u0",
    started: new Date("2026-11-21T10:00:01.500Z"),
    completed: new Date("2026-11-21T10:00:02Z"),
    received: new Date("2026-11-21T10:00:03Z"),
    stdout: "said\n",
  });
});

test("an aborted request has its status and its error", () => {
  const request = made();
  const metadata = { engine: "u0", status: "aborted", output: false };
  const reply = answer("apply_reply", request.msgId, { content: { status: "aborted" }, metadata });
  request.takeReply(reply, 0, (uuid) => engines.locate(uuid));
  const { status, error } = taskMetadata(request, engines);
  expect([status, error?.name, error?.engine]).toEqual(["aborted", "TaskAborted", 0]);
});

test("tasks that it depends on are listed, as ids or as a dependency names them", () => {
  const request = made({ dependencies: { after: { dependencies: ["a", "b"], all: false }, follow: ["c"] } });
  expect(taskMetadata(request, engines)).toMatchObject({ after: ["a", "b"], follow: ["c"] });
  expect(taskMetadata(made({ dependencies: { after: "a" } }), engines)).toMatchObject({ after: ["a"], follow: [] });
});
