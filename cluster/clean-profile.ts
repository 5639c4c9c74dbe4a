import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { clusterIds, describeCluster } from "./cluster-listing.ts";
import type { ClusterChoice } from "./cluster-options.ts";
import { ClusterStore } from "./cluster-store.ts";
import { findProfile } from "./profile.ts";

/**
 * Removes logs, connection files and cluster files of a profile.
 * @returns what was done, for the user
 * @throws when a cluster of the profile still runs
 */
export function cleanProfile(choice: ClusterChoice): string {
  const profile = findProfile(choice);
  const running = clusterIds(profile)
    .map((id) => new ClusterStore(profile, id))
    .find((store) => describeCluster(store).state !== "stopped");
  if (running) throw new Error(`The cluster of ${running.title} runs: stop it with \`ipcluster stop\` first.`);
  const files = [
    ...filesIn(join(profile.dir, "log"), /./),
    ...filesIn(join(profile.dir, "security"), /^(cluster|ipcontroller)-.*\.json$/),
    ...filesIn(join(profile.dir, "pid"), /^processes-.*\.json$/),
  ];
  for (const file of files) rmSync(file, { force: true });
  return `Removed ${files.length} files from ${profile.dir}.`;
}

function filesIn(folder: string, pattern: RegExp): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile() && pattern.test(entry.name)).map(({ name }) => join(folder, name));
  } catch {
    return []; // No such folder: nothing to clean in it.
  }
}
