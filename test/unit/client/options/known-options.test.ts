import { expect, test } from "vitest";
import { Client } from "../../../../client/client.ts";
import { Dependency } from "../../../../client/dependencies/dependency.ts";
import { MemoryCluster } from "../../../support/memory-cluster.ts";

/** As where types are not checked, or an object is made elsewhere. */
const misspelt = { chunksize: 3 } as never;
const all = (known: string) => `There is no option "chunksize": there are ${known}.`;

test("options that there are not are refused by name, with those that there are", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const [view, balanced] = [rc.view(), rc.loadBalancedView()];
  const flags = "targets, after, follow, retries, timeoutMs, label, track";
  const one = (x: number) => x;
  expect(() => view.withFlags(misspelt)).toThrow(all("targets, block, track, label"));
  expect(() => view.map(one, [1], misspelt)).toThrow(all("targets, track, dist, ordered, returnErrors"));
  expect(() => view.imap(one, [1], misspelt)).toThrow(all("targets, ordered, maxOutstanding, returnErrors"));
  expect(() => view.parallel(one, misspelt)).toThrow(TypeError);
  expect(() => balanced.withFlags(misspelt)).toThrow(all(flags));
  const mapOptions = `${flags}, chunkSize, ordered, maxOutstanding, returnErrors`;
  expect(() => balanced.map(one, [1], misspelt)).toThrow(all(mapOptions));
  expect(() => balanced.imap(one, [1], misspelt)).toThrow(all(`${flags}, ordered, maxOutstanding, returnErrors`));
  expect(() => balanced.parallel(one, misspelt)).toThrow(TypeError);
  expect(() => rc.broadcastView("all", misspelt)).toThrow(all("targets, track, label, coalescing"));
  expect(() => new Dependency("a", misspelt)).toThrow(all("all, success, failure"));
  await expect(Client.connect(misspelt)).rejects.toThrow(
    'There is no option "chunksize": there are connectionInfo, file',
  );
});

test("sequences are shared out as blocks or like cards, and not otherwise", async () => {
  const cluster = new MemoryCluster(1);
  const rc = await Client.over(cluster.channels(), cluster.clientSession());
  const dist = { dist: "cyclic" } as never;
  const problem = `dist is 'cyclic': give "block" or "roundRobin".`;
  expect(() => rc.view().scatter("x", [1], dist)).toThrow(problem);
  expect(() => rc.view().gather("x", dist)).toThrow(problem);
  expect(() => rc.view().map((x) => x, [1], dist)).toThrow(problem);
});
