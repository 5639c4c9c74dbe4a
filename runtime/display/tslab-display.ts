import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { currentHost } from "../../protocol/host.ts";
import { isJsonObject, type JsonObject, parseJson } from "../../protocol/json.ts";
import { type MimeDisplay, mimeDisplay } from "../../protocol/mime-display.ts";

/*
 * What `import … from "tslab"` gives in a cell: the API of tslab 1.0, shown by our kernel. tslab's own would load a
 * TypeScript compiler into every engine and find no kernel of its own to show anything.
 */

export type Display = MimeDisplay;

/** Each call adds an output. */
export const display: Display = mimeDisplay((data) => publish("display_data", data, {}));

/** Each call replaces the output of the one before. */
export function newDisplay(): Display {
  const transient = { display_id: randomUUID() };
  let isShown = false;
  return mimeDisplay((data) => {
    publish(isShown ? "update_display_data" : "display_data", data, transient);
    isShown = true;
  });
}

/** Versions of tslab, of TypeScript as it checks cells, and of Node. */
export const versions = {
  get tslab(): string {
    return packageVersion("tslab/package.json");
  },
  get typescript(): string {
    return packageVersion("@tslab/typescript-for-tslab/package.json");
  },
  node: process.version,
};

function publish(type: "display_data" | "update_display_data", data: JsonObject, transient: JsonObject): void {
  const host = currentHost();
  if (!host) throw new Error("tslab's display works in a cell of a notebook or engine.");
  host.publish(type, { data, metadata: {}, transient });
}

function packageVersion(path: string): string {
  const tslab = createRequire(import.meta.url).resolve("tslab/package.json");
  const file = readFileSync(createRequire(tslab).resolve(path), "utf8");
  const contents = parseJson(file);
  return isJsonObject(contents) ? String(contents["version"]) : "";
}
