import { lookup } from "node:dns/promises";
import { isIP } from "node:net";

/** Ways to write all interfaces. */
const wildcards = new Set(["*", "0.0.0.0", "::", "[::]"]);

/**
 * Where to listen, as sockets and connection files want it: `tcp://` and an address, or `tcp://*` for all. libzmq binds
 * to addresses only, so a name is looked up.
 * @throws naming the option where the name has no address
 */
export async function interfaceUrl(ip: string, option: string): Promise<string> {
  if (wildcards.has(ip)) return ip === "0.0.0.0" ? "tcp://0.0.0.0" : "tcp://*";
  const bare = ip.replace(/^\[(.*)\]$/, "$1");
  const address = isIP(bare) ? bare : await addressOf(bare, option);
  return isIP(address) === 6 ? `tcp://[${address}]` : `tcp://${address}`;
}

async function addressOf(name: string, option: string): Promise<string> {
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
