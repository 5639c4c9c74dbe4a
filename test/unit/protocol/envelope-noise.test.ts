import fc from "fast-check";
import { expect, test } from "vitest";
import { readBroadcastTargets } from "../../../controller/scheduler/broadcast/broadcast-targets.ts";
import { readOutcome, readTask } from "../../../controller/scheduler/tasks/task-metadata.ts";
import { InvalidMessage, openEnvelope } from "../../../protocol/envelope.ts";
import { msgId, sessionId } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json.ts";
import { isHubRequestType, parseHubRequest } from "../../../protocol/messages/hub.ts";
import { msgpackPacker } from "../../../protocol/msgpack-packer.ts";
import { jsonPacker } from "../../../protocol/packer.ts";
import { Session } from "../../../protocol/session.ts";
import { Signer } from "../../../protocol/signature.ts";
import { wireNoise } from "../../support/wire-noise.ts";

/** Runs it; an invalid message is as good an end as any. */
function tolerate(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
  }
}

for (const packer of [jsonPacker, msgpackPacker]) {
  const open = () => new Session({ id: sessionId(Buffer.alloc(16, 3)), signer: new Signer("key"), packer });

  test(`${packer.name}: whatever comes is a message or an InvalidMessage`, () => {
    const session = open();
    fc.assert(
      fc.property(wireNoise({ session: open() }), (frames) => {
        tolerate(() => {
          const message = session.unpack(frames);
          // What was read can be passed on and signed again.
          expect(session.pack({ type: "x", parent: message.header, content: message.content }).length).toBeGreaterThan(
            5,
          );
        });
        tolerate(() => openEnvelope(frames, session));
      }),
      { numRuns: 1000 },
    );
  });
}

test("requests to the hub, tasks and broadcasts are read or refused, whatever their dicts hold", () => {
  const session = new Session({ id: sessionId(Buffer.alloc(16, 3)), signer: new Signer("") });
  const check = (metadata: JsonObject, content: JsonObject, type: string) => {
    tolerate(() => void readTask(msgId("a"), metadata));
    tolerate(() => void readOutcome(metadata));
    tolerate(() => void readBroadcastTargets(metadata));
    if (isHubRequestType(type)) tolerate(() => void parseHubRequest(type, content));
  };
  fc.assert(
    fc.property(wireNoise({ session, engines: ["e"] }), (frames) => {
      tolerate(() => {
        const { header, metadata, content } = session.unpack(frames);
        check(metadata, content, header.msg_type);
      });
    }),
    { numRuns: 2000 },
  );
});
