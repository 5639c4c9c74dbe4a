import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { packageVersion, programFile } from "../../cli/package-root.ts";
import { parseJson } from "../../protocol/json.ts";
import { type RunningController, startController, waitUntil } from "../support/ipcontroller.ts";
import { WireClient, WireEngine } from "../support/wire-engine.ts";

const soon = () => AbortSignal.timeout(10_000);

function enginesOf({ paths }: RunningController): unknown {
  return parseJson(readFileSync(paths.enginesFile));
}

async function joined(controller: RunningController, count: number): Promise<void> {
  const isThere = () => Object.keys((enginesOf(controller) as { engines: object }).engines).length === count;
  await waitUntil(isThere, soon());
}

test("its files are its owner's alone and are gone when a signal ends it, at once and with status 0", async () => {
  await using controller = await startController();
  const { clientFile, engineFile, security } = controller.paths;
  expect([clientFile, engineFile].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  expect(statSync(security).mode & 0o777).toBe(0o700);
  expect(controller.client.registration).toBe(controller.engine.registration);

  const before = performance.now();
  controller.process.kill("SIGTERM");
  expect(await controller.exited).toBe(0);
  expect(performance.now() - before).toBeLessThan(1000);
  expect([clientFile, engineFile].map((file) => existsSync(file))).toEqual([false, false]);
});

test("a controller leaves the files of one that was started after it", async () => {
  await using first = await startController();
  const theirs = readFileSync(first.paths.clientFile, "utf8").replace(/"key": ".*"/, '"key": "of another"');
  writeFileSync(first.paths.clientFile, theirs);
  first.process.kill("SIGTERM");
  expect(await first.exited).toBe(0);
  expect(existsSync(first.paths.clientFile)).toBe(true);
  expect(existsSync(first.paths.engineFile)).toBe(false);
});

test("an interrupt ends it too, while an engine and a client are connected", async () => {
  await using controller = await startController();
  await using engine = new WireEngine(controller.engine);
  await using client = new WireClient(controller.client);
  await engine.register();
  await client.ask("connection_request");
  const before = performance.now();
  controller.process.kill("SIGINT");
  expect(await controller.exited).toBe(0);
  expect(performance.now() - before).toBeLessThan(1000);
});

test("a client's shutdown request ends it after everybody was told", async () => {
  await using controller = await startController();
  await using client = new WireClient(controller.client);
  await client.ask("connection_request");
  expect(await client.ask("shutdown_request")).toEqual({ status: "ok" });
  expect((await client.notifications.receive()).header.msg_type).toBe("shutdown_notification");
  expect(await controller.exited).toBe(0);
  expect(existsSync(controller.paths.clientFile)).toBe(false);
});

test("an engine registers within half a second of its request, although heartbeats are slow", async () => {
  await using controller = await startController("--ping=60000");
  await using client = new WireClient(controller.client);
  await client.ask("connection_request");
  await using engine = new WireEngine(controller.engine);
  const before = performance.now();
  expect(await engine.register({ language: "typescript" })).toBe(0);
  const { header, content } = await client.notifications.receive();
  expect(performance.now() - before).toBeLessThan(500);
  expect([header.msg_type, content]).toEqual([
    "registration_notification",
    { id: 0, uuid: engine.session.id, language: "typescript" },
  ]);
  await joined(controller, 1);
  expect(enginesOf(controller)).toMatchObject({ engines: { "0": engine.session.id }, next_id: 1 });
});

test("an engine whose connections break is gone after the grace, and its task fails", async () => {
  await using controller = await startController("--ping=60000", "--loss-grace-ms=300");
  await using client = new WireClient(controller.client);
  const engine = new WireEngine(controller.engine);
  await engine.register();
  await joined(controller, 1);
  client.task.send({ type: "apply_request" });
  await engine.shell.receive();
  await engine[Symbol.asyncDispose]();
  expect((await client.task.receive()).content["ename"]).toBe("EngineError");
  expect((await client.ask("connection_request"))["engines"]).toEqual({});
  await joined(controller, 0);
});

test("an engine whose heart falls silent is gone after the allowed misses", async () => {
  await using controller = await startController("--ping=50", "--max-misses=2", "--loss-grace-ms=60000");
  await using engine = new WireEngine(controller.engine);
  await engine.register();
  await joined(controller, 1);
  await engine.stopHeart();
  await joined(controller, 0);
});

test("a request for a lost engine is answered with an EngineError, on mux and on control", async () => {
  await using controller = await startController();
  await using client = new WireClient(controller.client);
  for (const line of [client.mux, client.control]) {
    line.send({ type: "apply_request", idents: [Buffer.from("nobody")] });
    const reply = await line.receive();
    expect([reply.header.msg_type, reply.content["ename"]]).toEqual(["apply_reply", "EngineError"]);
  }
});

test("nonsense on every socket harms nobody", async () => {
  await using controller = await startController();
  await using client = new WireClient(controller.client);
  const nonsense = [[""], ["", ""], ["<IDS|MSG>"], ["a", "<IDS|MSG>", "b", "c", "d", "e", "f"], ["x".repeat(1 << 20)]];
  for (const line of [client.hub, client.mux, client.control, client.task])
    for (const frames of nonsense) line.sendFrames(frames.map((frame) => Buffer.from(frame)));
  await using engine = new WireEngine(controller.engine);
  for (const frames of nonsense) engine.registration.sendFrames(frames.map((frame) => Buffer.from(frame)));
  expect(await engine.register()).toBe(0);
  await joined(controller, 1);
  expect(controller.log().split("\n").length).toBeLessThan(12);
});

test("with --reuse a second controller takes ports and key of the first", async () => {
  await using first = await startController("--reuse");
  first.process.kill("SIGTERM");
  await first.exited;
  expect(existsSync(first.paths.clientFile)).toBe(true);
  const second = spawnSync(
    process.execPath,
    [programFile("controller"), `--profile-dir=${first.profileDir}`, "--reuse"],
    { timeout: 1000, killSignal: "SIGTERM" },
  );
  expect(second.status).toBe(0);
  expect(parseJson(readFileSync(first.paths.clientFile))).toEqual(first.client);
});

test("--version prints the version alone; a wrong option is named with the one that was probably meant", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [programFile("controller"), ...args], { encoding: "utf8" });
  expect(run("--version").stdout).toBe(`${packageVersion}\n`);
  const wrong = run("--schem=lru");
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain("--scheme");
});
