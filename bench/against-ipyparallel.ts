import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { type Contender, type Measure, OwnContender, units } from "./measures.ts";
import { PythonContender } from "./python-contender.ts";

/** What is measured, in this order, with the engines, repetitions, tasks or megabytes of one round. */
const plan: readonly (readonly [Measure, number])[] = [
  ["start", 4],
  ["direct", 100],
  ["all", 100],
  ["balanced", 100],
  ["throughput", 2000],
  ["push", 128],
  ["memory", 10_000],
];
const rounds = 3;
const contenders = { tsparallel: () => new OwnContender(), ipyparallel: () => new PythonContender() };
type Name = keyof typeof contenders;
type Samples = Record<Name, Partial<Record<Measure, number[]>>>;

/** Both run in every round, one after the other, so that a machine that slows down slows both. */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  process.env["IPYTHONDIR"] = folder;
  const samples: Samples = { tsparallel: {}, ipyparallel: {} };
  for (let round = 1; round <= rounds; round++) {
    for (const name of Object.keys(contenders) as Name[]) {
      console.error(`round ${round} of ${rounds}: ${name}`);
      await using contender: Contender = contenders[name]();
      for (const [measure, argument] of plan)
        samples[name][measure] = [...(samples[name][measure] ?? []), ...(await contender.measure(measure, argument))];
    }
  }
  rmSync(folder, { recursive: true, force: true });
  report(samples);
}

function report(samples: Samples): void {
  const rows = plan.map(([measure]) => {
    const [ours, theirs] = [summary(samples.tsparallel[measure]), summary(samples.ipyparallel[measure])];
    const isRate = units[measure].endsWith("/s");
    const times = isRate ? ours.median / theirs.median : theirs.median / ours.median;
    return { measure, unit: units[measure], tsparallel: ours, ipyparallel: theirs, "times as good": round(times) };
  });
  console.table(
    rows.map((row) => ({ ...row, tsparallel: row.tsparallel.median, ipyparallel: row.ipyparallel.median })),
  );
  const results = join(import.meta.dirname, "..", "..", "bench", "results");
  mkdirSync(results, { recursive: true });
  const file = join(results, "against-ipyparallel.json");
  writeFileSync(
    file,
    `${JSON.stringify({ date: new Date().toISOString(), commit: commit(), machine: machine(), rows }, null, 2)}\n`,
  );
  console.log(`written to ${file}`);
}

function summary(samples: readonly number[] = []) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { samples: sorted.length, median: at(0.5), p99: at(0.99) };
}

const round = (value: number): number => Number(value.toPrecision(3));
const commit = (): string => execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
const machine = () => ({ processors: availableParallelism(), model: cpus()[0]?.model, node: process.version });

await main();
