import { wireDate } from "../../../protocol/clock.ts";
import type { EngineUuid, MsgId } from "../../../protocol/ids.ts";
import type { Packer } from "../../../protocol/packer.ts";
import type { RecordChange } from "../../task-db/task-db.ts";
import { Refusal } from "../refusal.ts";

/** An engine that is gone; its id is absent where only an earlier controller knew it. */
export interface DeadEngine {
  readonly uuid: EngineUuid;
  readonly id?: number;
}

/**
 * What goes on record for a direct request that its engine will not answer any more (wire protocol §7.3).
 * @param nowMs milliseconds since 1970
 */
export function deadEngineRecord(id: MsgId, engine: DeadEngine, packer: Packer, nowMs: number): RecordChange {
  const date = wireDate(nowMs);
  const died = new Refusal("EngineError", `Engine ${engine.id ?? engine.uuid} died while running task '${id}'`);
  return {
    kind: "answered",
    id,
    engine: engine.uuid,
    received: date,
    message: {
      header: packer.encode({ engine: engine.uuid, date }),
      metadata: packer.encode({}),
      content: packer.encode(died.content),
      buffers: [],
    },
  };
}
