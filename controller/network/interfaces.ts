import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

/** Ways to write all interfaces. */
const wildcards = new Set(["*", "0.0.0.0", "::", "[::]"]);

/**
 * Where to listen, as sockets and connection files want it: `tcp://` and an address, or `tcp://*` for all. A name, of a
 * host or of an interface (`eth0`), is looked up: libzmq binds to no host names, and peers know no interface of ours.
 * @throws naming the option where the name has no address
 */
export async function interfaceUrl(ip: string, option: string): Promise<string> {
  if (wildcards.has(ip)) return ip === "0.0.0.0" ? "tcp://0.0.0.0" : "tcp://*";
  const bare = ip.replace(/^\[(.*)\]$/, "$1");
  const address = isIP(bare) ? bare : await addressOf(bare, option);
  return isIP(address) === 6 ? `tcp://[${address}]` : `tcp://${address}`;
}

async function addressOf(name: string, option: string): Promise<string> {
  const own = networkInterfaces()[name] ?? [];
  const [device] = [...own.filter(({ family }) => family === "IPv4"), ...own];
  if (device) return device.address;
  try {
    return (await lookup(name, { family: name === "localhost" ? 4 : 0 })).address;
  } catch (cause) {
    throw new Error(`${option}=${name}: this name has no address here. Give an address, or * for all interfaces.`, {
      cause,
    });
  }
}

export const isLoopback = (url: string): boolean => /^tcp:\/\/(127\.|localhost$|\[::1\])/.test(url);

/** All interfaces at once: whoever connects needs the controller's location. */
export const isWildcard = (url: string): boolean => url === "tcp://*" || url === "tcp://0.0.0.0";
