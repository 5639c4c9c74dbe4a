import type { ClusterStore } from "./cluster-store.ts";
import { chooseProfile } from "./profile.ts";

/** How a command line names this cluster: its profile by name, where that leads to its folder. */
export function commandChoice({ profile, clusterId }: ClusterStore): string {
  const isNamed = chooseProfile({ profile: profile.name }).dir === profile.dir;
  const choice = isNamed ? `--profile ${profile.name}` : `--profile-dir ${profile.dir}`;
  return clusterId === "" ? choice : `${choice} --cluster-id ${clusterId}`;
}
