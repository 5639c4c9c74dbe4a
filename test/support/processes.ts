import { readdirSync, readFileSync } from "node:fs";

/** Ids of this machine's processes whose command line or environment contains the text, zombies left out. */
export function processesWith(text: string): number[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => ["cmdline", "environ"].some((file) => read(`/proc/${pid}/${file}`).includes(text)))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

/** Empty where the process has just ended, or is another user's. */
function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
