import { resolve } from "node:path";
import type { Packer } from "../../protocol/packer.ts";
import type { ControllerOptions } from "../options.ts";
import { DictDb } from "./dict-db.ts";
import { NoneDb } from "./none-db.ts";
import type { TaskDb } from "./task-db.ts";
import { WorkerTaskDb } from "./thread/worker-task-db.ts";

export interface OpenTaskDbOptions {
  readonly options: ControllerOptions;
  /** Where a file goes unless the options say otherwise. */
  readonly profileFolder: string;
  /** Names a table or a database that is to be this controller's own. */
  readonly session: string;
  /** How the frames that are recorded are read. */
  readonly packer: Packer;
}

/**
 * Opens the task database that the options name. What does IO gets a thread of its own.
 * @throws when it cannot be opened; the message names the file or server and the next step
 */
export async function openTaskDb({ options, profileFolder, session, packer }: OpenTaskDbOptions): Promise<TaskDb> {
  switch (options.db) {
    case "dictdb":
      return new DictDb({
        packer,
        recordLimit: options.dictRecordLimit,
        sizeLimitBytes: options.dictSizeLimit,
        cullFraction: options.dictCullFraction,
      });
    case "nodb":
      return new NoneDb();
    case "sqlitedb":
      return await WorkerTaskDb.open({
        kind: "sqlite",
        file: sqliteFile(options, profileFolder),
        table: options.sqliteTable || `_${session.replaceAll("-", "_")}`,
        retention: { days: options.sqliteRetentionDays, bytes: options.sqliteMaxSizeMb * 2 ** 20 },
        packer: packer.name,
      });
    case "mongodb":
      return await WorkerTaskDb.open({
        kind: "mongo",
        url: options.mongoUrl,
        database: options.mongoDatabase || session,
        packer: packer.name,
      });
  }
}

/** A whole path as the file's name stands alone, as it does with ipyparallel. */
export function sqliteFile(
  { sqliteLocation, sqliteFilename }: Pick<ControllerOptions, "sqliteLocation" | "sqliteFilename">,
  profileFolder: string,
): string {
  return resolve(sqliteLocation || profileFolder, sqliteFilename);
}
