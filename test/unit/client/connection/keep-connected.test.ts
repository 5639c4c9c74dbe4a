import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

test("clients, views and results are not sent along, and the message says what to send", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const view = rc.view();
  const held = { rc, k: 3 };
  expect(() => view.apply(() => held.k)).toThrow(
    "cannot send function (anonymous): its variable held.rc cannot travel: it is a Client, and connections stay here: " +
      "send what is needed of it, or connect within the function.",
  );
  const same = (value: unknown) => value;
  for (const one of [view, rc.loadBalancedView(), rc.broadcastView(), rc.executor()])
    expect(() => view.apply(same, one)).toThrow(`cannot send args[0]: it is a ${one.constructor.name}`);
  expect(() => view.apply(same, [view.apply(() => 1)])).toThrow(
    "cannot send args[0][0]: it is an AsyncResult: await it and send what it gives.",
  );
});

test("a refusal's stack begins where something was sent", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const deep = { a: { b: { c: { d: { e: { f: { g: Symbol("none") } } } } } } };
  for (const view of [rc.view(), rc.loadBalancedView()]) {
    const error = await (async () => view.map((x) => x, [deep]))().catch((thrown: unknown) => thrown);
    expect((error as Error).stack).toContain("keep-connected.test.ts");
  }
});

test("a client is not made by new", () => {
  const Anything = Client as unknown as new () => Client;
  expect(() => new Anything()).toThrow("A Client connects first: write `await Client.connect()`.");
});
