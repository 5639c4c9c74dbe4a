import { expect, test } from "vitest";
import { type HeartEffect, HeartMonitor } from "../../../../../controller/hub/engines/heart-monitor.ts";
import { engineUuid } from "../../../../../protocol/ids.ts";

const heart = engineUuid("engine");
const started = { kind: "heart-started", heart };
const stopped = (cause: string) => ({ kind: "heart-stopped", heart, cause });

const monitor = () => new HeartMonitor({ maxMisses: 2, graceProbes: 3 });
const pingOf = (effects: readonly HeartEffect[]): string => {
  const ping = effects.at(-1);
  return ping?.kind === "ping" ? ping.ping : "";
};
const beat = (of: HeartMonitor) => of.handle({ kind: "beat" });
const probe = (of: HeartMonitor) => of.handle({ kind: "probe" });
const pong = (of: HeartMonitor, ping: string) => of.handle({ kind: "pong", heart, ping });
const linkChanged = (of: HeartMonitor) => of.handle({ kind: "link-changed", heart });

/** A monitor whose one heart beats. */
function beating(): HeartMonitor {
  const made = monitor();
  made.expect(heart);
  pong(made, pingOf(beat(made)));
  return made;
}

test("an expected heart starts with its first pong, once", () => {
  const made = monitor();
  made.expect(heart);
  const ping = pingOf(beat(made));
  expect(pong(made, ping)).toEqual([started]);
  expect(pong(made, ping)).toEqual([]);
});

test("hearts that nobody expects, foreign echoes and echoes of pings not yet sent are ignored", () => {
  const made = monitor();
  const ping = pingOf(beat(made));
  expect(pong(made, ping)).toEqual([]);
  made.expect(heart);
  for (const echo of ["", "x", "-1", "1.5", "99"]) expect(pong(made, echo)).toEqual([]);
});

test("an echo may be one beat late, not two", () => {
  const made = monitor();
  made.expect(heart);
  const first = pingOf(beat(made));
  const second = pingOf(beat(made));
  beat(made);
  expect(pong(made, first)).toEqual([]);
  expect(pong(made, second)).toEqual([started]);
});

test("a heart that misses more than the allowed beats has stopped, and is forgotten", () => {
  const made = beating();
  expect([1, 2, 3].flatMap(() => beat(made)).filter(({ kind }) => kind !== "ping")).toEqual([]);
  expect(beat(made)[0]).toEqual(stopped("silent"));
  expect(beat(made)).toHaveLength(1);
});

test("one pong makes up for earlier misses", () => {
  const made = beating();
  for (let round = 0; round < 20; round++) {
    beat(made);
    beat(made);
    pong(made, pingOf(beat(made)));
  }
  expect(beat(made)).toHaveLength(1);
});

test("an expected heart may take its time", () => {
  const made = monitor();
  made.expect(heart);
  for (let round = 0; round < 10; round++) expect(beat(made)).toHaveLength(1);
});

test("a broken connection is probed and the heart has stopped when no probe is answered", () => {
  const made = beating();
  expect(made.isUneasy).toBe(false);
  linkChanged(made);
  expect(made.isUneasy).toBe(true);
  expect([probe(made), probe(made)].every((effects) => effects.length === 1)).toBe(true);
  expect(probe(made)[0]).toEqual(stopped("connection-lost"));
  expect(made.isUneasy).toBe(false);
});

test("a heart that comes back within the grace is not lost", () => {
  const made = beating();
  linkChanged(made);
  expect(pong(made, pingOf(probe(made)))).toEqual([]);
  expect(made.isUneasy).toBe(false);
});

test("an expected heart is asked at once and again when it connects, and not given up when it is slow", () => {
  const made = monitor();
  made.expect(heart);
  for (let round = 0; round < 2; round++) {
    expect(made.isUneasy).toBe(true);
    for (let probes = 0; made.isUneasy && probes < 1000; probes++) expect(probe(made)).toHaveLength(1);
    linkChanged(made);
  }
  expect(pong(made, pingOf(beat(made)))).toEqual([started]);
  expect(made.isUneasy).toBe(false);
});

test("a forgotten heart is silent", () => {
  const made = beating();
  made.forget(heart);
  linkChanged(made);
  expect(made.isUneasy).toBe(false);
});

test("a heart that stopped and beats again has returned, whatever stopped it", () => {
  for (const stop of [
    (made: HeartMonitor) => [1, 2, 3, 4].flatMap(() => beat(made)),
    (made: HeartMonitor) => {
      linkChanged(made);
      return [1, 2, 3].flatMap(() => probe(made));
    },
  ]) {
    const made = beating();
    expect(stop(made).some(({ kind }) => kind === "heart-stopped")).toBe(true);
    const ping = pingOf(beat(made));
    expect(pong(made, ping)).toEqual([{ kind: "heart-returned", heart }]);
    expect(pong(made, ping)).toEqual([]);
    expect([1, 2, 3].flatMap(() => beat(made)).filter(({ kind }) => kind !== "ping")).toEqual([]);
    expect(beat(made)[0]).toEqual(stopped("silent"));
  }
});

test("of what a paused engine echoes when it goes on, only the latest pings count", () => {
  const made = beating();
  const pings = [1, 2, 3, 4, 5].map(() => pingOf(beat(made)));
  expect(pings.slice(0, 3).flatMap((ping) => pong(made, ping))).toEqual([]);
  expect(pong(made, pings[4] ?? "")).toEqual([{ kind: "heart-returned", heart }]);
});

test("a heart that stopped is not reported again, and does not return once it is forgotten", () => {
  const made = beating();
  for (let beats = 0; beats < 20; beats++) beat(made);
  expect(beat(made)).toHaveLength(1);
  made.forget(heart);
  expect(pong(made, pingOf(beat(made)))).toEqual([]);
});

test("a restored heart is asked at once and stops when it misses too many beats; its first pong is no start", () => {
  const made = monitor();
  made.restore(heart);
  expect(made.isUneasy).toBe(true);
  linkChanged(made);
  for (let probes = 0; made.isUneasy && probes < 1000; probes++) expect(probe(made)).toHaveLength(1);
  expect(pong(made, pingOf(beat(made)))).toEqual([]);
  expect([1, 2, 3].flatMap(() => beat(made)).filter(({ kind }) => kind !== "ping")).toEqual([]);
  expect(beat(made)[0]).toEqual(stopped("silent"));
});

test("a heart is doubted from the break of its connection to its next pong", () => {
  const made = beating();
  linkChanged(made);
  expect(made.isDoubted(heart)).toBe(true);
  pong(made, pingOf(probe(made)));
  expect(made.isDoubted(heart)).toBe(false);
});
