import { lookup } from "node:dns/promises";
import { hostname, networkInterfaces } from "node:os";
import type { ReaderHost } from "../protocol/channel-url.ts";

/** This machine's names, to tell whether a controller is here. Looked up when asked for: it takes milliseconds. */
export const thisHost = (): ReaderHost => ({
  get hostname() {
    return hostname();
  },
  get addresses() {
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    return all.filter(({ internal }) => !internal).map(({ address }) => address);
  },
});

/** Whether a name or address of a machine is this one's; a name that nobody knows is another's. */
export async function isThisHost(name: string): Promise<boolean> {
  if (["", "localhost", hostname()].includes(name)) return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.some(({ address }) => own.some((each) => each.address === address) || address.startsWith("127."));
}
