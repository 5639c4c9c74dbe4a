import { lookup } from "node:dns/promises";
import { hostname } from "node:os";
import type { Logger } from "../../cli/logger.ts";
import type { CurveKeys } from "../../transport/curve.ts";
import { thisHost } from "../../transport/this-host.ts";
import type { ControllerOptions } from "../options.ts";
import { isEncrypted, serverKeys } from "../security/server-keys.ts";
import { sessionKey } from "../security/session-key.ts";
import { bindChannels, type Channels } from "./channels.ts";
import { type Connections, describeConnections, portsOf } from "./connection-files.ts";
import type { Earlier } from "./earlier.ts";
import { interfaceUrl, isLoopback, isWildcard } from "./interfaces.ts";
import { chooseLocation } from "./location.ts";
import { PortPools } from "./port-pools.ts";

export interface Listening {
  readonly channels: Channels;
  /** The earlier ones themselves where nothing about them has changed. */
  readonly connections: Connections;
  /** With which they are encrypted; `undefined` where they are not. */
  readonly keys: CurveKeys | undefined;
}

export interface ListenOptions {
  readonly options: ControllerOptions;
  readonly earlier: Earlier | undefined;
  /** Told of peers that failed to connect to a socket. */
  readonly peerRejected: (socket: string, reason: string) => void;
  readonly log: Logger;
}

/**
 * Binds every socket, where an earlier controller had them or where the options say, and describes them to engines and
 * clients.
 */
export async function listen({ options, earlier: before, peerRejected, log }: ListenOptions): Promise<Listening> {
  const earlier = before?.connections;
  const engineUrl = earlier?.engine.interface ?? (await chosenInterface(options, "engineIp"));
  const clientUrl = earlier?.client.interface ?? (await chosenInterface(options, "clientIp"));
  const keys = before ? before.keys : newKeys(options, [engineUrl, clientUrl]);
  const key = earlier ? earlier.client.key : sessionKey(options, keys !== undefined);
  const channels = await bindChannels({
    engineUrl,
    clientUrl,
    broadcastDepth: earlier ? Math.log2(earlier.engine.broadcast.length) : options.broadcastDepth,
    registrationPort: options.port,
    pools: new PortPools(options),
    fixed: earlier && portsOf(earlier),
    curve: keys && { side: "server", secretKey: keys.secretKey },
    peerRejected,
    log,
  });
  if (earlier) {
    log.info("took interface, ports, key and location from the connection files, whatever the options say of them");
    return { channels, connections: withServers(earlier, options), keys };
  }
  warnOfLoopback(options, [engineUrl, clientUrl], log);
  const plan = {
    engineUrl,
    clientUrl,
    location: await locate(options, [engineUrl, clientUrl], log),
    key,
    serverKey: keys?.publicKey ?? null,
    ssh: options.ssh,
    enginessh: options.enginessh,
    scheme: options.scheme,
    packer: options.packer,
    signatureScheme: options.signatureScheme,
  };
  return { channels, connections: describeConnections(plan, channels), keys };
}

const newKeys = (options: ControllerOptions, urls: readonly string[]): CurveKeys | undefined =>
  isEncrypted(options, urls.every(isLoopback)) ? serverKeys(options) : undefined;

function chosenInterface(options: ControllerOptions, side: "engineIp" | "clientIp"): Promise<string> {
  const own = options[side];
  if (own === undefined) return interfaceUrl(options.ip, "--ip");
  return interfaceUrl(own, side === "engineIp" ? "--engine-ip" : "--client-ip");
}

/** Debian gives a machine's own name to a loopback address. */
function warnOfLoopback({ ip }: ControllerOptions, urls: readonly string[], log: Logger): void {
  const loopback = urls.find(isLoopback);
  if (ip === hostname() && loopback)
    log.warn(`--ip=${ip} is ${loopback} here: only this machine can connect; give an address, or * for all`);
}

/** SSH servers that are configured now stand above those of an earlier controller. */
function withServers(earlier: Connections, { ssh, enginessh }: ControllerOptions): Connections {
  const { client, engine } = earlier;
  if ((ssh || client.ssh) === client.ssh && (enginessh || engine.ssh) === engine.ssh) return earlier;
  return { client: { ...client, ssh: ssh || client.ssh }, engine: { ...engine, ssh: enginessh || engine.ssh } };
}

async function locate(options: ControllerOptions, urls: readonly string[], log: Logger): Promise<string> {
  const given = options.location;
  const isNeeded = urls.some(isWildcard);
  const { location, warning } = chooseLocation({
    given,
    hostname: hostname(),
    address: isNeeded ? await addressOf(given ?? hostname()) : undefined,
    addresses: isNeeded ? thisHost().addresses : [],
    isNeeded,
  });
  if (warning) log.warn(warning);
  return location;
}

/** A name that means nothing here may still mean something to others: no failure. */
async function addressOf(name: string): Promise<string | undefined> {
  return lookup(name).then(
    ({ address }) => address,
    () => undefined,
  );
}
