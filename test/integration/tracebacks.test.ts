import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const run = promisify(execFile);
let running: RunningCluster;
let folder: string;

beforeAll(async () => {
  running = await RunningCluster.start({ engines: 1 });
  folder = await mkdtemp(join(tmpdir(), "tsparallel-"));
});
afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Types that a compiler takes out whole, so that lines behind them move. */
const program = `import { Client } from ${JSON.stringify(join(packageRoot, "dist/client/index.js"))};

interface Shape {
  readonly sides: number;
}

const area = (shape: Shape): number => {
  if (shape.sides < 3) throw new TypeError("no area");
  return shape.sides;
};

const rc = await Client.connect({ profileDir: process.env["PROFILE_DIR"] as string });
for (const result of [
  rc.view(0).apply((sides: number) => area({ sides }), 2),
  rc.loadBalancedView().map(async (sides: number) => area({ sides }), [2]),
]) {
  const error = (await result.get({ returnErrors: true })) as any;
  for (const one of [error].flat()) console.log(one.renderTraceback().join("\\n"));
}
await rc.close();
`;

/** What the program prints, without colours, and its folder left out. */
async function output(args: readonly string[]): Promise<string> {
  const environment = { ...process.env, PROFILE_DIR: running.cluster.profileDir, NO_COLOR: "1" };
  const { stdout } = await run(process.execPath, args, { env: environment, cwd: packageRoot });
  return stripVTControlCharacters(stdout).replaceAll(join(folder, "/"), "");
}

const expected = `[0:apply]:
TypeError: no area
  7 | const area = (shape: Shape): number => {
  8 |   if (shape.sides < 3) throw new TypeError("no area");
    |                              ^
    at area (program.mts:8:30)
    at program.mts:14:39
[0:apply]:
TypeError: no area
  7 | const area = (shape: Shape): number => {
  8 |   if (shape.sides < 3) throw new TypeError("no area");
    |                              ^
    at area (program.mts:8:30)
    at program.mts:15:54
`;

test("tracebacks of a program whose types Node strips show its own lines, and no frames of ours", async () => {
  const file = join(folder, "program.mts");
  await writeFile(file, program);
  const loader = JSON.stringify(pathToFileURL(join(packageRoot, "test/fixtures/strip-types.mjs")).href);
  const register = `data:text/javascript,import { register } from "node:module"; register(${loader});`;
  // Node 20 strips none by itself: the same stripper is loaded into it.
  const stripper = "typescript" in process.features ? [] : ["--import", register];
  expect(await output([...stripper, "--no-warnings", file])).toBe(expected);
});

test("tracebacks of a compiled program with a source map show the lines of its source", async () => {
  const file = join(folder, "program.mts");
  await writeFile(file, program);
  const compiler = join(packageRoot, "node_modules/typescript/bin/tsc");
  const options = ["--inlineSourceMap", "--target", "esnext", "--module", "nodenext", "--noCheck", "--removeComments"];
  await run(process.execPath, [compiler, ...options, "--ignoreConfig", file], { cwd: folder });
  expect(await output(["--enable-source-maps", join(folder, "program.mjs")])).toBe(expected);
});
