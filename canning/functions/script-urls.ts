import { dirname, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { inspectFunction, withScripts } from "./inspector-session.ts";

/** Names of scripts, by V8's id; an id is never used again within a process. */
const urls = new Map<string, string>();

/** File name or URL of a script as stack traces show it; empty for code of `eval` and `new Function`. */
export function scriptUrl(scriptId: string): string {
  return urls.get(scriptId) ?? urlOnStack(scriptId) ?? urlFromDebugger(scriptId);
}

/**
 * Most functions are sent by code of the same cell. Frames of sloppy functions, such as cells are, give their function,
 * whose script V8 tells in 0.05 ms, while the Debugger domain takes milliseconds.
 */
function urlOnStack(scriptId: string): string | undefined {
  for (const [name, frame] of sloppyFrames()) {
    const id = inspectFunction(frame).location?.scriptId;
    if (id !== undefined) urls.set(id, name);
  }
  return urls.get(scriptId);
}

function sloppyFrames(): Map<string, object> {
  const frames = new Map<string, object>();
  const probe = new Error("probe");
  const { prepareStackTrace } = Error;
  // Answers for the probe alone, so that it harms nobody if user code is stopped before it is taken away.
  Error.prepareStackTrace = (error, sites) => {
    if (error !== probe) return prepareStackTrace?.(error, sites) ?? [error, ...sites].join("\n    at ");
    for (const site of sites) {
      const [name, frame] = [site.getFileName(), site.getFunction() as object | undefined];
      if (name && frame && !name.startsWith("node:")) frames.set(name, frame);
    }
    return "";
  };
  try {
    void probe.stack;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  return frames;
}

function urlFromDebugger(scriptId: string): string {
  withScripts((scripts) => {
    for (const [id, url] of scripts) urls.set(id, url);
  });
  return urls.get(scriptId) ?? "";
}

/** Whose code a script is: the user's own, which travels by source, or one that engines have, which travels by name. */
export type ScriptOrigin = { readonly kind: "user" } | { readonly kind: "node" } | { readonly kind: "library"; readonly file: string };

const ownFolder = dirname(dirname(import.meta.dirname));

export function scriptOrigin(url: string): ScriptOrigin {
  if (url.startsWith("node:")) return { kind: "node" };
  const file = url.startsWith("file:") ? fileURLToPath(url) : url;
  const isLibrary = file.includes(`${sep}node_modules${sep}`) || isOwn(file);
  return isLibrary ? { kind: "library", file } : { kind: "user" };
}

/** Our own compiled code; as sources, under test, it is nobody's library. */
const isOwn = (file: string): boolean => ownFolder.endsWith(`${sep}dist`) && file.startsWith(ownFolder + sep);
