import { expect, test } from "vitest";
import { PortPools, type Side } from "../../../../controller/network/port-pools.ts";

/** The next port of each side in turn. */
const next = (pools: PortPools, ...sides: readonly Side[]): (number | undefined)[] =>
  sides.map((side) => pools.take(side).next().value);

test("each side uses up its own ports, then those for both", () => {
  const pools = new PortPools({ ports: [3, 4], enginePorts: [1], clientPorts: [2] });
  expect(next(pools, "engine", "engine", "client", "client", "engine")).toEqual([1, 3, 2, 4, undefined]);
});

test("a socket that cannot have its port gets the next, and nobody gets that port again", () => {
  const pools = new PortPools({ ports: [1, 2, 3], enginePorts: [], clientPorts: [] });
  const ports = pools.take("engine");
  expect([ports.next().value, ports.next().value]).toEqual([1, 2]);
  expect(next(pools, "client", "client")).toEqual([3, undefined]);
});

test("a port that is named twice is given once", () => {
  const pools = new PortPools({ ports: [7, 7, 8], enginePorts: [7], clientPorts: [] });
  expect(next(pools, "client", "engine", "client")).toEqual([7, 8, undefined]);
});

test("a port lacks from a side's pools only where there are some", () => {
  const pools = new PortPools({ ports: [], enginePorts: [1], clientPorts: [] });
  expect([pools.lacks("engine", 1), pools.lacks("engine", 2), pools.lacks("client", 2)]).toEqual([false, true, false]);
});
