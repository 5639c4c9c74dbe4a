import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Cluster } from "tsparallel";

/** What one typed array costs on its way to an engine and back: time, and by how much each process grew at most. */
const gibibytes = Number(process.env["GIB"] ?? 1);
const bytes = gibibytes * 2 ** 30;

/** Bytes that a process has resident now (`VmRSS`), or had at most since it began (`VmHWM`); Linux only. */
function residentBytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const [, kibibytes = "NaN"] =
    new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
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
  const pids = { client: process.pid, controller: controller.process.record.pid, engine };
  const idle = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, residentBytes(pid, "VmRSS")]));

  let array: Float64Array | undefined = new Float64Array(bytes / 8).fill(0.5);
  const begin = performance.now();
  const returning = client.view(0).apply((values: Float64Array) => values, array);
  // What is sent must be let go to be collected while the result comes.
  array = undefined;
  const back = await returning;
  const seconds = (performance.now() - begin) / 1000;
  if (back.length !== bytes / 8 || back.some((value) => value !== 0.5)) throw new Error("It came back changed.");

  const growth = Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => {
      const grown = residentBytes(pid, "VmHWM") - (idle[name] ?? 0);
      return [name, Number((grown / bytes).toPrecision(3))];
    }),
  );
  await client.close();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
  const row = { gibibytes, seconds: Number(seconds.toPrecision(3)), "growth at most, in sizes of the array": growth };
  console.log(row);
  const results = join(import.meta.dirname, "..", "..", "bench", "results");
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, "large-array.json"), `${JSON.stringify({ node: process.version, ...row }, null, 2)}\n`);
}

await main();
