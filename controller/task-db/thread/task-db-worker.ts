import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { openPacker } from "../../../protocol/open-packer.ts";
import type { TaskDb } from "../task-db.ts";
import {
  type DbPlan,
  type FromDbThread,
  packFailure,
  packRecords,
  type ToDbThread,
  unpackChanges,
} from "./worker-messages.ts";

if (!parentPort) throw new Error("task-db-worker is a worker thread's program.");
await serve(parentPort, workerData as DbPlan);

/** Opens the database, then answers one question after the other until it is asked to close. */
async function serve(port: MessagePort, plan: DbPlan): Promise<void> {
  const say = (message: FromDbThread, transfer: readonly ArrayBuffer[] = []) =>
    port.postMessage(message, [...transfer]);
  let db: TaskDb;
  try {
    db = await openDb(plan);
  } catch (error) {
    say({ kind: "failure", number: 0, failure: packFailure(error) });
    return;
  }
  let latest = Promise.resolve();
  port.on("message", (message: ToDbThread) => {
    latest = latest.then(async () => {
      try {
        const [answer, ...transfer] = await answerOf(db, message);
        say({ kind: "answer", number: message.number, answer }, transfer);
      } catch (error) {
        say({ kind: "failure", number: message.number, failure: packFailure(error) });
      }
      if (message.kind === "close") port.close();
    });
  });
  say({ kind: "answer", number: 0, answer: undefined });
}

/** Loads no driver but its own. */
async function openDb(plan: DbPlan): Promise<TaskDb> {
  const packer = await openPacker({ pack: plan.packer, unpack: plan.packer }, "task database");
  if (plan.kind === "mongo") return (await import("../mongo/mongo-db.ts")).MongoDb.open({ ...plan, packer });
  const { SqliteDb } = await import("../sqlite/sqlite-db.ts");
  return new SqliteDb({ ...plan, packer });
}

/** The answer, then what of it changes threads without a copy. */
async function answerOf(db: TaskDb, question: ToDbThread): Promise<[unknown, ...ArrayBuffer[]]> {
  switch (question.kind) {
    case "write":
      await db.write(unpackChanges(question.changes));
      return [undefined];
    case "find": {
      const records = packRecords(await db.find(question.query, question.keys));
      return [records, records.bytes.buffer];
    }
    case "history":
      return [await db.history()];
    case "remove":
      await db.remove(question.query);
      return [undefined];
    case "close":
      await db[Symbol.asyncDispose]();
      return [undefined];
  }
}
