import { expect, test } from "vitest";
import { Reference } from "../../../../canning/reference.ts";
import { Client } from "../../../../client/client.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

test("what engines could not call is refused here, whoever is to send it", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const notOne = true as never;
  for (const view of [rc.view(), rc.loadBalancedView()]) {
    expect(() => view.apply(notOne)).toThrow(
      "Engines call functions, and true is none: write `f, x` instead of `f(x)`",
    );
    expect(() => view.map([1, 2] as never, (() => 1) as never)).toThrow("and [ 1, 2 ] is none");
    expect(() => view.imap(notOne, [1])).toThrow(TypeError);
    expect(() => view.remote(notOne)).toThrow(TypeError);
    expect(() => view.parallel({ dist: "block" } as never)).toThrow("and { dist: 'block' } is none");
    expect(() => view.executor.submit("1 + 1" as never)).toThrow("code is for `execute`");
  }
  expect(() => rc.view().execute(String as never)).toThrow("Code is text, and [Function: String] is none");
  expect(rc.history).toEqual([]);
});

test("an engine's own function may be called by reference", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  expect(() => rc.view(0).apply(new Reference("f") as never, 1)).not.toThrow();
  await rc.close();
});
