import { expect, test } from "vitest";
import { RunningRequest } from "../../../../runtime/monitor/running-request.ts";

test("the other side of the memory sees which request runs, and its header", () => {
  const main = new RunningRequest();
  const monitor = new RunningRequest(main.memory);
  expect([monitor.serial, monitor.current]).toEqual([0, undefined]);
  const serial = main.begin(Buffer.from('{"msg_id":"é"}'));
  expect(monitor.current).toEqual({ serial, header: { msg_id: "é" } });
  main.end();
  expect([monitor.serial, monitor.current]).toEqual([0, undefined]);
});

test("every request has another serial", () => {
  const running = new RunningRequest();
  const serials = Array.from({ length: 5 }, () => running.begin(Buffer.from("{}")));
  expect(new Set(serials).size).toBe(5);
});

test("a header that does not fit is left out, and the one before it too", () => {
  const running = new RunningRequest();
  running.begin(Buffer.from("{}"));
  const serial = running.begin(Buffer.alloc(5000, "x"));
  expect(running.current).toEqual({ serial, header: undefined });
});

test("waiting for the monitor ends when it has closed, or when the time is over", () => {
  const running = new RunningRequest();
  expect(running.waitUntilClosed(1)).toBe(false);
  new RunningRequest(running.memory).close();
  expect(running.waitUntilClosed(1)).toBe(true);
});
