import { expect, test } from "vitest";
import { parseCommandLine } from "../../../cli/command-line.ts";
import { program, withEnvironment } from "../../../controller/options.ts";

/** Options as `main.ts` gets them. */
function read(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const parsed = parseCommandLine(program, argv);
  if (parsed.kind !== "run") throw new Error(parsed.text);
  return { ...withEnvironment(parsed.options, (key) => key in parsed.given, env), warnings: parsed.warnings };
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

test("cluster id and key come from the environment unless the command line has them", () => {
  const env = { IPP_CLUSTER_ID: "theirs", IPP_SESSION_KEY: "secret" };
  expect(read([], env)).toMatchObject({ clusterId: "theirs", key: "secret" });
  expect(read(["--cluster-id=mine", "--key=other"], env)).toMatchObject({ clusterId: "mine", key: "other" });
  expect(read(["--cluster-id="], env)).toMatchObject({ clusterId: "" });
});

test("a scheme that does not exist here is refused", () => {
  expect(() => read(["--scheme=pure"])).toThrow("--scheme");
});
