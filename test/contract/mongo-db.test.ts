import { afterAll, beforeAll, expect, test } from "vitest";
import { MongoDb } from "../../controller/task-db/mongo/mongo-db.ts";
import { parseQuery } from "../../controller/task-db/query.ts";
import { jsonPacker } from "../../protocol/packer.ts";
import { hasMongo, type MongoServer, mongoNeeds, startMongo } from "../support/mongo.ts";
import { answered, requested, taskDbContract } from "./task-db.ts";

if (!hasMongo()) test.skip(`MongoDB: needs a server: ${mongoNeeds}`, () => {});
else {
  let server: MongoServer;
  beforeAll(async () => {
    server = await startMongo();
  }, 120_000);
  afterAll(() => server[Symbol.asyncDispose]());
  let databases = 0;

  const open = (database = `test-${databases++}`) => MongoDb.open({ url: server.url, database, packer: jsonPacker });

  taskDbContract("MongoDB", open);

  test("MongoDB: buffers above the size of a document are kept and removed", async () => {
    const buffers = [Buffer.alloc(9_000_000, 1), Buffer.from("x"), Buffer.alloc(9_000_000, 2)];
    await using db = await open();
    await db.write([requested("a", { buffers: [Buffer.from("in")] }), answered("a", { buffers })]);
    const [record] = await db.find(parseQuery({ msg_id: "a" }), ["buffers", "result_buffers"]);
    expect(record?.buffers.map(String)).toEqual(["in"]);
    expect(record?.result_buffers.map((buffer, at) => buffer.equals(buffers[at] ?? Buffer.alloc(0)))).toEqual([
      true,
      true,
      true,
    ]);
    await db.remove(parseQuery({ msg_id: "a" }));
    expect(await db.find(parseQuery({}))).toEqual([]);
  });

  test("MongoDB: records are there when the controller comes back", async () => {
    {
      await using db = await open("again");
      await db.write([requested("a"), requested("b"), answered("b")]);
    }
    await using db = await open("again");
    expect(await db.history()).toEqual(["a", "b"]);
  });
}

test("MongoDB: a server that is not there is named, without its password", async () => {
  const url = "mongodb://ada:secret@127.0.0.1:1/?serverSelectionTimeoutMS=200";
  await expect(MongoDb.open({ url, database: "x", packer: jsonPacker })).rejects.toThrow(
    /^Cannot use the task database mongodb:\/\/ada:…@127.0.0.1:1.*Start the server/,
  );
});
