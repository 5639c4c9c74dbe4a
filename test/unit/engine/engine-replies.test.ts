import { expect, test } from "vitest";
import { type EngineIdentity, engineNaming, engineReplyStyle } from "../../../engine/engine-replies.ts";
import { engineId, type SessionId } from "../../../protocol/ids.ts";
import type { ServedRequest } from "../../../runtime/jupyter/served-request.ts";

const identity: EngineIdentity = { id: engineId(3), uuid: "uuid" as SessionId };

test("topics are those of ipyparallel's engines", () => {
  const { topic } = engineNaming(identity);
  const topics = [
    topic("status", {}),
    topic("execute_input", {}),
    topic("stream", { name: "stdout" }),
    topic("stream", { name: "stderr" }),
    topic("execute_result", {}),
    topic("display_data", {}),
    topic("clear_output", {}),
    topic("error", {}),
    topic("shutdown_reply", {}),
    topic("data_message", {}),
    topic("comm_msg", { comm_id: "c1" }),
  ];
  expect(topics).toEqual([
    "engine.3.status",
    "engine.3.execute_input",
    "engine.3.stdout",
    "engine.3.stderr",
    "engine.3.execute_result",
    "engine.3.displaypub",
    "engine.3.displaypub",
    "engine.3.error",
    "engine.3.shutdown",
    "datapub",
    "comm-c1",
  ]);
});

test("what is shown to users carries no engine, all else does", () => {
  const { metadata } = engineNaming(identity);
  expect(["stream", "execute_result", "display_data"].map(metadata)).toEqual([{}, {}, {}]);
  expect(["status", "error", "data_message"].map(metadata)).toEqual([
    { engine: "uuid" },
    { engine: "uuid" },
    { engine: "uuid" },
  ]);
});

test("a reply repeats of its request's metadata what schedulers and clients look for", () => {
  const style = engineReplyStyle(identity);
  const outcome = { status: "ok", started: "now" };
  const of = (metadata: object) => style.metadata({ metadata } as unknown as ServedRequest, outcome);
  const plain = {
    started: "now",
    dependencies_met: true,
    engine: "uuid",
    is_broadcast: false,
    is_coalescing: false,
    original_msg_id: "",
    label: null,
    status: "ok",
  };
  expect(of({ targets: [], lean: true })).toEqual(plain);
  const broadcast = { is_broadcast: true, is_coalescing: true, original_msg_id: "m", label: "l" };
  expect(of(broadcast)).toEqual({ ...plain, ...broadcast });
});

test("an error names its engine; an unmet dependency says so", () => {
  const style = engineReplyStyle(identity);
  const of = (type: string, ename: string) => style.failure({ type } as ServedRequest, { ename });
  const info = { engine_uuid: "uuid", engine_id: 3 };
  expect(of("apply_request", "TypeError")).toEqual({
    metadata: { engine_info: info },
    content: { engine_info: { ...info, method: "apply" } },
  });
  expect(of("execute_request", "UnmetDependency").metadata).toEqual({ engine_info: info, dependencies_met: false });
});
