import { expect, test } from "vitest";
import { EngineSources } from "../../../../client/requests/engine-sources.ts";
import { engineUuid } from "../../../../protocol/ids.ts";
import type { Message } from "../../../../protocol/session.ts";

const [a, b] = [engineUuid("a"), engineUuid("b")];
const source = { text: "x".repeat(10_000) };

/** Whether the source is left out of a message to these engines; its hash. */
function sent(sources: EngineSources, engines: readonly (typeof a)[]): [isLeftOut: boolean, hash: string] {
  const message = sources.sentTo(() => engines);
  const { text, hash = "" } = message.write(source);
  return [text === "", hash];
}

test("a source is left out only where every engine that may get the message has confirmed it", () => {
  const sources = new EngineSources();
  const [isLeftOut, hash] = sent(sources, [a]);
  expect(isLeftOut).toBe(false);
  sources.confirm(a, new Map([[hash, source.text]]));
  expect([sent(sources, [a])[0], sent(sources, [a, b])[0], sent(sources, [])[0]]).toEqual([true, false, false]);
  sources.confirm(b, new Map([[hash, source.text]]));
  expect(sent(sources, [a, b])[0]).toBe(true);
  sources.engineLost(a);
  expect([sent(sources, [a])[0], sent(sources, [b])[0]]).toEqual([false, true]);
});

test("after very many it is sent again", () => {
  const sources = new EngineSources();
  const [, hash] = sent(sources, [a]);
  sources.confirm(a, new Map([[hash, source.text]]));
  for (let index = 0; index < 2000; index++) sources.confirm(a, new Map([[`hash ${index}`, "text"]]));
  expect(sent(sources, [a])[0]).toBe(false);
});

test("an engine that asks gets what the request has, or what an earlier one had, and is told of the rest", () => {
  const sources = new EngineSources();
  const [, hash] = sent(sources, [a]);
  const question = { parent: { msg_id: "m" }, content: { hashes: ["h", hash] } } as unknown as Message;
  const own = new Map([["h", "text"]]);
  expect(sources.answer(question, own)).toEqual({ msg_id: "m", sources: { h: "text", [hash]: undefined } });
  sources.confirm(a, new Map([[hash, source.text]]));
  expect(sources.answer(question)).toEqual({ msg_id: "m", sources: { h: undefined, [hash]: source.text } });
});
