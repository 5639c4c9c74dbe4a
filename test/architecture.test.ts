import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** Which top-level folder may import which, and which packages are one folder's alone. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  transport: ["protocol"],
  canning: ["protocol"],
  cli: ["protocol"],
  runtime: ["protocol", "transport", "canning"],
  controller: ["protocol", "transport", "cli"],
  engine: ["protocol", "transport", "canning", "runtime", "cli"],
  cluster: ["protocol", "transport", "cli"],
  client: ["protocol", "transport", "canning", "cluster", "cli"],
  kernel: ["protocol", "transport", "canning", "runtime", "client", "cluster", "cli"],
  install: ["protocol", "cli", "cluster", "controller"],
  labextension: ["protocol"],
};
const soleImporters: Record<string, string> = {
  zeromq: "transport/",
  "msgpack-lite": "canning/ protocol/msgpack-packer.ts",
  libsql: "controller/task-db/sqlite/",
  mongodb: "controller/task-db/mongo/",
  tslab: "runtime/types/",
  acorn: "runtime/ canning/",
  pino: "cli/log/",
};

const root = join(import.meta.dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => /\.tsx?$/.test(file) && statSync(join(root, file)).isFile());
}

function importsOf(file: string): { specifier: string; isType: boolean }[] {
  const text = readFileSync(join(root, file), "utf8");
  const pattern =
    /^\s*(?:import|export)\s+(type\s)?(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[2] ?? match[3] ?? "",
    isType: match[1] !== undefined,
  }));
}

function violation(file: string, specifier: string, isType: boolean): string | undefined {
  const [folder = ""] = file.split("/");
  if (!specifier.startsWith(".")) return packageViolation(file, specifier);
  const target = relative(root, join(root, dirname(file), specifier));
  const [targetFolder = ""] = target.split("/");
  if (targetFolder === folder) return undefined;
  if (folder === "labextension" && !isType) return `${file} may import only types from ${target}`;
  return mayImport[folder]?.includes(targetFolder) ? undefined : `${file} must not import ${target}`;
}

function packageViolation(file: string, specifier: string): string | undefined {
  if (file.startsWith("labextension/") && !/^(@(jupyterlab|lumino)|#style)\//.test(specifier))
    return `${file} must run in a browser, but imports ${specifier}`;
  const sole = soleImporters[specifier];
  const isAllowed = sole === undefined || sole.split(" ").some((prefix) => file.startsWith(prefix));
  return isAllowed ? undefined : `${file} imports ${specifier}: only ${sole} may`;
}

const violations = (file: string): string[] =>
  importsOf(file).flatMap(({ specifier, isType }) => violation(file, specifier, isType) ?? []);

for (const folder of Object.keys(mayImport)) {
  test(`${folder}/ imports only what it may`, () => {
    const files = sources(folder);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(violations)).toEqual([]);
  });
}

test("files stay within the wall of 400 lines", () => {
  const long = Object.keys(mayImport)
    .flatMap(sources)
    .filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 401);
  expect(long).toEqual([]);
});

test("there is one barrel, the public entry", () => {
  const barrels = Object.keys(mayImport)
    .flatMap(sources)
    .filter((file) => /(^|\/)index\.tsx?$/.test(file));
  expect(barrels).toEqual(["client/index.ts"]);
});
