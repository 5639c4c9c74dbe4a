import { expect, test } from "vitest";
import {
  dbOfClass,
  mongoUrlOfArguments,
  mongoUrlOfKeywords,
  packerName,
} from "../../../../controller/configuration/python-values.ts";

test.each([
  "SQLiteDB",
  "ipyparallel.controller.sqlitedb.SQLiteDB",
  "IPython.parallel.controller.sqlitedb.SQLiteDB",
  "sqlitedb",
])("%s is the database sqlitedb", (name) => {
  expect(dbOfClass(name)).toBe("sqlitedb");
});

test("a database of somebody else's is not taken for one of ours", () => {
  expect(dbOfClass("mine.SQLiteDB")).toBe("mine.SQLiteDB");
});

test.each([
  [[], "mongodb://127.0.0.1:27017"],
  [["db"], "mongodb://db:27017"],
  [["db", 27018], "mongodb://db:27018"],
  [["mongodb://db:1/x"], "mongodb://db:1/x"],
])("pymongo's arguments %j are %s", (given, url) => {
  expect(mongoUrlOfArguments(given)).toBe(url);
});

test.each([
  [{}, "mongodb://127.0.0.1:27017"],
  [{ host: "db", port: 27018 }, "mongodb://db:27018"],
  [{ host: "db", username: "me", password: "p@ss" }, "mongodb://me:p%40ss@db:27017"],
  [{ host: "db", replicaSet: "rs0" }, "mongodb://db:27017/?replicaSet=rs0"],
  [{ host: ["a", "b:27018"], tls: true }, "mongodb://a:27017,b:27018/?tls=true"],
  [{ host: "mongodb://me:pw@a:1,b:2/x?w=1", tls: true }, "mongodb://me:pw@a:1,b:2/x?w=1&tls=true"],
  [{ host: "mongodb+srv://db.example.org/" }, "mongodb+srv://db.example.org"],
  [{ host: "db", username: "me" }, "mongodb://me@db:27017"],
])("pymongo's keywords %j are %s", (given, url) => {
  expect(mongoUrlOfKeywords(given)).toBe(url);
});

test("packers are known by the name of their function too", () => {
  expect(["json", "msgpack", "jupyter_client.session.json_packer", "msgpack_unpacker"].map(packerName)).toEqual([
    "json",
    "msgpack",
    "json",
    "msgpack",
  ]);
});
