import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InvalidMessage, openEnvelope } from "../../../protocol/envelope.ts";
import { sessionId } from "../../../protocol/ids.ts";
import { parseJson } from "../../../protocol/json.ts";
import { Session } from "../../../protocol/session.ts";
import { Signer } from "../../../protocol/signature.ts";

const secret = "5ca1ab1e-c0ffee";

/** Frames of an execute_request as jupyter_client 8.10 wrote them. */
function capturedFrames(): Buffer[] {
  const file = join(import.meta.dirname, "..", "..", "fixtures", "execute-request.json");
  const { frames } = parseJson(readFileSync(file)) as { frames: string[] };
  return frames.map((hex) => Buffer.from(hex, "hex"));
}

const session = (key = secret) =>
  new Session({
    id: sessionId(Buffer.alloc(16, 7)),
    signer: new Signer(key),
    pid: 42,
    now: () => 1_795_225_171_440.921,
  });

test("a message that Python signed is verified and read", () => {
  const message = session().unpack(capturedFrames());

  expect(message.idents.map(String)).toEqual(["engine-uuid"]);
  expect(message.header).toMatchObject({ msg_type: "execute_request", username: "tester", version: "5.4" });
  expect(message.content).toEqual({ code: "print('π')", silent: false, user_expressions: {} });
  expect(message.metadata).toEqual({ label: null });
  expect(message.parent).toBeUndefined();
  expect(message.buffers.map(String)).toEqual(["\0buffer"]);
});

test("what one session packs another reads, with the header of the request as parent", () => {
  const [client, engine] = [session(), session()];
  const request = engine.unpack(client.pack({ type: "apply_request", idents: [Buffer.from("e")] }));
  const reply = client.unpack(engine.pack({ type: "apply_reply", parent: request.header, content: { status: "ok" } }));

  expect(reply.parent).toEqual(request.header);
  expect(reply.header.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(reply.header.msg_id).toBe(`${engine.id}_42_0`);
});

test("a message signed with another key is refused", () => {
  expect(() => session("another key").unpack(capturedFrames())).toThrow(InvalidMessage);
});

test("a changed byte in any signed frame is refused", () => {
  for (const index of [3, 4, 5, 6]) {
    const frames = capturedFrames();
    const frame = frames[index] ?? Buffer.alloc(1);
    frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ 1;
    expect(() => openEnvelope(frames, session(secret))).toThrow("signature");
  }
});

test("the same message is accepted once", () => {
  const receiver = session();
  receiver.unpack(capturedFrames());
  expect(() => receiver.unpack(capturedFrames())).toThrow("replayed");
});

test("a cut message, a header that is no object and a missing delimiter are refused by name", () => {
  const unsigned = session("");
  const dict = Buffer.from("{}");
  const frames = (header: string) => [Buffer.from("<IDS|MSG>"), Buffer.alloc(0), Buffer.from(header), dict, dict, dict];

  expect(() => openEnvelope(frames("{}").slice(0, 4), unsigned)).toThrow("at least 5");
  expect(() => openEnvelope(frames("[1]"), unsigned)).toThrow("header is not an object");
  expect(() => openEnvelope(frames("{}"), unsigned)).toThrow("header.msg_id");
  expect(() => openEnvelope(frames("{nonsense"), unsigned)).toThrow("not JSON");
  expect(() => openEnvelope([dict], unsigned)).toThrow("delimiter");
});
