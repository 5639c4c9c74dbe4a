import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Fields of `/proc/<pid>/stat` (proc(5)) from the third on; `undefined` where there is no such process. The name in
 * field 2 may hold blanks and parentheses: fields are counted from the last `)`.
 */
export function procStat(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // It has ended.
  }
}

/** What one call of `ps` (5 ms) tells of processes, a line each; `columns` as its `-o` takes them. */
export function psLines(columns: string, pids: readonly number[]): readonly string[] {
  if (pids.length === 0) return [];
  try {
    const output = execFileSync("ps", ["-o", columns, "-p", pids.join(",")], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    });
    return output.split("\n");
  } catch {
    return []; // ps ends with code 1 when none of them exists.
  }
}
