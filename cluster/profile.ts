import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { makeProfileFolders } from "../cli/make-profile-folders.ts";
import { nearest } from "../cli/nearest.ts";
import { ipythonDir, type ProfileChoice, profileDir } from "../protocol/profile-paths.ts";

/** A folder with the files of a person's clusters: connection files, logs, configuration. */
export interface Profile {
  /** `default` for `profile_default`; the path itself for a folder of another form. */
  readonly name: string;
  /** Absolute. */
  readonly dir: string;
}

/** Thrown when a profile is asked for that does not exist. */
export class NoSuchProfile extends Error {
  override name = "NoSuchProfile";
}

/** Names a profile that need not exist. */
export function chooseProfile(choice: ProfileChoice = {}, env: NodeJS.ProcessEnv = process.env): Profile {
  return profileAt(resolve(profileDir(choice, env, homedir())));
}

function profileAt(dir: string): Profile {
  return { name: /^profile_(.+)$/.exec(basename(dir))?.[1] ?? dir, dir };
}

/** Makes the profile's folder and whatever subfolder it lacks; what is there stays as it is. */
export function createProfile(choice: ProfileChoice = {}, env: NodeJS.ProcessEnv = process.env): Profile {
  const profile = chooseProfile(choice, env);
  makeProfileFolders(profile.dir);
  return profile;
}

/** @throws {NoSuchProfile} with those that exist */
export function findProfile(choice: ProfileChoice = {}, env: NodeJS.ProcessEnv = process.env): Profile {
  const profile = chooseProfile(choice, env);
  if (existsSync(profile.dir)) return profile;
  throw noSuchProfile(choice, env);
}

/** Names the profile that does not exist, and those that do. */
export function noSuchProfile(choice: ProfileChoice, env: NodeJS.ProcessEnv = process.env): NoSuchProfile {
  const { name, dir } = chooseProfile(choice, env);
  const names = listProfiles(choice, env).map((profile) => profile.name);
  const meant = nearest(name, names);
  const found = names.length > 0 ? `There are: ${names.join(", ")}.` : "There is none yet.";
  return new NoSuchProfile(
    `There is no profile "${name}" (${dir})${meant ? `: did you mean "${meant}"?` : "."} ${found}`,
  );
}

/** The profiles in the IPython folder, by name; none where the folder is missing. */
export function listProfiles(
  choice: Pick<ProfileChoice, "ipythonDir"> = {},
  env: NodeJS.ProcessEnv = process.env,
): readonly Profile[] {
  const parent = resolve(ipythonDir(choice, env, homedir()));
  if (!existsSync(parent)) return [];
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.name.startsWith("profile_") && (entry.isDirectory() || entry.isSymbolicLink()))
    .map((entry) => profileAt(join(parent, entry.name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
