import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { programFile } from "../../cli/package-root.ts";
import { InstallationService } from "../../install/installation-service.ts";
import { kernelSpec, plannedFiles } from "../../install/planned-files.ts";
import { parseJson } from "../../protocol/json.ts";
import { pythonProgram } from "../support/python.ts";

let prefix = "";
beforeEach(async () => {
  prefix = await mkdtemp(join(tmpdir(), "prefix-"));
});
afterEach(() => rm(prefix, { recursive: true }));

/** Runs `tsparallel` to its end, whatever its exit code. */
async function tsparallel(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const run = promisify(execFile)(process.execPath, [programFile("install"), ...args], {
    env: { ...process.env, ...env },
  });
  return run.then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: error.stdout + error.stderr,
    }),
  );
}

/** What Jupyter itself finds in the prefix. */
async function jupyter(...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    JUPYTER_PATH: join(prefix, "share", "jupyter"),
    JUPYTER_DATA_DIR: join(prefix, "none"),
  };
  const { stdout, stderr } = await promisify(execFile)(pythonProgram("jupyter"), args, { env });
  return stdout + stderr;
}

test("Jupyter finds the installed kernel and panel", async () => {
  expect(await tsparallel(["install", "--prefix", prefix])).toMatchObject({ code: 0 });

  const listed = z
    .object({ kernelspecs: z.object({ tsparallel: z.object({ resource_dir: z.string(), spec: z.unknown() }) }) })
    .parse(parseJson(await jupyter("kernelspec", "list", "--json")));
  const { spec, resource_dir } = listed.kernelspecs.tsparallel;
  expect(spec).toMatchObject(kernelSpec(process.execPath, programFile("kernel")));
  expect(resource_dir).toBe(join(prefix, "share", "jupyter", "kernels", "tsparallel"));
  expect(readdirSync(resource_dir).sort()).toEqual(["installed-files.json", "kernel.json", "logo-svg.svg"]);
  expect(await jupyter("labextension", "list")).toMatch(/tsparallel v\S+ .*enabled.*OK/);
});

test("uninstalling removes exactly what was installed", async () => {
  await mkdir(join(prefix, "share"));
  await tsparallel(["install", "--prefix", prefix]);
  await tsparallel(["install", "--prefix", prefix]);
  const theirs = join(prefix, "share", "jupyter", "kernels", "tsparallel", "my-notes.txt");
  await writeFile(theirs, "keep me");

  const { text } = await tsparallel(["uninstall", "--prefix", prefix]);
  expect(text).toMatch(/^Removed \d+ files from /);
  expect(readdirSync(prefix, { recursive: true }).sort()).toEqual([
    "share",
    "share/jupyter",
    "share/jupyter/kernels",
    "share/jupyter/kernels/tsparallel",
    "share/jupyter/kernels/tsparallel/my-notes.txt",
  ]);
  expect((await tsparallel(["uninstall", "--prefix", prefix])).text).toMatch(/^Nothing of tsparallel is installed in /);
});

test("folders that install made go with it; others stay, also when empty", async () => {
  await mkdir(join(prefix, "share", "jupyter", "kernels"), { recursive: true });
  const service = new InstallationService(join(prefix, "share", "jupyter"));
  service.install([{ path: join("kernels", "tsparallel", "kernel.json"), content: "{}" }], "1");
  service.install([{ path: join("labextensions", "tsparallel", "new.js"), content: "" }], "2");
  expect(existsSync(join(prefix, "share", "jupyter", "kernels", "tsparallel", "kernel.json"))).toBe(false);

  service.uninstall();
  expect(readdirSync(prefix, { recursive: true }).sort()).toEqual(["share", "share/jupyter", "share/jupyter/kernels"]);
});

test("--user and --sys-prefix find their folders from the environment", async () => {
  const dataFolder = join(prefix, "mine");
  expect((await tsparallel(["install", "--user"], { JUPYTER_DATA_DIR: dataFolder })).text).toContain(
    `in ${dataFolder}.`,
  );
  const venv = join(prefix, "venv");
  expect((await tsparallel(["install", "--sys-prefix"], { VIRTUAL_ENV: venv })).text).toContain(
    `in ${join(venv, "share", "jupyter")}.`,
  );
  expect(readFileSync(join(dataFolder, "labextensions", "tsparallel", "install.json"), "utf8")).toContain("npm");
});

test("--sys-prefix takes the environment of the `jupyter` on the PATH, and says when there is none", async () => {
  const none = { VIRTUAL_ENV: "", CONDA_PREFIX: "", PATH: prefix };
  expect(await tsparallel(["install", "--sys-prefix"], none)).toEqual({
    code: 1,
    text: expect.stringContaining("name it with --prefix DIR") as string,
  });

  await mkdir(join(prefix, "env", "bin"), { recursive: true });
  await mkdir(join(prefix, "env", "lib", "python3.12"), { recursive: true });
  await writeFile(join(prefix, "env", "bin", "jupyter"), "", { mode: 0o755 });
  const found = { ...none, PATH: join(prefix, "env", "bin") };
  expect(await tsparallel(["uninstall", "--sys-prefix"], found)).toEqual({
    code: 0,
    text: `Nothing of tsparallel is installed in ${join(prefix, "env", "share", "jupyter")}.\n`,
  });
});

test("a package that is not built says what to run", () => {
  expect(() => plannedFiles(prefix, process.execPath)).toThrow(
    `${join(prefix, "dist", "kernel", "main.js")} is missing: run \`npm run build\` in ${prefix} first.`,
  );
});

test.skipIf(process.platform === "win32")("a folder that may not be written is named, with the way out", async () => {
  // Not even root may make folders there.
  const { code, text } = await tsparallel(["install", "--prefix", "/sys"]);

  expect(code).toBe(1);
  expect(text).toMatch(/^tsparallel: \/sys.* may not be written \(E[A-Z]+\)\. Install for yourself with --user/);
});

test("profiles are made and listed", async () => {
  const env = { IPYTHONDIR: prefix };
  const config = join(prefix, "profile_sim", "ipcontroller_config.ts");
  expect((await tsparallel(["profile", "create", "sim"], env)).text).toContain(config);

  expect(readdirSync(join(prefix, "profile_sim")).sort()).toEqual([
    "db",
    "ipcontroller_config.ts",
    "log",
    "pid",
    "security",
    "startup",
    "static",
  ]);
  expect((await tsparallel(["profile", "list"], env)).text).toBe(`sim              ${join(prefix, "profile_sim")}\n`);
});
