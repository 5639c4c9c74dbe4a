import { expect, test } from "vitest";
import { parseCommandLine } from "../../../cli/command-line.ts";
import { environmentOptions, program } from "../../../controller/options.ts";

/** Options as `main.ts` gets them. */
function read(argv: readonly string[]) {
  const parsed = parseCommandLine(program, argv);
  if (parsed.kind !== "run") throw new Error(parsed.text);
  return { ...parsed.options, warnings: parsed.warnings };
}

test("what Python's launchers and tests pass is understood", () => {
  const argv = ["--profile=iptest", "--log-level=10", "--ping=250", "--ip=*", "--location=here"];
  expect(read(argv)).toMatchObject({
    profile: "iptest",
    logLevel: 10,
    ping: 250,
    ip: "*",
    location: "here",
    warnings: [],
  });
});

test("traits of ipyparallel's controller are options here; others only warn", () => {
  const argv = [
    "--HeartMonitor.period=200",
    "--TaskScheduler.scheme_name=lru",
    "--IPController.ip=10.0.0.1",
    "--Foo.bar=1",
  ];
  const { ping, scheme, ip, warnings } = read(argv);
  expect([ping, scheme, ip]).toEqual([200, "lru", "10.0.0.1"]);
  expect(warnings).toEqual([expect.stringContaining("Foo.bar")]);
});

test("the environment has cluster id and keys", () => {
  const env = { IPP_CLUSTER_ID: "", IPP_SESSION_KEY: "secret", IPP_ENABLE_CURVE: "1", IPP_CURVE_SECRETKEY: "s" };
  expect(environmentOptions(env)).toEqual({ clusterId: "", key: "secret", curve: true, curveSecretkey: "s" });
});

test.each([
  ["yes", true],
  ["", undefined],
  ["0", undefined],
  ["maybe", "IPP_ENABLE_CURVE=maybe"],
])("IPP_ENABLE_CURVE=%j means %j", (text, curve) => {
  expect(environmentOptions({ IPP_ENABLE_CURVE: text })["curve"]).toBe(curve);
});

test("a scheme that is neither a name nor a path is refused", () => {
  expect(() => read(["--scheme=purest"])).toThrow("--scheme");
});

test.each([
  ["--ports=10101-10103,10200", { ports: [10101, 10102, 10103, 10200] }],
  ["--ports=10101 10102", { ports: [10101, 10102] }],
  ["--engine-ports=10101", { enginePorts: [10101] }],
  ["--no-curve", { curve: false }],
  ["--sqlitedb", { db: "sqlitedb" }],
  ["--scheme=./mine.ts", { scheme: "./mine.ts" }],
  ["--usethreads", { useThreads: true }],
  ["--user=me", { username: "me" }],
])("%s is understood", (word, expected) => {
  expect(read([word])).toMatchObject({ ...expected, warnings: [] });
});

test.each(["--ports=10120-10101", "--ports=0", "--ports=some", "--ports=1-99999"])("%s is refused", (word) => {
  expect(() => read([word])).toThrow("--ports");
});

test.each([
  ["--ports=10-5", 'ports from 1 to 65535 expected, as 10101-10120,10200 (got ["10-5"])'],
  ["--cluster-id=../x", 'an id without slashes expected, as it becomes a part of file names (got "../x")'],
  ["--log-level=loud", 'debug, info, warn, error, critical, or a number from 0 to 50 expected (got "loud")'],
])("%s is refused with what is expected", (word, message) => {
  expect(() => read([word])).toThrow(message);
});

test("ipc is refused with the reason", () => {
  expect(() => read(["--transport=ipc"])).toThrow("only tcp is spoken");
});

test.each([
  ["--HubFactory.ip=*", { ip: "*" }, "HubFactory.ip is an old name: write IPController.ip."],
  ["--HubFactory.regport=1000", { port: 1000 }, "write IPController.regport."],
  ["--HubFactory.db_class=IPython.parallel.controller.mongodb.MongoDB", { db: "mongodb" }, "IPController.db_class."],
  ["--IPControllerApp.reuse_files=True", { reuse: true }, "IPController.reuse_files."],
  ["--IPController.mux=(1,2)", { ports: [] }, "IPController.engine_ports"],
])("the manual's %s works or says what to write instead", (word, expected, warning) => {
  const { warnings, ...values } = read([word]);
  expect(values).toMatchObject(expected);
  expect(warnings).toEqual([expect.stringContaining(warning)]);
});

test.each([
  ["--IPController.ports=[10101, 10102]", { ports: [10101, 10102] }],
  ["--IPController.ports=10101-10102", { ports: [10101, 10102] }],
  ["--BaseParallelApplication.work_dir=/tmp", { workDir: "/tmp" }],
  ["--Session.key=b'secret'", { key: "secret" }],
  ["--Session.packer=msgpack", { packer: "msgpack" }],
  ["--MongoDB.connection_kwargs={'host': 'db'}", { mongoUrl: "mongodb://db:27017" }],
  ["--SQLiteDB.filename=mine.db", { sqliteFilename: "mine.db" }],
  ["--IPController.enable_curve=True", { curve: true }],
])("%s is understood", (word, expected) => {
  expect(read([word])).toMatchObject({ ...expected, warnings: [] });
});
