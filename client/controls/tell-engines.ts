import type { EngineUuid } from "../../protocol/ids.ts";
import type { JsonObject } from "../../protocol/json.ts";
import type { ConnectionService } from "../connection-service.ts";
import { EngineError } from "../errors/failures.ts";
import { fixTargets, recipients, type Targets } from "../targets.ts";

/** Sends a control request to engines; resolves when all have answered. One that is lost meanwhile is as good as told. */
export async function tellEngines(
  connection: ConnectionService,
  targets: Targets,
  type: string,
  content: JsonObject,
): Promise<void> {
  const { engines } = connection;
  const uuids = recipients(fixTargets(targets, engines), engines).flatMap((id) => engines.uuid(id) ?? []);
  await Promise.all(uuids.map((uuid) => tellEngine(connection, uuid, type, content)));
}

export async function tellEngine(
  connection: ConnectionService,
  engine: EngineUuid,
  type: string,
  content: JsonObject,
): Promise<void> {
  try {
    await connection.askEngine(engine, type, content);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}
