import { hostname, networkInterfaces } from "node:os";
import type { ReaderHost } from "../protocol/channel-url.ts";

/** This machine's names, to tell whether a controller is here. */
export function thisHost(): ReaderHost {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const addresses = all.filter(({ internal }) => !internal).map(({ address }) => address);
  return { hostname: hostname(), addresses };
}
