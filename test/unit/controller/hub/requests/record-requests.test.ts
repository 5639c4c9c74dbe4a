import { expect, test } from "vitest";
import { NoneDb } from "../../../../../controller/task-db/none-db.ts";
import { ask, directRequest, openHub, register } from "../hub-harness.ts";

test("history lists what was submitted", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const ids = [directRequest(opened, uuid).id, directRequest(opened, uuid).id];
  expect(await ask(opened.client, "history_request")).toMatchObject({
    type: "history_reply",
    content: { status: "ok", history: ids },
  });
});

test("a query gives the keys that are asked for and the id; buffers are counted, and follow record by record", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const [first, second] = [directRequest(opened, uuid, "1"), directRequest(opened, uuid, "2")];
  first.answer({ status: "ok" }, ["one"]);
  const keys = ["queue", "buffers", "result_buffers"];
  const reply = await ask(opened.client, "db_request", { query: { queue: "mux" }, keys });
  expect(reply).toMatchObject({
    type: "db_reply",
    content: {
      status: "ok",
      records: [
        { msg_id: first.id, queue: "mux" },
        { msg_id: second.id, queue: "mux" },
      ],
      buffer_lens: [2, 2],
      result_buffer_lens: [1, 0],
    },
    buffers: ["f", "1", "one", "f", "2"],
  });
});

test("without keys records are whole but for their buffers", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  directRequest(opened, uuid);
  const { content, buffers } = await ask(opened.client, "db_request", { query: {} });
  expect(content).toMatchObject({ buffer_lens: null, result_buffer_lens: null, records: [{ completed: null }] });
  expect(buffers).toEqual([]);
});

test.each([
  [{ query: { colour: "blue" } }, "KeyError"],
  [{ query: { queue: { $near: 1 } } }, "KeyError"],
  [{ query: {}, keys: ["colour"] }, "KeyError"],
])("%j is refused with %s", async (query, ename) => {
  expect(await ask(openHub().client, "db_request", query)).toMatchObject({
    type: "db_reply",
    content: { status: "error", ename },
  });
});

test("a purge of all spares what is pending", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const [done, open] = [directRequest(opened, uuid), directRequest(opened, uuid)];
  done.answer();
  expect(await ask(opened.client, "purge_request", { msg_ids: "all" })).toMatchObject({
    type: "purge_reply",
    content: { status: "ok" },
  });
  expect((await ask(opened.client, "history_request")).content["history"]).toEqual([open.id]);
});

test("a purge of ids is refused when one is pending, and then drops nothing", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const [done, open] = [directRequest(opened, uuid), directRequest(opened, uuid)];
  done.answer();
  expect((await ask(opened.client, "purge_request", { msg_ids: [done.id, open.id] })).content).toMatchObject({
    ename: "IndexError",
    evalue: `msg pending: '${open.id}'`,
  });
  expect((await ask(opened.client, "purge_request", { msg_ids: [done.id, "absent"] })).content).toEqual({
    status: "ok",
  });
  expect((await ask(opened.client, "history_request")).content["history"]).toEqual([open.id]);
});

test("a purge of an engine drops its completed records; the engine must be there", async () => {
  const opened = openHub();
  const [first, second] = [await register(opened, "e"), await register(opened, "f")];
  const [done, elsewhere] = [directRequest(opened, first.uuid), directRequest(opened, second.uuid)];
  const open = directRequest(opened, first.uuid);
  for (const request of [done, elsewhere]) request.answer();
  expect((await ask(opened.client, "purge_request", { engine_ids: [0, 5] })).content).toMatchObject({
    ename: "IndexError",
    evalue: "No such engine: 5",
  });
  expect((await ask(opened.client, "history_request")).content["history"]).toEqual([elsewhere.id, open.id]);
});

test("without a database there is no data to read, and nothing to purge", async () => {
  const { client } = openHub(new NoneDb());
  expect((await ask(client, "history_request")).content["ename"]).toBe("NoData");
  expect((await ask(client, "db_request", { query: {} })).content["ename"]).toBe("NoData");
  expect((await ask(client, "resubmit_request", { msg_ids: ["a"] })).content["ename"]).toBe("NoData");
  expect((await ask(client, "purge_request", { msg_ids: "all" })).content).toEqual({ status: "ok" });
});
