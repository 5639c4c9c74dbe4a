import { expect, test } from "vitest";
import { testSession } from "../../../../support/memory-peer.ts";
import { ask, directRequest, openHub, register } from "../hub-harness.ts";

test("a request runs again as a task: as it was but for its id and date, and newly signed", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const old = directRequest(opened, uuid, "argument");
  old.answer();
  const reply = await ask(opened.client, "resubmit_request", { msg_ids: [old.id] });
  expect(reply.type).toBe("resubmit_reply");
  const { header, metadata, buffers, idents } = testSession("r").unpack(opened.submitted[0] ?? []);
  expect(reply.content).toEqual({ status: "ok", resubmitted: { [old.id]: header.msg_id } });
  expect(header.msg_id).not.toBe(old.id);
  expect({ ...header, msg_id: old.id, date: old.header.date }).toEqual(old.header);
  expect([metadata, buffers.map(String), idents.length]).toEqual([{}, ["f", "argument"], 1]);
  const { content } = await ask(opened.client, "db_request", { query: { msg_id: old.id }, keys: "resubmitted" });
  expect(content["records"]).toEqual([{ msg_id: old.id, resubmitted: header.msg_id }]);
});

test("when one id is missing none is sent", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const old = directRequest(opened, uuid);
  expect((await ask(opened.client, "resubmit_request", { msg_ids: ["nope", old.id] })).content).toMatchObject({
    ename: "KeyError",
    evalue: `"No such msg(s): ['nope']"`,
  });
  expect(opened.submitted).toEqual([]);
});

test("a request whose arguments were too large to be kept is refused by name", async () => {
  const opened = openHub();
  const { uuid } = await register(opened, "e");
  const large = directRequest(opened, uuid, "x".repeat(2 ** 21));
  expect((await ask(opened.client, "resubmit_request", { msg_ids: [large.id] })).content).toMatchObject({
    ename: "ValueError",
    evalue: expect.stringContaining(`['${large.id}']. Call again.`) as string,
  });
  expect(opened.submitted).toEqual([]);
});
