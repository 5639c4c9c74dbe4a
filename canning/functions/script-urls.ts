import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspectFunction, withScripts } from "./inspector-session.ts";

/** Names of scripts, by V8's id; an id is never used again within a process. */
const urls = new Map<string, string>();
/** Functions of scripts that were announced, until somebody asks. */
let announced: { readonly member: object; readonly url: string }[] = [];
const mostAnnounced = 1000;

/**
 * Tells the name of the script that a function is of. Whoever compiles scripts for users calls this, for V8 takes
 * milliseconds to tell it, and the notebook's first call of each cell would wait for that.
 */
export function rememberScript(member: object, url: string): void {
  if (announced.length === mostAnnounced) announced = announced.slice(mostAnnounced / 2);
  announced.push({ member, url });
}

/** File name or URL of a script as stack traces show it; empty for code of `eval` and `new Function`. */
export function scriptUrl(scriptId: string): string {
  return urls.get(scriptId) ?? announcedUrl(scriptId) ?? debuggerUrl(scriptId);
}

function announcedUrl(scriptId: string): string | undefined {
  for (const { member, url } of announced) urls.set(inspectFunction(member).location?.scriptId ?? "", url);
  announced = [];
  return urls.get(scriptId);
}

function debuggerUrl(scriptId: string): string {
  withScripts((scripts) => {
    for (const [id, url] of scripts) urls.set(id, url);
  });
  return urls.get(scriptId) ?? "";
}

/** Whose code a script is: the user's own, which travels by source, or one that engines have, which travels by name. */
export type ScriptOrigin =
  | { readonly kind: "user" }
  | { readonly kind: "node" }
  | { readonly kind: "library"; readonly file: string };

const ownFolder = dirname(dirname(import.meta.dirname));

export function scriptOrigin(url: string): ScriptOrigin {
  if (url.startsWith("node:")) return { kind: "node" };
  const file = url.startsWith("file:") ? fileURLToPath(url) : url;
  const isLibrary = file.includes(`${sep}node_modules${sep}`) || isOwn(file);
  return isLibrary ? { kind: "library", file } : { kind: "user" };
}

/** Our own compiled code; as sources, under test, it is nobody's library. */
const isOwn = (file: string): boolean => ownFolder.endsWith(`${sep}dist`) && file.startsWith(ownFolder + sep);
