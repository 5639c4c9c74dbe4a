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
