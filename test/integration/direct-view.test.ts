import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Client } from "../../client/client.ts";
import type { DirectView } from "../../client/direct-view.ts";
import { CompositeError } from "../../client/errors/composite-error.ts";
import { RemoteError } from "../../client/errors/remote-error.ts";
import { KernelProcess, resultText, streamText } from "../support/kernel.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let running: RunningCluster;
let rc: Client;
let view: DirectView;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 4 });
  rc = await running.connect();
  view = rc.view();
});
afterAll(() => running[Symbol.asyncDispose]());

/** Writes a file for `run`. */
async function program(name: string, text: string): Promise<string> {
  const path = join(running.folder.path, name);
  await writeFile(path, text);
  return path;
}

/** What the code throws on one engine. */
const failure = (result: PromiseLike<unknown>): Promise<RemoteError> =>
  Promise.resolve(result).then(
    () => expect.fail("It did not fail."),
    (error: unknown) => {
      if (error instanceof RemoteError) return error;
      throw error;
    },
  );

test("a TypeScript file runs as a cell on every engine, and its names stay", async () => {
  const file = await program(
    "psum.ts",
    "interface Part { sum: number }\nfunction psum(part: Float64Array): Part {\n  return { sum: part.reduce((a, b) => a + b) };\n}\nconsole.log('loaded');",
  );
  expect((await view.run(file)).map(({ text }) => text)).toEqual(["", "", "", ""]);
  await view.scatter(
    "part",
    Float64Array.from({ length: 16 }, (_, i) => i),
  );
  await view.execute("const { sum } = psum(part)");
  expect(await view.pull<number>("sum")).toEqual([6, 22, 38, 54]);
});

test("a JavaScript file with a shebang and top-level await runs on one engine", async () => {
  const file = await program(
    "later.js",
    "#!/usr/bin/env node\nimport { setTimeout as sleep } from 'node:timers/promises';\nexport const slept = await sleep(1, 'well');\nslept",
  );
  expect((await view.run(file, { targets: 1 })).text).toBe("'well'");
});

test("stack traces name the file and the line, and show what stands there", async () => {
  const lines = ["type N = number;", "function half(n: N) {", "  throw new RangeError('odd ' + n);", "}", "half(3);"];
  const file = await program("broken.ts", lines.join("\n"));
  const error = await failure(view.run(file, { targets: 0 }));
  const text = error.traceback.join("\n");
  expect(error.message).toContain("RangeError: odd 3");
  expect(text).toContain(`${file}:3:9`);
  expect(text).toContain("throw new RangeError");
});

test("a file that is not there is an error here", () => {
  expect(() => view.run("no-such-file.ts")).toThrow(/ENOENT/);
});

test("a silent execute keeps its value back and is not counted", async () => {
  const one = rc.view(0);
  const { executionCount } = await one.execute("1");
  const silent = one.execute("console.log('heard'); 5", { silent: true });
  expect([(await silent).result, silent.stdout]).toEqual([undefined, "heard\n"]);
  expect((await one.execute("2")).executionCount).toBe(executionCount + 1);
});

test("a matrix of 64 × 48 is multiplied by itself in parts of rows", async () => {
  const matrix = Array.from({ length: 64 }, (_, row) => Float64Array.from({ length: 48 }, (_, i) => Math.sin(row + i)));
  const pmul = view.parallel((a: Float64Array[], b: Float64Array[]) =>
    a.map((row, i) => row.map((value, j) => value * (b[i]?.[j] ?? 0))),
  );
  expect(pmul.name).toBe("");
  expect(await pmul(matrix, matrix)).toEqual(matrix.map((row) => row.map((value) => value * value)));
});

test("a parallel function gets sub-sequences, its map single elements", async () => {
  const echo = view.parallel((x: unknown) => JSON.stringify(x));
  expect(await echo([0, 1, 2, 3, 4])).toEqual(["[0,1]", "[2]", "[3]", "[4]"]);
  expect(await echo.map([0, 1, 2, 3, 4])).toEqual(["0", "1", "2", "3", "4"]);
  const dealt = view.parallel((x: unknown) => JSON.stringify(x), { dist: "roundRobin" });
  expect(await dealt([0, 1, 2, 3, 4])).toEqual(["[0,4]", "[1]", "[2]", "[3]"]);
  expect(await dealt.map([0, 1, 2, 3, 4])).toEqual(["0", "1", "2", "3", "4"]);
});

test("a remote function runs where its view says by then", async () => {
  const own = rc.view();
  const getpid = own.remote(function getpid() {
    return process.pid;
  });
  expect(getpid.name).toBe("getpid");
  expect(new Set(await getpid()).size).toBe(4);
  own.targets = [0, 2];
  expect(await getpid()).toEqual(await rc.view([0, 2]).apply(() => process.pid));
});

test("typed arrays are scattered in either way and gathered as one of their kind", async () => {
  const array = Int16Array.from({ length: 10 }, (_, i) => i);
  for (const dist of ["block", "roundRobin"] as const) {
    await view.scatter("numbers", array, { dist });
    await view.execute("numbers = numbers.map((n) => n * 2)");
    expect(await view.gather("numbers", { dist })).toEqual(array.map((n) => n * 2));
  }
  expect(await view.pull("numbers", { targets: 1 })).toEqual(new Int16Array([2, 10, 18]));
});

