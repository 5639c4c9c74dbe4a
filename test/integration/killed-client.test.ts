import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { packageRoot } from "../../cli/package-root.ts";
import type { Client } from "../../client/client.ts";
import { waitUntil } from "../support/ipcontroller.ts";
import { RunningCluster } from "../support/running-cluster.ts";

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const library = join(packageRoot, "dist", "client", "index.js");

/** A client's program: it submits what has ended, what runs and what waits, says its ids, and stays. */
const program = (connectionFile: string): string => `
  import { Client } from ${JSON.stringify(library)};
  const rc = await Client.connect({ file: ${JSON.stringify(connectionFile)} });
  const ended = [rc.view(0).apply(() => "direct"), rc.loadBalancedView().apply((x) => x + 1, 41)];
  ended.push(rc.view(1).execute("console.log('said'); 6 * 7"));
  await Promise.all(ended);
  const gate = () => new Promise((resolve) => { globalThis.open = () => resolve("ran"); });
  rc.view().apply(gate);
  for (let i = 0; i < 20; i++) rc.loadBalancedView().withFlags({ label: "waits" }).apply((x) => x * x, i);
  rc.view(0).push({ pushed: new Float64Array([1, 2]) });
  const isOnRecord = async () => (await rc.dbQuery({ clientUuid: rc.sessionId }, "msgId")).length === rc.history.length;
  while (!(await isOnRecord()));
  console.log(JSON.stringify([rc.sessionId, ...rc.history]));
  setInterval(() => {}, 1000);
`;

/** Runs that program and kills it, as the system would. */
async function killClient(
  connectionFile: string,
): Promise<{ readonly session: string; readonly ids: readonly string[] }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(connectionFile)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line", { signal: soon() })) as [string];
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  expect(await exited).toEqual([null, "SIGKILL"]);
  const [session = "", ...ids] = JSON.parse(line) as string[];
  return { session, ids };
}

/** Lets go on what waits on the engines. */
async function openGates(rc: Client): Promise<void> {
  await rc.signalEngines("SIGUSR2");
}

test("after a client was killed others get all its results, those of what still ran and waited, too", async () => {
  await using running = await RunningCluster.start({ engines: 2 });
  const second = await running.connect();
  await second.view().execute("process.on('SIGUSR2', () => open())");
  const { session, ids } = await killClient(running.cluster.connectionFile);
  expect(ids).toHaveLength(26);

  const [direct, balanced, printed] = [ids[0] ?? "", ids[1] ?? "", second.getResult(ids[2] ?? "")];
  expect([await second.getResult(direct), await second.getResult(balanced)]).toEqual(["direct", 42]);
  expect([(await printed.get()) as { text: string }, printed.stdout]).toMatchObject([{ text: "42" }, "said\n"]);

  // The same program started again is a client with another session: the first one's tells what to ask for.
  const third = await running.connect();
  const rows = await third.dbQuery({ clientUuid: session }, ["submitted", "completed"]);
  expect(rows.map(({ msgId }) => msgId)).toEqual(ids);
  const waiting = rows.filter(({ completed }) => completed === null).map(({ msgId }) => msgId);
  expect(waiting).toEqual(ids.slice(3));
  const rest = third.getResult(waiting);
  await openGates(second);
  await waitUntil(() => rest.ready, soon());
  const squares = Array.from({ length: 20 }, (_, i) => i * i);
  expect(await rest).toEqual(["ran", "ran", ...squares, undefined]);
  expect(await second.getResult(waiting)).toEqual(await rest);
  expect(await second.view(0).pull("pushed")).toEqual(new Float64Array([1, 2]));
  expect(await third.resultStatus(ids)).toEqual({ pending: [], completed: expect.any(Array) as string[] });
  expect(rest.metadata.map(({ label }) => label).slice(2, 22)).toEqual(Array(20).fill("waits"));
});
