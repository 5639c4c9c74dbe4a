import { expect, test } from "vitest";
import type { Channel } from "../../transport/channel.ts";
import { dealer, publisher, router, subscriber } from "../../transport/zmq-channel.ts";
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