test("what is scattered flat is each engine's own value", async () => {
  await view.scatter("id", rc.ids, { flatten: true });
  expect(await view.pull("id")).toEqual([0, 1, 2, 3]);
});

test("a reduction meets in the middle", async () => {
  const numbers = Array.from({ length: 1001 }, (_, i) => i);
  expect(await view.reduce((a, b) => a + b, numbers)).toBe(500_500);
  expect(await view.reduce((a, b) => a + b, ["a", "b"], { initial: ">", targets: [3] })).toBe(">ab");
});

test("an imap goes over an endless sequence, the engines taking turns", async () => {
  function* naturals() {
    for (let n = 0; ; n++) yield n;
  }
  const seen: [number, number][] = [];
  for await (const [n, id] of view.imap(
    (n) => [n, (globalThis as unknown as { id: number }).id] as const,
    naturals(),
  )) {
    seen.push([n, id]);
    if (n === 9) break;
  }
  expect(seen).toEqual(Array.from({ length: 10 }, (_, n) => [n, n % 4]));
});

test("modules are imported here and there, under names of one's own", async () => {
  const { path, sep } = await view.imports<{ path: typeof import("node:path"); sep: string }>(
    { path: "node:path", sep: ["node:path", "sep"] },
    { quiet: true },
  );
  expect(path.join("a", "b")).toBe(`a${sep}b`);
  expect((await view.execute("path.join('a', 'b') + sep")).map(({ text }) => text)).toEqual(
    Array(4).fill(`'a${sep}b${sep}'`),
  );
  expect(await view.apply((name: string) => path.basename(name), "/x/y")).toEqual(["y", "y", "y", "y"]);
});

test("of a CommonJS module its own exports are imported", async () => {
  const { msgpack, decode } = await view.imports<Record<"msgpack" | "decode", (value: unknown) => unknown>>(
    { msgpack: "msgpack-lite", decode: ["msgpack-lite", "decode"] },
    { quiet: true },
  );
  expect([typeof msgpack, typeof decode]).toEqual(["object", "function"]);
  const there = await view.execute("decode(msgpack.encode([1, 'a'])).join()");
  expect(there.map(({ text }) => text)).toEqual(Array(4).fill("'1,a'"));
});

test("in a notebook modules become its variables too, and it says so", async () => {
  await using kernel = await KernelProcess.start({ env: { IPYTHONDIR: running.folder.path } });
  await kernel.execute(
    'import { Client } from "tsparallel"; const rc = await Client.connect(); const view = rc.view();',
  );
  const said = await kernel.execute('void (await view.imports({ os: "node:os", join: ["node:path", "join"] }));');
  expect(streamText(said.published)).toBe(
    "importing node:os on engine(s)\nimporting join from node:path on engine(s)\n",
  );
  const here = await kernel.execute("[os.EOL, join('a', 'b'), (await view.apply(() => join(os.EOL, 'b'))).length]");
  expect(resultText(here.published)).toBe("[ '\\n', 'a/b', 4 ]");
});

test("what an engine cannot import is its error, by name", async () => {
  const packages = join(running.folder.path, "node_modules", "only-here");
  await promisify(execFile)("mkdir", ["-p", packages]);
  await writeFile(join(packages, "index.js"), "exports.here = 1;");
  const folder = process.cwd();
  process.chdir(running.folder.path);
  try {
    const failed = await failure(view.imports({ only: "only-here" }, { quiet: true }));
    expect(failed).toBeInstanceOf(CompositeError);
    expect(failed.message).toContain("Cannot find package 'only-here'");
  } finally {
    process.chdir(folder);
  }
});

test("a tracked view tells by itself when what it lent may be overwritten; others when they are asked", async () => {
  const own = rc.view(0);
  const endless = own.apply(() => new Promise(() => {}));
  const grid = new Float64Array(1_000_000).fill(1);
  const plain = own.push({ plain: grid });
  own.track = true;
  const tracked = own.push({ tracked: grid });
  await expect.poll(() => tracked.sent).toBe(true);
  expect([plain.sent, await plain.waitOnSend(), plain.sent, tracked.ready]).toEqual([false, true, true, false]);
  grid.fill(2);
  await endless.abort();
  await Promise.all([plain, tracked]);
  expect(await own.execute("[plain, tracked].flatMap((array) => [array[0], array[999_999]]).join()")).toMatchObject({
    text: "'1,1,1,1'",
  });
});

test("a view aborts what it has sent, running or queued, and no other view's", async () => {
  const own = rc.view(0);
  const endless = own.apply(() => new Promise(() => {}));
  const queued = own.apply(() => 1);
  const other = rc.view(0).apply(() => 2);
  await own.abort();
  expect(await Promise.all([endless, queued].map(async (result) => (await failure(result)).ename))).toEqual([
    "TaskAborted",
    "TaskAborted",
  ]);
  expect(await other).toBe(2);
});

test("a view empties its engines, and only those", async () => {
  await view.push({ kept: 1 });
  await rc.view([0, 1]).clear();
  expect(await view.apply(() => "kept" in globalThis)).toEqual([false, false, true, true]);
});
