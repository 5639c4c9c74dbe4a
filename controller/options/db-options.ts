import { z } from "zod";

/** Where tasks and their results are recorded. */
export const dbOptions = {
  db: z
    .enum(["dictdb", "sqlitedb", "mongodb", "nodb"], {
      error: "dictdb, sqlitedb, mongodb or nodb expected; databases written in Python cannot be loaded",
    })
    .default("dictdb")
    .describe("Task database: in memory, SQLite, MongoDB or none."),
  dictRecordLimit: z.int().positive().default(1024).describe("Most tasks that are kept in memory."),
  dictSizeLimit: z
    .int()
    .positive()
    .default(1024 ** 3)
    .describe("Most bytes that tasks in memory may take."),
  dictCullFraction: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Part of the oldest tasks that is dropped when a limit is reached."),
  sqliteFilename: z.string().default("tasks.db").describe("Name of the SQLite file, or its whole path."),
  sqliteLocation: z.string().default("").describe("Folder of the SQLite file (default: the profile's)."),
  sqliteTable: z
    .string()
    .default("ipython-tasks")
    .describe("Table of the tasks; empty = a new one for this controller."),
  sqliteRetentionDays: z.number().nonnegative().default(30).describe("Days after which tasks are dropped; 0 = never."),
  sqliteMaxSizeMb: z
    .number()
    .nonnegative()
    .default(1024)
    .describe("Megabytes above which the oldest tasks are dropped; 0 = no limit."),
  mongoUrl: z.string().default("mongodb://127.0.0.1:27017").describe("URL of the MongoDB server."),
  mongoDatabase: z
    .string()
    .default("ipython-tasks")
    .describe("MongoDB's database of the tasks; empty = a new one for this controller."),
};
