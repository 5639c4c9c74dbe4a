import { packageVersion } from "../cli/package-root.ts";

/** Version of this package, as npm has it. */
export const version = packageVersion;

/** Its parts: major, minor and patch as numbers, then what follows them (`"-beta.1"`), mostly nothing. */
export const versionInfo = partsOf(packageVersion);

function partsOf(text: string): readonly [major: number, minor: number, patch: number, rest: string] {
  const [, major, minor, patch, rest = ""] = /^(\d+)\.(\d+)\.(\d+)(.*)$/.exec(text) ?? [];
  return [Number(major), Number(minor), Number(patch), rest];
}
