import fc from "fast-check";
import { expect, test } from "vitest";
import type { ClientChannels } from "../../../client/client-channels.ts";
import { ConnectionService } from "../../../client/connection-service.ts";
import type { RequestObserver } from "../../../client/requests/request.ts";
import type { Header } from "../../../protocol/envelope.ts";
import { engineUuid } from "../../../protocol/ids.ts";
import type { Channel } from "../../../transport/channel.ts";
import { testSession } from "../../support/memory-peer.ts";
import { wireNoise } from "../../support/wire-noise.ts";

const observer: RequestObserver = { outputCame: () => undefined, requestFinished: () => undefined };

/** A connection whose sockets the test feeds by hand; what it sends is read for its headers. */
function connect() {
  const receivers: ((frames: Buffer[]) => void)[] = [];
  const [sent, reader]: [Header[], ReturnType<typeof testSession>] = [[], testSession("r")];
  const channel = (): Channel => ({
    send: (frames) => void sent.push(reader.unpack(frames).header),
    listen: (receive) => void receivers.push(receive),
    messages: (async function* () {})(),
    port: 0,
    [Symbol.asyncDispose]: async () => undefined,
  });
  const channels: ClientChannels = {
    query: channel(),
    mux: channel(),
    task: channel(),
    broadcast: channel(),
    control: channel(),
    iopub: channel(),
    notification: channel(),
    subscribed: Promise.resolve(),
    refused: new Promise(() => undefined),
    watch: () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return { connection: new ConnectionService(channels, testSession("c")), receivers, sent };
}

test("whatever comes on a client's sockets, it goes on, and its requests end as they would", () => {
  const { connection, receivers, sent } = connect();
  const engine = engineUuid("e");
  connection.engines.adopt({ "0": engine }, {});
  const plan = { read: () => undefined };
  const send = () => {
    connection.requests.toEngine(engine, {}, { ...plan, method: "apply" }, observer);
    connection.requests.task({}, { ...plan, method: "execute" }, observer);
  };
  for (let count = 0; count < 5; count++) send();
  const noise = wireNoise({ session: testSession("n"), engines: [engine], parents: sent });
  fc.assert(
    fc.property(fc.nat({ max: receivers.length - 1 }), noise, (at, frames) => {
      receivers[at]?.(frames);
    }),
    { numRuns: 3000 },
  );

  connection.engines.adopt({ "0": engine }, {});
  const request = connection.requests.toEngine(engine, {}, { method: "apply", read: () => 42 }, observer);
  const reply = testSession("e").pack({ type: "apply_reply", parent: sent.at(-1), content: { status: "ok" } });
  receivers[2]?.(reply);
  expect(request.outcome).toEqual({ status: "ok", value: 42 });
});
