import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Cluster } from "tsparallel";

/** What one typed array costs on its way to an engine and back: time, and the most memory that each process had. */
const gibibytes = Number(process.env["GIB"] ?? 1);
const bytes = gibibytes * 2 ** 30;

/** Most bytes that a process has had resident since it began; Linux only. */
function peakBytes(pid: number): number {
  const [, kibibytes = "NaN"] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  process.env["IPYTHONDIR"] = folder;
  const cluster = await Cluster.start({ n: 1 });
  const client = await Client.connect({ cluster });
  await client.waitForEngines(1);
  const [engine] = await client.view().apply(() => process.pid);
  const controller = cluster.processes().find(({ role }) => role === "controller");
  if (engine === undefined || !controller) throw new Error("The cluster has no engine.");

  let array: Float64Array | undefined = new Float64Array(bytes / 8).fill(0.5);
  const begin = performance.now();
  const returning = client.view(0).apply((values: Float64Array) => values, array);
  // What is sent must be let go to be collected while the result comes.
  array = undefined;
  const back = await returning;
  const seconds = (performance.now() - begin) / 1000;
  if (back.length !== bytes / 8 || back.some((value) => value !== 0.5)) throw new Error("It came back changed.");

  const pids = { client: process.pid, controller: controller.process.record.pid, engine };
  const peaks = Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, Number((peakBytes(pid) / bytes).toPrecision(3))]),
  );
  await client.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
  const row = { gibibytes, seconds: Number(seconds.toPrecision(3)), "peak memory, in sizes of the array": peaks };
  console.log(row);
  const results = join(import.meta.dirname, "..", "..", "bench", "results");
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, "large-array.json"), `${JSON.stringify({ node: process.version, ...row }, null, 2)}\n`);
}

await main();
