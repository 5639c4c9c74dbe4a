import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { parseJson } from "../protocol/json.ts";

const manifest = z.looseObject({ name: z.string(), version: z.string() });

/** Reads the nearest `package.json` at or above `folder`. */
function findPackage(folder: string): { root: string; version: string } {
  for (let root = folder; root !== dirname(root); root = dirname(root)) {
    const found = manifest.safeParse(readManifest(join(root, "package.json")));
    if (found.success && found.data.name === "tsparallel") return { root, version: found.data.version };
  }
  throw new Error(`No package.json of tsparallel above ${folder}: the installation is incomplete, install it again.`);
}

function readManifest(file: string): unknown {
  try {
    return parseJson(readFileSync(file));
  } catch {
    return undefined; // Most folders have none; the caller goes on upwards.
  }
}

const found = findPackage(import.meta.dirname);

/** Folder of our `package.json`: the same whether this runs from `dist/` or from the sources. */
export const packageRoot = found.root;
export const packageVersion = found.version;

/** Path of a built program: `programFile("engine")`. */
export const programFile = (folder: "controller" | "engine" | "cluster" | "install" | "kernel"): string =>
  join(packageRoot, "dist", folder, "main.js");
