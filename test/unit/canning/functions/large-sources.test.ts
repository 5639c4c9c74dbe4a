import { expect, test } from "vitest";
import { can, uncan } from "../../../../canning/can.ts";
import { KnownSources, SentSources } from "../../../../canning/functions/large-sources.ts";
import { cell } from "../cell-functions.ts";

type Fn = (x: number) => number;

/** A function of at least so many characters. */
const padded = (value: number, characters: number): Fn =>
  cell<Fn>(`(x) => { /* ${"x".repeat(characters)} */ return x + ${value}; }`);

const sizeOf = (frames: readonly Buffer[]): number => frames[0]?.length ?? 0;

test.each(["v8", "msgpack"] as const)("%s: a large source is sent once to who keeps it, then its hash", (codec) => {
  const f = padded(1, 10_000);
  const known = new KnownSources();
  const first = new SentSources(() => false);
  const whole = can({ f }, { codec, sources: first });
  expect([first.texts.size, first.leftOut.size]).toEqual([1, 0]);
  expect((uncan(whole, { codec, sources: known }) as { f: Fn }).f(1)).toBe(2);

  const [hash = ""] = first.texts.keys();
  expect(known.has(hash)).toBe(true);
  const second = new SentSources((each) => each === hash);
  const short = can({ f }, { codec, sources: second });
  expect([...second.leftOut]).toEqual([hash]);
  expect(sizeOf(short)).toBeLessThan(1000);
  expect((uncan(short, { codec, sources: known }) as { f: Fn }).f(2)).toBe(3);
});

test("small sources, and messages to those who keep nothing, are whole", () => {
  const sources = new SentSources(() => true);
  expect((uncan(can(padded(1, 1000), { sources })) as Fn)(1)).toBe(2);
  expect([sources.texts.size, sources.leftOut.size]).toEqual([0, 0]);
  expect((uncan(can(padded(1, 10_000))) as Fn)(1)).toBe(2);
});

test("functions of one source have one hash, and keep variables and names of their own", () => {
  const sources = new SentSources(() => false);
  const [one, two] = cell<[Fn, Fn]>(
    `((make) => [make(1), make(2)])((k) => (x) => { /* ${"x".repeat(9000)} */ return x * k; })`,
  );
  const known = new KnownSources();
  uncan(can([one, two], { sources }), { sources: known });
  expect(sources.texts.size).toBe(1);
  const short = can([one, two], { sources: new SentSources(() => true) });
  const [first, second] = uncan(short, { sources: known }) as [Fn, Fn];
  expect([first(5), second(5)]).toEqual([5, 10]);
});

test("classes and captured helpers count as well", () => {
  const sources = new SentSources(() => false);
  const made = cell<() => unknown>(`(() => {
    class Big { /* ${"x".repeat(9000)} */ area() { return 3; } }
    const helper = () => { /* ${"y".repeat(9000)} */ return new Big().area(); };
    return () => helper();
  })()`);
  can(made, { sources });
  expect(sources.texts.size).toBe(2);
});

test("a source that is not here is named, and nothing is compiled in its place", () => {
  const short = can(padded(1, 10_000), { sources: new SentSources(() => true) });
  expect(() => uncan(short, { sources: new KnownSources() })).toThrow(/its source \S{43} is not here/);
});

test("what was used longest ago gives way when there is too much", () => {
  const known = new KnownSources();
  const texts = ["a", "b", "c"].map((letter) => letter.repeat(12 << 20));
  const hashes = texts.map((text) => {
    const sources = new SentSources(() => true);
    sources.write({ text });
    return [...sources.leftOut][0] ?? "";
  });
  known.add(texts[0] ?? "");
  known.add(texts[1] ?? "");
  known.read({ text: "", hash: hashes[0] ?? "" });
  known.add(texts[2] ?? "");
  expect(hashes.map((hash) => known.has(hash))).toEqual([true, false, true]);
});
