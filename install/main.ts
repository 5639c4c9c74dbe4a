#!/usr/bin/env node
import { homedir } from "node:os";
import { resolve } from "node:path";
import type { z } from "zod";
import { packageRoot, packageVersion } from "../cli/package-root.ts";
import { command, runCommandSet } from "../cli/run-program.ts";
import { UsageError } from "../cli/usage-error.ts";
import { createProfile, listProfiles } from "../cluster/profile.ts";
import { initConfig } from "../controller/configuration/init-config.ts";
import { InstallationService } from "./installation-service.ts";
import { prefixDataFolder, userDataFolder } from "./jupyter-folders.ts";
import {
  installProgram,
  type PlaceOptions,
  type profileCreateOptions,
  profileCreateProgram,
  type profileListOptions,
  profileListProgram,
  uninstallProgram,
} from "./options.ts";
import { plannedFiles } from "./planned-files.ts";
import { pythonPrefix } from "./python-prefix.ts";

await runCommandSet(
  {
    name: "tsparallel",
    summary: "Parallel computing for TypeScript in Jupyter.",
    version: packageVersion,
    commands: {
      install: command(installProgram, install),
      uninstall: command(uninstallProgram, uninstall),
      "profile create": command(profileCreateProgram, createNamed),
      "profile list": command(profileListProgram, list),
    },
  },
  process.argv.slice(2),
);

async function install(options: PlaceOptions): Promise<number> {
  const folder = dataFolder(options);
  new InstallationService(folder).install(plannedFiles(packageRoot, process.execPath), packageVersion);
  print(`Installed the kernel "TypeScript (parallel)" and the Clusters panel in ${folder}.`);
  return 0;
}

async function uninstall(options: PlaceOptions): Promise<number> {
  const folder = dataFolder(options);
  const removed = new InstallationService(folder).uninstall();
  print(
    removed === undefined
      ? `Nothing of tsparallel is installed in ${folder}.`
      : `Removed ${removed} files from ${folder}.`,
  );
  return 0;
}

function dataFolder({ user, sysPrefix, prefix }: PlaceOptions): string {
  if (Number(user) + Number(sysPrefix) + Number(prefix !== undefined) > 1)
    throw new UsageError("--user, --sys-prefix and --prefix exclude one another: give one of them.");
  if (prefix !== undefined) return prefixDataFolder(resolve(prefix), process.platform);
  if (sysPrefix) return prefixDataFolder(pythonPrefix(process.env), process.platform);
  return resolve(userDataFolder({ platform: process.platform, env: process.env, home: homedir() }));
}

async function createNamed(options: z.infer<typeof profileCreateOptions>): Promise<number> {
  const { dir } = createProfile(options);
  print(`The profile is in ${dir}.`);
  const config = initConfig(dir);
  if (config) print(`The controller's options are in ${config}, all of them comments yet.`);
  return 0;
}

async function list(options: z.infer<typeof profileListOptions>): Promise<number> {
  for (const { name, dir } of listProfiles(options)) print(`${name.padEnd(16)} ${dir}`);
  return 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
