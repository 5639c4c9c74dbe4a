import { expect, test } from "vitest";
import { Deferred } from "../../protocol/deferred.ts";
import type { Channel } from "../../transport/channel.ts";
import { curveClient, newCurveKeys, publicKeyOf } from "../../transport/curve.ts";
import { type ConnectionEvent, dealer, publisher, router, subscriber } from "../../transport/zmq-channel.ts";
import { channelContract } from "./channel.ts";

channelContract("zeromq", async () => {
  const bound = await router().bind("tcp://127.0.0.1:0");
  const peers: Channel[] = [];
  return {
    router: bound,
    connect(identity) {
      const peer = dealer({ identity }).connect(`tcp://127.0.0.1:${bound.port}`);
      peers.push(peer);
      return peer;
    },
    async [Symbol.asyncDispose]() {
      for (const channel of [...peers, bound]) await channel[Symbol.asyncDispose]();
    },
  };
});

test("a notifying router is told of a peer that connects and of one that goes", async () => {
  await using bound = await router({ notify: true }).bind("tcp://127.0.0.1:0");
  const peer = dealer({ identity: "heart" }).connect(`tcp://127.0.0.1:${bound.port}`);
  const notices: string[][] = [];
  for await (const frames of bound.messages) {
    notices.push(frames.map(String));
    if (notices.length === 1) await peer[Symbol.asyncDispose]();
    else break;
  }
  expect(notices).toEqual([
    ["heart", ""],
    ["heart", ""],
  ]);
});

test("what is published reaches a subscriber unchanged", async () => {
  await using bound = await publisher().bind("tcp://127.0.0.1:0");
  await using reader = subscriber().connect(`tcp://127.0.0.1:${bound.port}`);
  const repeat = setInterval(() => bound.send([Buffer.from("topic"), Buffer.from([0, 255])]), 5);
  for await (const frames of reader.messages) {
    clearInterval(repeat);
    expect(frames).toEqual([Buffer.from("topic"), Buffer.from([0, 255])]);
    break;
  }
});

test("an address that is taken is refused by name", async () => {
  await using bound = await router().bind("tcp://127.0.0.1:0");
  const address = `tcp://127.0.0.1:${bound.port}`;
  await expect(router().bind(address)).rejects.toThrow(address);
});

test("with CURVE those talk who know the server's key", async () => {
  const { publicKey, secretKey } = newCurveKeys();
  await using bound = await router({ curve: { side: "server", secretKey } }).bind("tcp://127.0.0.1:0");
  await using peer = dealer({ identity: "friend", curve: { side: "client", serverKey: publicKey } });
  peer.connect(`tcp://127.0.0.1:${bound.port}`).send([Buffer.from("hello")]);
  for await (const frames of bound.messages) {
    expect(frames.map(String)).toEqual(["friend", "hello"]);
    break;
  }
});

for (const [name, curve] of [
  ["another server key", curveClient(newCurveKeys().publicKey)],
  ["no encryption", undefined],
] as const)
  test(`a peer with ${name} gets nothing from a socket with CURVE; both sides hear of it`, async () => {
    const { secretKey } = newCurveKeys();
    await using bound = await router({ curve: { side: "server", secretKey } }).bind("tcp://127.0.0.1:0");
    await using stranger = dealer({ curve });
    const [reason, event] = [new Deferred<string>(), new Deferred<ConnectionEvent>()];
    bound.watchRejections(reason.resolve);
    stranger.watchConnection(event.resolve);
    stranger.connect(`tcp://127.0.0.1:${bound.port}`).send([Buffer.from("hello")]);

    // Which side sees it first is chance.
    expect(await event.promise).toMatch(/^(rejected|incompatible)$/);
    expect(await reason.promise).toMatch(/another server key|encrypts with CURVE|not encrypt alike/);
  });

test("a public key is found from its secret key", () => {
  const { publicKey, secretKey } = newCurveKeys();
  expect(publicKeyOf(secretKey)).toBe(publicKey);
});

test("a peer that sends a frame above the limit is disconnected; others go on", async () => {
  await using bound = await router({ largestFrame: 1000 }).bind("tcp://127.0.0.1:0");
  await using large = dealer({ identity: "large" });
  await using small = dealer({ identity: "small" }).connect(`tcp://127.0.0.1:${bound.port}`);
  const isDown = new Deferred<void>();
  large.watchConnection((event) => event === "down" && isDown.resolve());
  large.connect(`tcp://127.0.0.1:${bound.port}`).send([Buffer.alloc(1001)]);
  await isDown.promise;
  small.send([Buffer.alloc(1000)]);
  for await (const [identity] of bound.messages) {
    expect(String(identity)).toBe("small");
    break;
  }
});

test("a process may have more sockets than libzmq's thousand", async () => {
  const channels = Array.from({ length: 1100 }, () => dealer());
  await Promise.all(channels.map((channel) => channel[Symbol.asyncDispose]()));
});
