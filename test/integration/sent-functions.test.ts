import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import { stripTypes } from "../../runtime/cell/strip-types.ts";
import { KernelProcess, streamText } from "../support/kernel.ts";
import { RunningCluster } from "../support/running-cluster.ts";

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await RunningCluster.start({ engines: 1 });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

const calls = readFileSync(join(import.meta.dirname, "..", "fixtures", "functions", "calls.txt"), "utf8");
const modules = ["os", "net", "path", "fs"].map((name) => [name, `node:${name}`] as const);

const expected = {
  builtin: 5,
  json: '{"a":[1]}',
  node: hostname(),
  address: 6,
  nested: "a/b",
  promised: true,
  library: [[1, 2], [3]],
  mapped: [1, 2, 3],
  called: 4,
  closure: 101,
  recursion: 120,
  mutual: false,
  classes: [200, true, 2],
  passedClass: 200,
  generator: [1, 2, 3],
  asyncGenerator: 10,
  async: "late",
  returned: 6,
};

test("functions go to engines from cells, those of libraries by name", async () => {
  // Within the package, so that its lodash is found.
  const folder = mkdtempSync(join(packageRoot, ".cache", "sent-functions-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await using kernel = await KernelProcess.start({ folder, env: { IPYTHONDIR: cluster.folder.path } });
  const imports = modules.map(([name, from]) => `import * as ${name} from "${from}";`);
  await kernel.execute(
    [
      'import { Client } from "tsparallel";',
      ...imports,
      'import lodash from "lodash";',
      "const rc = await Client.connect(); const view = rc.view(0);",
    ].join("\n"),
  );
  const { published, reply } = await kernel.execute(calls);
  expect(reply.content["traceback"]).toBeUndefined();
  expect(JSON.parse(streamText(published))).toEqual(expected);
});

test("and from an ES module", async () => {
  const imports = modules.map(([name, from]) => `import * as ${name} from "${from}";`);
  const head = ['import { Client } from "tsparallel";', ...imports, 'import lodash from "lodash";'].join("\n");
  expect(await runProgram("mjs", head, "")).toEqual(expected);
});

test("and from a CommonJS program", async () => {
  const requires = modules.map(([name, from]) => `const ${name} = require("${from}");`);
  const head = [...requires, 'const lodash = require("lodash");', "(async () => {"].join("\n");
  expect(await runProgram("cjs", `${head}const { Client } = await import("tsparallel");`, "})();")).toEqual(expected);
});

/** Runs the calls in a program of the package's own, where its name means what is built. */
async function runProgram(extension: string, head: string, tail: string): Promise<unknown> {
  const body = stripTypes(calls, "calls.ts");
  const connect = "const rc = await Client.connect(); const view = rc.view(0);";
  const program = join(packageRoot, ".cache", `sent-functions-${process.pid}.${extension}`);
  writeFileSync(program, [head, connect, body, "await rc.close();", tail].join("\n"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      env: { ...process.env, IPYTHONDIR: cluster.folder.path },
    });
    return JSON.parse(stdout);
  } finally {
    rmSync(program);
  }
}
