import { existsSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { noSuchProfile } from "../../cluster/profile.ts";
import type { ConnectionChoice } from "./connection-choice.ts";

/** Why there is no connection file, and what there is in its place. */
export function whyAbsent(file: string, choice: ConnectionChoice): string {
  if (choice.file !== undefined)
    return `There is no ${file}: a controller writes its file when it starts, and removes it when it ends.`;
  if (choice.profile !== undefined && !existsSync(dirname(dirname(file)))) return noSuchProfile(choice).message;
  const others = clustersBeside(file);
  const found = others.length > 0 ? ` There are others of this profile: clusterId ${others.join(", ")}.` : "";
  return `There is no ${file}: no cluster is running there.${found} Start one with \`${startCommand(choice)}\`.`;
}

/** Ids, quoted, of the clusters whose connection files lie in the same folder. */
function clustersBeside(file: string): string[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const [found, id = ""] = /^ipcontroller(?:-(.+))?-client\.json$/.exec(name) ?? [];
    return found === undefined ? [] : [JSON.stringify(id)];
  });
}

function startCommand({ ipythonDir, profile, profileDir, clusterId }: ConnectionChoice): string {
  return [
    "ipcluster start -n 4",
    ...(profileDir === undefined ? [] : [`--profile-dir ${profileDir}`]),
    ...(ipythonDir === undefined || profileDir !== undefined ? [] : [`--ipython-dir ${ipythonDir}`]),
    ...(profile === undefined || profileDir !== undefined ? [] : [`--profile ${profile}`]),
    ...(clusterId ? [`--cluster-id ${clusterId}`] : []),
  ].join(" ");
}
