import { afterAll, afterEach, beforeAll, test } from "vitest";
import { programFile } from "../../cli/package-root.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { type IpythonFolder, makeIpythonFolder } from "../support/ipython-folder.ts";
import { runPythonTests } from "../support/python-tests.ts";

let folder: IpythonFolder;
beforeAll(async () => {
  folder = await makeIpythonFolder();
});
afterEach(() => waitUntil(() => folder.processes().length === 0, AbortSignal.timeout(5000)));
afterAll(() => folder[Symbol.asyncDispose]());

const program = (...argv: readonly string[]) => JSON.stringify([process.execPath, ...argv]);
const run = (testCase: string) =>
  runPythonTests("python_cluster.py", testCase, {
    ...process.env,
    IPYTHONDIR: folder.path,
    OUR_CONTROLLER: program("--max-semi-space-size=4", programFile("controller")),
    OUR_ENGINE: program("--expose-internals", programFile("engine")),
  });

test("ipyparallel's Cluster starts, scales, signals, restarts and stops our controller", () => run("LifeOfACluster"));

test("`with Cluster()` waits for its engines and leaves nothing behind", () => run("Contexts"));

test("ipyparallel's Cluster starts our engines beside Python's", () => run("MixedEngines"));

test("ipyparallel's ipcluster runs our controller that its configuration names", () => run("Ipcluster"));
