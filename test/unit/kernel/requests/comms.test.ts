import { expect, test } from "vitest";
import { Comms, type CommTarget } from "../../../../kernel/requests/comms.ts";

function opened() {
  const published: unknown[] = [];
  const heard: unknown[] = [];
  const target: CommTarget = {
    open: (id, send) => send({ hello: id }),
    message: (id, data) => heard.push([id, data]),
    close: (id) => heard.push([id, "closed"]),
  };
  const comms = new Comms({ panel: target }, (type, content) => published.push([type, content]));
  comms.handle("comm_open", { comm_id: "c1", target_name: "panel" });
  return { comms, published, heard };
}

test("a target hears what its comm is sent, and can send", () => {
  const { comms, published, heard } = opened();
  comms.handle("comm_msg", { comm_id: "c1", data: { a: 1 } });
  comms.handle("comm_close", { comm_id: "c1" });
  comms.handle("comm_msg", { comm_id: "c1", data: { a: 2 } });
  expect(published).toEqual([["comm_msg", { comm_id: "c1", data: { hello: "c1" } }]]);
  expect(heard).toEqual([
    ["c1", { a: 1 }],
    ["c1", "closed"],
  ]);
});

test("a target that is not known is closed at once", () => {
  const { comms, published } = opened();
  comms.handle("comm_open", { comm_id: "c2", target_name: "toString" });
  expect(published.at(-1)).toEqual(["comm_close", { comm_id: "c2", data: {} }]);
});

test("open comms are listed, all or those of one target", () => {
  const { comms } = opened();
  expect(comms.list(undefined)["comms"]).toEqual({ c1: { target_name: "panel" } });
  expect(comms.list("other")["comms"]).toEqual({});
});
