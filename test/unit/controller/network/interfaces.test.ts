import { expect, test } from "vitest";
import { interfaceUrl, isLoopback, isWildcard } from "../../../../controller/network/interfaces.ts";

test.each([
  ["127.0.0.1", "tcp://127.0.0.1"],
  ["*", "tcp://*"],
  ["::", "tcp://*"],
  ["0.0.0.0", "tcp://0.0.0.0"],
  ["::1", "tcp://[::1]"],
  ["[fe80::2]", "tcp://[fe80::2]"],
])("--ip=%s listens on %s", async (ip, url) => {
  expect(await interfaceUrl(ip, "--ip")).toBe(url);
});

test("loopback and all interfaces are told from the rest", () => {
  expect(["tcp://127.0.0.1", "tcp://[::1]", "tcp://*", "tcp://10.0.0.1"].map(isLoopback)).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(["tcp://*", "tcp://0.0.0.0", "tcp://10.0.0.1"].map(isWildcard)).toEqual([true, true, false]);
});
