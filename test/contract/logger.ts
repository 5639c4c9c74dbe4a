import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parseRecord } from "../../cli/log/log-record.ts";
import type { Logger, LoggerOptions } from "../../cli/logger.ts";

/** What every maker of logs must do. Each implementation's test file calls this once. */
export function loggerContract(name: string, createLogger: (options: LoggerOptions) => Logger): void {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  const file = join(folder, "a.log");
  afterEach(() => rmSync(file, { force: true }));

  /** What stands in the file after `speak`. */
  function said(options: Partial<LoggerOptions>, speak: (log: Logger) => void): string[] {
    speak(createLogger({ name: "ipcontroller", file, ...options }));
    return readFileSync(file, "utf8").split("\n").slice(0, -1);
  }

  test(`${name}: a line is written before the call returns, with all that tells who spoke when`, () => {
    const before = Date.now();
    const [line = ""] = said({ fields: { engine: 3 } }, (log) => log.warn("no answer", { url: "tcp://x" }));
    const time = parseRecord(line)?.time ?? "";
    expect(line).toBe(
      `{"level":"warn","levelno":30,"time":"${time}","name":"ipcontroller","pid":${process.pid},"engine":3,"url":"tcp://x","msg":"no answer"}`,
    );
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
  });

  test(`${name}: lines below the level are left out, also where it is a number between two`, () => {
    const speak = (log: Logger) => {
      log.debug("a");
      log.info("b");
      log.warn("c");
      log.error("d");
    };
    const messages = (level: LoggerOptions["level"]) => {
      rmSync(file, { force: true });
      return said({ level }, speak).map((line) => parseRecord(line)?.msg);
    };
    expect(messages("debug")).toEqual(["a", "b", "c", "d"]);
    expect(messages(undefined)).toEqual(["b", "c", "d"]);
    expect(messages(25)).toEqual(["c", "d"]);
    expect(messages("critical")).toEqual([]);
  });

  test(`${name}: an error is written with its stack, what is undefined not at all`, () => {
    const [line = ""] = said({}, (log) => log.error("it broke", { err: new TypeError("no"), reason: undefined }));
    const stack = expect.stringMatching(/^TypeError: no\n/) as string;
    expect(parseRecord(line)?.fields).toEqual({ err: { type: "TypeError", message: "no", stack } });
  });

  test(`${name}: newlines and quotes stay inside their line`, () => {
    expect(said({}, (log) => log.info('a "b"\nc')).map((line) => parseRecord(line)?.msg)).toEqual(['a "b"\nc']);
  });

  test(`${name}: text is for people`, () => {
    const [line] = said({ format: "text" }, (log) => log.info("engine 3 registered", { uuid: "ab" }));
    expect(line).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} INFO {5}\[ipcontroller\] engine 3 registered uuid=ab$/,
    );
  });

  test.runIf(process.platform === "linux")(`${name}: a full disk costs lines, not the program`, () => {
    const log = createLogger({ name: "ipcontroller", file: "/dev/full" });
    expect(() => log.error("nobody will read this")).not.toThrow();
  });
}
