import { expect, test } from "vitest";
import { NoneDb } from "../../../../../controller/task-db/none-db.ts";
import { ask, directRequest, openHub, register } from "../hub-harness.ts";

test("results come in ascending order of the ids, whatever the order of the question, with their buffers", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const [a, b, c] = [directRequest(opened, uuid), directRequest(opened, uuid), directRequest(opened, uuid)];
  a.answer({ status: "ok" }, ["a1", "a2"]);
  c.answer({ status: "ok" }, ["c"]);
  const reply = await ask(opened.client, "result_request", { msg_ids: [c.id, b.id, a.id, c.id] });
  expect(reply.type).toBe("result_reply");
  expect(reply.content).toMatchObject({ status: "ok", pending: [b.id], completed: [a.id, c.id] });
  expect(reply.buffers).toEqual(["a1", "a2", "c"]);
  expect(reply.content[a.id]).toMatchObject({
    header: a.header,
    metadata: { label: "mine" },
    result_header: { msg_type: "apply_reply" },
    result_metadata: { status: "ok", engine: uuid },
    result_content: { status: "ok" },
    received: expect.stringMatching(/^\d{4}-.*\.\d{6}Z$/) as string,
    io: { execute_input: null, execute_result: null, error: null, stdout: "", stderr: "" },
  });
  expect((await ask(opened.client, "result_request", { msg_ids: [a.id], status_only: true })).content).toEqual({
    status: "ok",
    pending: [],
    completed: [a.id],
  });
});

test("an unknown id is a KeyError of the whole; so is a completed one whose record was purged", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const known = directRequest(opened, uuid);
  known.answer();
  expect(await ask(opened.client, "result_request", { msg_ids: [known.id, "nope"] })).toMatchObject({
    type: "result_reply",
    content: { status: "error", ename: "KeyError", evalue: "'No such message: nope'" },
  });
  await ask(opened.client, "purge_request", { msg_ids: "all" });
  expect((await ask(opened.client, "result_request", { msg_ids: [known.id] })).content["ename"]).toBe("KeyError");
});

test("without a database a status is known all the same, results are not", async () => {
  const opened = openHub(new NoneDb());
  const { uuid } = await register(opened, "e");
  const [done, open] = [directRequest(opened, uuid), directRequest(opened, uuid)];
  done.answer();
  const question = { msg_ids: [open.id, done.id], status_only: true };
  expect((await ask(opened.client, "result_request", question)).content).toEqual({
    status: "ok",
    pending: [open.id],
    completed: [done.id],
  });
  expect(await ask(opened.client, "result_request", { msg_ids: [done.id] })).toMatchObject({
    type: "result_reply",
    content: { status: "error", ename: "NoData" },
  });
});
