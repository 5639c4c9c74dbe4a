import { expect, test } from "vitest";
import { sqliteFile } from "../../../../controller/task-db/open-task-db.ts";

test.each([
  [{ sqliteLocation: "", sqliteFilename: "tasks.db" }, "/profile/tasks.db"],
  [{ sqliteLocation: "/data", sqliteFilename: "tasks.db" }, "/data/tasks.db"],
  [{ sqliteLocation: "", sqliteFilename: "/data/mine.db" }, "/data/mine.db"],
])("%j is the file %s", (options, file) => {
  expect(sqliteFile(options, "/profile")).toBe(file);
});
