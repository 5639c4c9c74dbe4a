import type { Packer } from "../../protocol/packer.ts";
import type { ControllerOptions } from "../options.ts";
import { DictDb } from "./dict-db.ts";
import { NoneDb } from "./none-db.ts";
import type { TaskDb } from "./task-db.ts";

export interface OpenTaskDbOptions {
  readonly options: ControllerOptions;
  /** Where a file goes unless the options say otherwise. */
  readonly profileFolder: string;
  /** Names a table or database that is to be this controller's own. */
  readonly session: string;
  /** How the frames that are recorded are read. */
  readonly packer: Packer;
}

/**
 * Opens the task database that the options name.
 * @throws when it cannot be opened; the message names the file or server and the next step
 */
export async function openTaskDb({ options, packer }: OpenTaskDbOptions): Promise<TaskDb> {
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
    case "mongodb":
      throw new Error(`The task database ${options.db} cannot be opened yet: use --dictdb.`);
  }
}
