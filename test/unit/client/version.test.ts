import { expect, test } from "vitest";
import { version, versionInfo } from "../../../client/version.ts";

test("the parts of the version are those of its text", () => {
  expect(version).toBe(`${versionInfo.slice(0, 3).join(".")}${versionInfo[3]}`);
  expect(versionInfo.slice(0, 3).every((part) => Number.isInteger(part))).toBe(true);
});
