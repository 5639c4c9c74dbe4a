import { expect, test } from "vitest";
import { Complaints } from "../../../controller/complaints.ts";
import { InvalidMessage } from "../../../protocol/envelope.ts";
import { recordingLog } from "../../support/memory-peer.ts";

test("bad messages cost one line a socket in five seconds, with the number of those left out", () => {
  const log = recordingLog();
  let nowMs = 0;
  const complaints = new Complaints(log, () => nowMs);
  const mux = complaints.guard("mux", () => {
    throw new InvalidMessage("no delimiter");
  });
  const task = complaints.guard("task", () => {
    throw new InvalidMessage("cut short");
  });
  for (let times = 0; times < 10; times++) mux([]);
  task([]);
  nowMs = 5000;
  mux([]);
  expect(log.lines).toEqual([
    "warn dropped a message on mux: no delimiter",
    "warn dropped a message on task: cut short",
    "warn dropped a message on mux: no delimiter (and 9 more since the last line)",
  ]);
});

test("any other error is a bug and passes", () => {
  const guarded = new Complaints(recordingLog(), () => 0).guard("mux", () => {
    throw new TypeError("a bug");
  });
  expect(() => guarded([])).toThrow("a bug");
});
