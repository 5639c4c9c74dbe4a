import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { Client } from "../../client/client.ts";
import { startController, waitUntil } from "../support/ipcontroller.ts";
import { RunningEngine } from "../support/ipengine.ts";
import { killProcess } from "../support/kill-process.ts";
import { pythonProgram } from "../support/python.ts";
import { startPythonEngine } from "../support/python-cluster.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const soon = (): AbortSignal => AbortSignal.timeout(40_000);
const dask = pythonProgram("dask");
const workerCommand = [dask, "worker"];
const squares = Array.from({ length: 10 }, (_, i) => i * i);

/** What the workers of a scheduler compute, how many there are and how many threads they have. */
async function compute(address: string, workers: number): Promise<unknown> {
  const code = `
import json, sys
from distributed import Client
if __name__ == "__main__":
    with Client(sys.argv[1], timeout=20) as client:
        client.wait_for_workers(int(sys.argv[2]), timeout=20)
        threads = sorted(worker["nthreads"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())
        print(json.dumps({"threads": threads, "squares": client.gather(client.map(lambda x: x * x, range(10)))}))
`;
  const { stdout } = await promisify(execFile)(pythonProgram("python"), ["-c", code, address, String(workers)]);
  return JSON.parse(stdout) as unknown;
}

test("engines become Dask's workers, beside what else they do, and end to be with the engine or on request", async () => {
  await using running = await RunningCluster.start({
    engines: 2,
    controllerArgs: [`--dask-scheduler-command=${dask} scheduler`],
  });
  const rc = await running.connect();
  await rc.view().push({ kept: 42 });
  const address = await rc.becomeDask({ workerCommand, workerArgs: { dashboard: false } });
  expect(await compute(address, 2)).toEqual({ threads: [1, 1], squares });
  expect(await rc.becomeDistributed({ workerCommand })).toBe(address);
  await rc.clear();
  expect(await rc.view().apply(() => 1)).toEqual([1, 1]);

  const workers = () => running.folder.processes().length;
  const before = workers();
  await killProcess(running.cluster, "engine 0");
  await waitUntil(() => workers() < before - 1 && rc.ids.length === 1, soon());
  await rc.stopDask();
  await waitUntil(() => workers() === 2, soon());

  const again = await rc.becomeDask({ workerCommand, ncores: 3, targets: -1, workerArgs: { dashboard: false } });
  expect(await compute(again, 1)).toEqual({ threads: [3], squares });
  await rc.stopDistributed();
  await waitUntil(() => workers() === 2, soon());
}, 120_000);

test("without Dask it is said what is missing, and nothing is left", async () => {
  await using running = await RunningCluster.start({
    engines: 1,
    controllerArgs: [`--dask-scheduler-command=${dask} scheduler`],
  });
  const rc = await running.connect();
  const missing = rc.becomeDask({ targets: 0, workerCommand: ["no-such-dask", "worker"] });
  await expect(missing).rejects.toThrow(
    "No Dask worker can be started (tried: no-such-dask worker). Install Dask where",
  );
  const refused = rc.becomeDask({ workerCommand, workerArgs: { noSuchFlag: 1 } });
  await expect(refused).rejects.toThrow("No such option");
  await rc.stopDask();
  await waitUntil(() => running.folder.processes().length === 2, soon());
}, 120_000);

test("Python's engines become workers too", async () => {
  await using controller = await startController(`--dask-scheduler-command=${dask} scheduler`);
  await using _ours = await RunningEngine.start(controller);
  startPythonEngine(controller.profileDir);
  await using rc = await Client.connect({ profileDir: controller.profileDir });
  await rc.waitForEngines(2, { timeoutMs: 20_000 });
  const address = await rc.becomeDask({ workerCommand });
  expect(await compute(address, 2)).toEqual({ threads: [1, 1], squares });
  await rc.stopDask();
  await expect(rc.restartEngines()).rejects.toThrow("engines of other languages end, and do not start again");
}, 120_000);
