import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programFile } from "../../cli/package-root.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "load-module-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Loads a module in a fresh process, from `dist/`. */
async function loaded(files: Readonly<Record<string, string>>, main: string) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const loader = join(dirname(dirname(programFile("controller"))), "cli", "load-module.js");
  const program = `
    const { loadModule } = await import(${JSON.stringify(pathToFileURL(loader).href)});
    const show = (given) => process.stdout.write(JSON.stringify(given));
    await loadModule(${JSON.stringify(join(folder, main))}).then(show, ({ name, message }) => show({ name, message }));`;
  const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const { stdout, stderr } = await run;
  return { exports: JSON.parse(stdout) as unknown, stderr };
}

test("a TypeScript module is evaluated with what it imports, and nothing is said about it", async () => {
  const files = {
    "mine.ts": 'import { two } from "./lib/two.ts";\nexport const sum: number = 40 + (two satisfies number);\n',
    "lib/two.ts": "interface Unused { a: 1 }\nexport const two = 2 as const;\n",
  };
  expect(await loaded(files, "mine.ts")).toEqual({ exports: { sum: 42 }, stderr: "" });
});

test.each(["plain.mjs", "plain.mts"])("%s is evaluated", async (name) => {
  expect((await loaded({ [name]: "export const a = await Promise.resolve(1);" }, name)).exports).toEqual({ a: 1 });
});

test("a module that is not there, cannot be parsed or throws is named with the reason", async () => {
  const usage = (message: string) => ({ name: "UsageError", message: expect.stringContaining(message) as string });
  expect((await loaded({}, "nowhere.ts")).exports).toEqual(usage("nowhere.ts"));
  const broken = await loaded({ "broken.ts": "export const a: number = ;" }, "broken.ts");
  expect(broken.exports).toEqual(usage("Expression expected"));
  const enumerating = await loaded({ "enum.ts": "export enum E { A }" }, "enum.ts");
  expect(enumerating.exports).toEqual(usage("enum is not supported in strip-only mode"));
  const throwing = await loaded({ "throwing.ts": 'throw new RangeError("not today");' }, "throwing.ts");
  expect(throwing.exports).toEqual(usage("throwing.ts: RangeError: not today"));
});
