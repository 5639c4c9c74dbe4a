import { existsSync, statSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Endings tried behind a path without one, in TypeScript's order. */
const endings = [".ts", ".tsx", ".mts", ".js", ".mjs", ".cjs", ".json", "/index.ts", "/index.tsx", "/index.js"];

/** TypeScript files are imported by the names of the files they would become. */
const compiledFrom: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** Modules that user code gets from this package wherever it runs. */
const ownModules: Readonly<Record<string, string>> = {
  tsparallel: new URL(`../../client/index.${extension}`, import.meta.url).href,
  tslab: new URL(`../display/tslab-display.${extension}`, import.meta.url).href,
};

/** URL of a module that this package stands for. */
export const ownModule = (specifier: string): string | undefined =>
  Object.hasOwn(ownModules, specifier) ? ownModules[specifier] : undefined;

export const isRelative = (specifier: string): boolean => /^(\.\.?(\/|$)|\/|file:)/.test(specifier);

/** Whether the file at a URL is TypeScript of the user: packages bring JavaScript. */
export const isTypeScript = (url: string): boolean =>
  /^file:.*\.[cm]?tsx?$/.test(withoutQuery(url)) && !url.includes("/node_modules/");

export const withoutQuery = (url: string): string => url.replace(/[?#].*$/, "");

/**
 * The file that a relative or absolute specifier means, the way TypeScript and bundlers see it.
 * @param base URL that the specifier is relative to
 * @returns its URL, or `undefined` where there is no such file
 */
export function resolveFile(specifier: string, base: string): string | undefined {
  const url = new URL(specifier.startsWith("/") ? pathToFileURL(specifier).href : specifier, base);
  if (url.protocol !== "file:") return undefined;
  const suffix = url.search + url.hash;
  const path = fileURLToPath(withoutQuery(url.href));
  const found = candidates(path).find(isFile);
  return found === undefined ? undefined : pathToFileURL(found).href + suffix;
}

function candidates(path: string): string[] {
  const [ending = ""] = /\.[cm]?js$/.exec(path) ?? [];
  const sources = (compiledFrom[ending] ?? []).map((each) => path.slice(0, -ending.length) + each);
  return [path, ...sources, ...endings.map((each) => path + each)];
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();
