import { appendFileSync, closeSync, existsSync, mkdtempSync, openSync, readFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { capLog, startAnew } from "../../cli/log/log-cap.ts";
import { createLogger } from "../../cli/logger.ts";
import { waitUntil } from "../support/ipcontroller.ts";

const newLog = (): string => join(mkdtempSync(join(tmpdir(), "log-")), "a.log");

test("a log above its limit starts anew; what stood in it is kept beside", () => {
  const path = newLog();
  appendFileSync(path, "12345\n");
  expect(startAnew(path, 6)).toBe(false);
  expect(startAnew(path, 5)).toBe(true);
  expect([readFileSync(path, "utf8"), readFileSync(`${path}.1`, "utf8")]).toEqual(["", "12345\n"]);
});

test("whoever holds the file open writes on at its new beginning", () => {
  const path = newLog();
  const descriptor = openSync(path, "a");
  writeSync(descriptor, "12345\n");
  startAnew(path, 5);
  writeSync(descriptor, "6\n");
  closeSync(descriptor);
  expect(readFileSync(path, "utf8")).toBe("6\n");
});

test("a log that is gone is none to shorten", () => {
  const path = newLog();
  expect(startAnew(path, 0)).toBe(false);
  expect(existsSync(`${path}.1`)).toBe(false);
});

test("a program keeps its own log short, and says in the new one where the earlier lines are", async () => {
  const file = newLog();
  const log = createLogger({ name: "ipengine", file, fields: { engine: 3 } });
  const stop = new AbortController();
  const capping = capLog({ file, limitMib: 0.001, env: {}, log, everyMs: 1, signal: stop.signal });
  for (let line = 0; line < 20; line++) log.info("x".repeat(100));
  await waitUntil(() => existsSync(`${file}.1`) && readFileSync(file, "utf8") !== "", AbortSignal.timeout(5000));
  stop.abort();
  await capping;

  expect(readFileSync(`${file}.1`, "utf8").split("\n")).toHaveLength(21);
  expect(readFileSync(file, "utf8")).toContain(
    `"engine":3,"msg":"the log had grown to 0.001 MiB: earlier lines are in ${file}.1"`,
  );
});
