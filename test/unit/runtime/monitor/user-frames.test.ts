import { expect, test } from "vitest";
import { isUserCode } from "../../../../runtime/monitor/user-frames.ts";

const own = ["/opt/app/dist/", "/opt/node_modules/zeromq/"];

test("cells, the user's files and the packages they use are the user's code", () => {
  const scripts = ["cell [12]", "file:///home/u/my%20script.mjs", "/home/u/lib.cjs", "/opt/node_modules/lodash/map.js"];
  expect(scripts.map((script) => isUserCode(script, own))).toEqual([true, true, true, true]);
});

test("Node's files, ours, zeromq's and scripts without a name are not", () => {
  const scripts = [
    "node:internal/timers",
    "file:///opt/app/dist/engine/main.js",
    "/opt/node_modules/zeromq/lib/index.js",
    "",
    "import",
    "evalmachine.<anonymous>",
  ];
  expect(scripts.filter((script) => isUserCode(script, own))).toEqual([]);
});

test("a name that only looks like a file's URL is somebody's script", () => {
  expect(isUserCode("file://host/%zz", own)).toBe(true);
});
