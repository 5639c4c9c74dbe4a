import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const dist = pathToFileURL(join(import.meta.dirname, "..", "..", "..", "dist", "runtime", "/")).href;
let folder = "";

/** A user's folder: TypeScript files of his own, and packages of several kinds. */
const files: Readonly<Record<string, string>> = {
  "greet.ts": `import { other } from "./lib/other.js";
import { display } from "tslab";
export interface Config { a: number }
export enum Color { Red, Green }
export class Bomb { constructor(private readonly x: number) {}
  explode(): never { throw new Error("boom " + this.x) } }
export const greeting: string = "hi " + other + typeof display.html;`,
  "lib/other.ts": "export const other: number = 42",
  "plain.mjs": "export const plain = await Promise.resolve(7)",
  "old.cts": "const n: number = 3; module.exports = { n }",
  "rows.json": '{ "rows": [1] }',
  "broken.ts": "export const a: number = 1\nconst = 2",
  "node_modules/esm-only/package.json": '{ "name": "esm-only", "exports": { "import": "./index.mjs" } }',
  "node_modules/esm-only/index.mjs": "export const z = await Promise.resolve(9)",
  "node_modules/compiled/package.json": '{ "name": "compiled", "main": "index.js" }',
  "node_modules/compiled/index.js": 'Object.assign(exports, { __esModule: true, default: "D", a: 1 })',
  "node_modules/compiled/deep.js": "exports.deep = 1",
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cells-"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
});
afterAll(() => rm(folder, { recursive: true }));

const prelude = `
import { compileCell } from "${dist}cell/compile-cell.js";
import { interceptExit } from "${dist}evaluate/exit-request.js";
import { Namespace } from "${dist}evaluate/namespace.js";
import { errorReport } from "${dist}evaluate/traceback.js";
import { userErrorHandlers } from "${dist}evaluate/user-errors.js";
import { runInRequest } from "${dist}output/running-request.js";
const namespace = new Namespace();
let count = 0;
const run = async (source) => {
  const filename = \`cell [\${++count}]\`;
  return (await namespace.run(compileCell(source, { filename }), source)).value;
};
const show = (value) => console.log(JSON.stringify(value));
`;

/** Runs a script in a process of its own, in the user's folder. @returns the lines it showed */
async function script(code: string): Promise<unknown[]> {
  await writeFile(join(folder, "main.mjs"), prelude + code);
  const child = spawn(process.execPath, ["main.mjs"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(errors).toBe("");
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

test("cells import packages of every kind, files of TypeScript, and JSON", async () => {
  const shown = await script(`
    show(await run("import { z } from 'esm-only'; z"));
    show(await run("import d, { a } from 'compiled'; [d, a]"));
    show(await run("import { deep } from 'compiled/deep'; deep"));
    show(await run("import { greeting, Color, Bomb, Config } from './greet'; [greeting, Color.Green, typeof Bomb]"));
    show(await run("import { plain } from './plain.mjs'; plain"));
    show(await run("import { n } from './old.cjs'; n"));
    show(await run("import rows from './rows.json'; import again from './rows.json' with { type: 'json' }; [rows, again]"));
    show(await run("require('compiled').a"));
    show(await run("const load = () => import('./lib/other'); (await load()).other"));
    show(await run("import { newDisplay } from 'tslab'; typeof newDisplay().png"));
    show(await run("import { z } from 'missing-package'").catch((error) => error.message));
  `);
  expect(shown).toEqual([
    9,
    ["D", 1],
    1,
    ["hi 42function", 1, "function"],
    7,
    3,
    [{ rows: [1] }, { rows: [1] }],
    1,
    42,
    "function",
    expect.stringContaining("`npm install missing-package`"),
  ]);
});

test("import() alone finds TypeScript, this package's modules too", async () => {
  const shown = await script(`
    show(await run("const load = (name) => import(name); (await load('./greet.ts')).greeting"));
    show(await run("typeof (await import('tslab')).display.html"));
  `);
  expect(shown).toEqual(["hi 42function", "function"]);
});

test("errors in the user's files show their lines", async () => {
  const shown = await script(`
    const lines = async (source) => {
      const { traceback } = errorReport(await run(source).catch((error) => error));
      return traceback.map((line) => line.replace(/\\x1b\\[\\d+m/g, "").replace(process.cwd(), "~"));
    };
    show(await lines("import { Bomb } from './greet.ts'\\nnew Bomb(1).explode()"));
    show(await lines("import './broken.ts'"));
  `);
  expect(shown[0]).toEqual([
    "Error: boom 1",
    "  5 | export class Bomb { constructor(private readonly x: number) {}",
    '  6 |   explode(): never { throw new Error("boom " + this.x) } }',
    "    |                            ^",
    "    at Bomb.explode (~/greet.ts:6:28)",
    "    at cell [1]:2:13",
  ]);
  expect((shown[1] as string[])[0]).toMatch(/^SyntaxError: /);
  expect((shown[1] as string[]).join("\n")).toContain("~/broken.ts:2:");
});

test("a file that changed is loaded again", async () => {
  const shown = await script(`
    import { utimes, writeFile } from "node:fs/promises";
    await writeFile("changing.ts", "export const v: number = 1");
    show(await run("import { v } from './changing'; v"));
    await writeFile("changing.ts", "export const v: number = 2");
    await utimes("changing.ts", 1, 1);
    show(await run("import { v } from './changing'; v"));
  `);
  expect(shown).toEqual([1, 2]);
});

test("errors that nobody catches are given to their request, and kill nothing", async () => {
  const shown = await script(`
    const seen = [];
    userErrorHandlers((error, request) => seen.push([request?.header.msg_id, error.message]));
    const cells = {
      timer: "setTimeout(() => { throw new Error('timer') }, 1)",
      promise: "void Promise.reject(new Error('promise'))",
      tick: "process.nextTick(() => { throw new Error('tick') })",
      callback: "require('fs').readFile('rows.json', () => { throw new Error('callback') })",
      event: "require('net').connect(1, '127.0.0.1')",
    };
    for (const [id, source] of Object.entries(cells)) await runInRequest({ header: { msg_id: id } }, () => run(source));
    await runInRequest({ header: { msg_id: "last" } }, () => run("await new Promise((r) => setTimeout(r, 200))"));
    show(seen.sort());
  `);
  expect(shown).toEqual([
    [
      ["callback", "callback"],
      ["event", expect.stringContaining("ECONNREFUSED")],
      ["promise", "promise"],
      ["tick", "tick"],
      ["timer", "timer"],
    ],
  ]);
});

test("process.exit ends the code that calls it and tells the host", async () => {
  const shown = await script(`
    userErrorHandlers((error) => show(["unexpected", error.message]));
    const interception = interceptExit((code) => show(["exit", code]));
    show(await run("process.exit(3); globalThis.after = 1").catch((error) => error.name));
    await run("setTimeout(() => process.exit(), 1); await new Promise((r) => setTimeout(r, 50))");
    show(namespace.has("after"));
    interception.exit(0);
  `);
  expect(shown).toEqual([["exit", 3], "ExitRequest", ["exit", 0], false]);
});
