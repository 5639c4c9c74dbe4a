import type { EngineId, SessionId } from "../protocol/ids.ts";
import type { JsonObject } from "../protocol/json.ts";
import type { IopubNaming } from "../runtime/jupyter/iopub-publisher.ts";
import type { ReplyStyle } from "../runtime/jupyter/shell-replies.ts";

/** Which engine speaks; a controller that was started again may give it another id. */
export interface EngineIdentity {
  id: EngineId;
  readonly uuid: SessionId;
}

/** What ipyparallel's clients and schedulers read in replies (wire protocol §13.2). */
export function engineReplyStyle(engine: EngineIdentity): ReplyStyle {
  const { uuid } = engine;
  const engineInfo = () => ({ engine_uuid: uuid, engine_id: engine.id });
  return {
    metadata: ({ metadata }, { status, started }) => ({
      started,
      dependencies_met: true,
      engine: uuid,
      is_broadcast: metadata["is_broadcast"] ?? false,
      is_coalescing: metadata["is_coalescing"] ?? false,
      original_msg_id: metadata["original_msg_id"] ?? "",
      label: metadata["label"] ?? null,
      status,
    }),
    failure: ({ type }, { ename }) => ({
      metadata: { engine_info: engineInfo(), ...(ename === "UnmetDependency" ? { dependencies_met: false } : {}) },
      content: { engine_info: { ...engineInfo(), method: type.replace(/_request$/, "") } },
    }),
  };
}

/** Displayed things share a topic (wire protocol §15). */
const topics: Readonly<Record<string, string>> = {
  display_data: "displaypub",
  update_display_data: "displaypub",
  clear_output: "displaypub",
  shutdown_reply: "shutdown",
};
/** Sent without the engine's uuid, as ipykernel sends them (wire protocol §13.2). */
const bare: ReadonlySet<string> = new Set([
  "stream",
  "display_data",
  "update_display_data",
  "clear_output",
  "execute_result",
]);

/** Topics of an engine's iopub messages: `engine.3.stdout`, `datapub`, `comm-<id>` (wire protocol §15). */
export function engineNaming(engine: EngineIdentity): IopubNaming {
  return {
    topic: (type, content) => {
      if (type === "data_message") return "datapub";
      if (type.startsWith("comm_")) return `comm-${String(content["comm_id"])}`;
      const kind = type === "stream" ? String(content["name"]) : (topics[type] ?? type);
      return `engine.${engine.id}.${kind}`;
    },
    metadata: (type): JsonObject => (bare.has(type) ? {} : { engine: engine.uuid }),
  };
}
