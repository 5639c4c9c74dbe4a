import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LogTail } from "../../cluster/logs/log-tail.ts";
import { endOfLines, linesBackwards } from "../../cluster/logs/read-tail.ts";

const newLog = (text?: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "log-")), "a.log");
  if (text !== undefined) writeFileSync(path, text);
  return path;
};

test("a file is read from its end, whatever its lines' lengths", () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `${index} ${"ä".repeat((index * 7919) % 300)}`);
  const path = newLog(`${lines.join("\n")}\n`);
  expect([...linesBackwards(path)].reverse()).toEqual(lines);
  expect([...linesBackwards(path, endOfLines(path))].reverse()).toEqual(lines);
});

test("a line that is longer than a block is whole, one that is longer than any sense comes in pieces", () => {
  const long = "x".repeat(300_000);
  expect([...linesBackwards(newLog(`a\n${long}\nb\n`))]).toEqual(["b", long, "a"]);
  const endless = "y".repeat(3_000_000);
  expect([...linesBackwards(newLog(endless))].reverse().join("")).toBe(endless);
});

test("of a line that is still being written nothing is followed, and all of it is shown of one that never ends", () => {
  const path = newLog("a\nb");
  expect([...linesBackwards(path)]).toEqual(["b", "a"]);
  expect([...linesBackwards(path, endOfLines(path))]).toEqual(["a"]);
});

test("files that are not there have no lines", () => {
  const path = newLog();
  expect([[...linesBackwards(path)], endOfLines(path), new LogTail(path, 0).read()]).toEqual([[], 0, []]);
});

test("what is added is read once, line by line", () => {
  const path = newLog("old\n");
  const tail = new LogTail(path, endOfLines(path));
  expect(tail.read()).toEqual([]);
  appendFileSync(path, "a\nb");
  expect(tail.read()).toEqual(["a"]);
  appendFileSync(path, "c\n\n");
  expect(tail.read()).toEqual(["bc", ""]);
  expect(tail.read()).toEqual([]);
});

test("nothing is lost when a log starts anew: what was not read yet is in the earlier one", () => {
  const path = newLog("a\n");
  const tail = new LogTail(path, 0);
  expect(tail.read()).toEqual(["a"]);
  appendFileSync(path, "b\n");
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
  appendFileSync(path, "c\n");
  expect(tail.read()).toEqual(["b", "c"]);
});

test("a log that is removed, or replaced by another, is read from its beginning when it is back", () => {
  const path = newLog("a\n");
  const tail = new LogTail(path, 0);
  expect(tail.read()).toEqual(["a"]);
  rmSync(path);
  expect(tail.read()).toEqual([]);
  writeFileSync(path, "new\n");
  expect(tail.read()).toEqual(["new"]);
  renameSync(path, `${path}.old`);
  writeFileSync(path, "another one\n");
  expect(tail.read()).toEqual(["another one"]);
});
